import { type Check, flag, object, oneOf, optional, required, text, variant, wholeNumber } from "../messages/check.ts";

/** What goes wrong with one request. `processed` says whether the switch processes it first. */
export type Fault =
  /** The connection is reset, and for a while nobody listens. */
  | { readonly kind: "refused"; readonly durationMs: number }
  /** The connection is reset. */
  | { readonly kind: "reset"; readonly processed: boolean }
  /** No answer ever comes. */
  | { readonly kind: "noResponse"; readonly processed: boolean }
  /** Processed only after a while, by which time the sender may have given up. */
  | { readonly kind: "delayed"; readonly delayMs: number }
  /** Processed twice, as by a gateway that repeats a POST; answered with the second answer. */
  | { readonly kind: "duplicate" }
  /** Processed; the whole answer comes late. */
  | { readonly kind: "slowHeaders"; readonly delayMs: number }
  /** Processed; the second half of the body comes late. */
  | { readonly kind: "slowBody"; readonly delayMs: number }
  /** Processed; the connection breaks in the middle of the body. */
  | { readonly kind: "truncatedBody" }
  /** Processed; the answer says that it is something other than JSON. */
  | { readonly kind: "wrongContentType"; readonly contentType: string }
  /** Processed; the body is not JSON, though it says so. */
  | { readonly kind: "notJson" }
  /** Processed; the answer has its status and no body. */
  | { readonly kind: "emptyBody" }
  /** Processed; the answer carries another message's `id`. */
  | { readonly kind: "wrongId" }
  /** The status of a gateway, with no ErrorDetail. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly processed: boolean;
      readonly retryAfterSeconds?: number;
    }
  /** An ErrorDetail: any error type with any status. */
  | { readonly kind: "error"; readonly status: number; readonly errorType: string; readonly processed: boolean }
  /** The switch stops and starts again, as after a crash. */
  | { readonly kind: "restart"; readonly memory: "kept" | "lost"; readonly durationMs: number }
  /** Crashes and overwrites where Electrum's test server of 2019 does. */
  | { readonly kind: "emulateTestServer" };

export type FaultKind = Fault["kind"];

type FaultOf<Kind extends FaultKind> = Extract<Fault, { readonly kind: Kind }>;

/** An hour: a longer wait is a mistyped number. */
const MAX_FAULT_MS: number = 60 * 60 * 1000;

const duration = wholeNumber(0, MAX_FAULT_MS);
const finalStatus = wholeNumber(200, 599);

const checks: { readonly [Kind in FaultKind]: Check<FaultOf<Kind>> } = {
  refused: object({ kind: required(oneOf("refused")), durationMs: required(duration) }),
  reset: object({ kind: required(oneOf("reset")), processed: required(flag) }),
  noResponse: object({ kind: required(oneOf("noResponse")), processed: required(flag) }),
  delayed: object({ kind: required(oneOf("delayed")), delayMs: required(duration) }),
  duplicate: object({ kind: required(oneOf("duplicate")) }),
  slowHeaders: object({ kind: required(oneOf("slowHeaders")), delayMs: required(duration) }),
  slowBody: object({ kind: required(oneOf("slowBody")), delayMs: required(duration) }),
  truncatedBody: object({ kind: required(oneOf("truncatedBody")) }),
  wrongContentType: object({
    kind: required(oneOf("wrongContentType")),
    contentType: required(text({ matching: [/^[\w.+-]+\/[\w.+-]+$/, "a media type, such as text/html"] })),
  }),
  notJson: object({ kind: required(oneOf("notJson")) }),
  emptyBody: object({ kind: required(oneOf("emptyBody")) }),
  wrongId: object({ kind: required(oneOf("wrongId")) }),
  status: object<FaultOf<"status">>({
    kind: required(oneOf("status")),
    status: required(finalStatus),
    processed: required(flag),
    retryAfterSeconds: optional(wholeNumber(0, MAX_FAULT_MS / 1000)),
  }),
  error: object({
    kind: required(oneOf("error")),
    status: required(finalStatus),
    errorType: required(text({ max: 80 })),
    processed: required(flag),
  }),
  restart: object({
    kind: required(oneOf("restart")),
    memory: required(oneOf("kept", "lost")),
    durationMs: required(duration),
  }),
  emulateTestServer: object({ kind: required(oneOf("emulateTestServer")) }),
};

export const faultKinds: readonly string[] = Object.keys(checks);

export const fault: Check<Fault> = variant<Fault>("kind", checks);
