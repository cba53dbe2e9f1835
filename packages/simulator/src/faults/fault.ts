// The faults that the simulator can inject, one for each way in which a switch, a gateway or a network fails a till.
//
//   before processing    `refused`, `restart`, `delayed`; `reset`, `noResponse`, `status`, `error` with `processed: false`
//   after processing     the same with `processed: true`; `slowHeaders`, `slowBody`, `truncatedBody`
//   a wrong response     `wrongContentType`, `notJson`, `emptyBody`, `wrongId`
//   processed twice      `duplicate`
//   the switch itself    `emulateTestServer`
//
// The question that matters is `processed`: a till sees the same missing response whether the switch has issued a voucher or not.
// A till that is correct for both needs no other knowledge of the fault.
//
// A fault is plain JSON, so that a script, the administration and a test can all ask for one. `choose-fault.ts` decides which
// request gets which fault, `http/serve.ts` executes it, and `alter-response.ts` alters responses.

import { type Check, flag, object, oneOf, optional, required, text, variant, wholeNumber } from "../messages/check.ts";

/** A fault of one request. `processed`: whether the switch processes the request first. Times are in milliseconds. */
export type Fault =
  /** All connections are reset, and new ones are refused for `durationMs`. Not processed. */
  | { readonly kind: "refused"; readonly durationMs: number }
  /** The connection is reset. */
  | { readonly kind: "reset"; readonly processed: boolean }
  /** No response ever comes. */
  | { readonly kind: "noResponse"; readonly processed: boolean }
  /** Processed only after `delayMs`, when the sender may have given up. */
  | { readonly kind: "delayed"; readonly delayMs: number }
  /** Processed twice, as if a gateway had repeated a POST. The second response is sent. */
  | { readonly kind: "duplicate" }
  /** Processed; the whole response comes `delayMs` late. */
  | { readonly kind: "slowHeaders"; readonly delayMs: number }
  /** Processed; the second half of the body comes `delayMs` late. */
  | { readonly kind: "slowBody"; readonly delayMs: number }
  /** Processed; the connection breaks in the middle of the body. */
  | { readonly kind: "truncatedBody" }
  /** Processed; the response has this content type, though its body is JSON. */
  | { readonly kind: "wrongContentType"; readonly contentType: string }
  /** Processed; the body is not JSON, though the content type says so. */
  | { readonly kind: "notJson" }
  /** Processed; the response has its status and no body. */
  | { readonly kind: "emptyBody" }
  /** Processed; the response has the `id` of another message. */
  | { readonly kind: "wrongId" }
  /** A gateway's response: a status and HTML, without an ErrorDetail. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly processed: boolean;
      readonly retryAfterSeconds?: number;
    }
  /** An ErrorDetail with this error type and status. */
  | { readonly kind: "error"; readonly status: number; readonly errorType: string; readonly processed: boolean }
  /** The switch stops and starts again after `durationMs`, as after a crash. Not processed. */
  | { readonly kind: "restart"; readonly memory: "kept" | "lost"; readonly durationMs: number }
  /** Processed as by Electrum's test server of 2019, which in some cases crashes, or overwrites a voucher's state. */
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
