import {
  type Answer,
  isJsonObject,
  type JsonObject,
  type KnownErrorType,
  type Outgoing,
  operations,
  parseJson,
  type SilenceCause,
} from "@electrum-vouchers/core";
import type { Random } from "../random.ts";
import type { FaultKind } from "./faults.ts";
import { errorStatuses, honestyOf } from "./honest-errors.ts";

/** What goes wrong with one message, or with its answer. */
export interface Mishap {
  readonly kind: FaultKind;
  /** Whether the switch gets it. Default: once. */
  readonly arrives?: "never" | "once" | "twice";
  /** A copy of it arrives this much later. */
  readonly copyAfterMs?: number;
  /** How much later than usual it arrives. */
  readonly arrivesLateMs?: number;
  /** How much later than usual its answer is complete. */
  readonly answeredLateMs?: number;
  /** What the sender meets instead of an answer. */
  readonly silence?: SilenceCause;
  /** What becomes of the answer. */
  readonly alter?: (answer: Answer) => Answer;
  /** Nobody listens from now on, for so long. */
  readonly closedForMs?: number;
  readonly likeTestServer?: boolean;
}

/** How a kind of mishap is drawn; nothing where it cannot happen to this message. */
type Draw = (outgoing: Outgoing, random: Random) => Mishap | undefined;

/** Longer than the longest deadline, so that some messages arrive when nobody waits any more. */
const MAX_DELAY_MS = 90_000;

const quiet: readonly Draw[] = [
  (_, { below }) => ({
    kind: "connection refused",
    arrives: "never",
    silence: "unreachable",
    closedForMs: below(5_000),
  }),
  (_, { below }) => ({ kind: "switch restarts", arrives: "never", silence: "interrupted", closedForMs: below(20_000) }),
  () => ({ kind: "TLS handshake failed", arrives: "never", silence: "insecure" }),
  () => ({ kind: "credentials not to be had", arrives: "never", silence: "credentials" }),
  () => ({ kind: "reset before processing", arrives: "never", silence: "interrupted" }),
  () => ({ kind: "reset after processing", silence: "interrupted" }),
  () => ({ kind: "request lost", arrives: "never", silence: "deadline" }),
  () => ({ kind: "answer lost", silence: "deadline" }),
  () => ({ kind: "body truncated", silence: "interrupted" }),
  () => ({ kind: "body too large", silence: "tooLarge" }),
  (_, { below }) => ({ kind: "answer slow", answeredLateMs: below(MAX_DELAY_MS) }),
  (_, { below }) => ({ kind: "body slow", answeredLateMs: below(MAX_DELAY_MS) }),
];

const repeated: readonly Draw[] = [
  (_, { below }) => ({ kind: "processed late", arrivesLateMs: below(MAX_DELAY_MS) }),
  ({ operation }) => (mayRepeat(operation) ? { kind: "processed twice", arrives: "twice" } : undefined),
  ({ operation }, { below }) =>
    mayRepeat(operation) ? { kind: "copy processed later", copyAfterMs: below(MAX_DELAY_MS) } : undefined,
];

/**
 * Electrum redeems whatever is redeemable, under an id that it has seen or not: a gateway that repeats such a POST makes a
 * redemption look like another's, and no client can make up for that.
 */
const mayRepeat = (operation: Outgoing["operation"]): boolean => operation !== "redeemVoucher";

const altered: readonly Draw[] = [
  () => ({ kind: "wrong content type" }),
  () => ({
    kind: "not JSON",
    alter: (answer) => ({ ...answer, body: "<html><body>Something went wrong</body></html>" }),
  }),
  () => ({ kind: "empty body", alter: ({ status }) => ({ status, body: "" }) }),
  () => ({ kind: "another message's id", alter: withFields({ id: "ffffffff-ffff-4fff-bfff-ffffffffffff" }) }),
  ({ operation }) =>
    operations[operation].kind === "request"
      ? { kind: "no voucher in a success", alter: withFields({ voucher: null }) }
      : undefined,
  ({ operation }) =>
    // It lets a repeated confirmation make a spent voucher good again, which is nothing a till could see.
    operation === "confirmVoucher" ? undefined : { kind: "like Electrum's test server", likeTestServer: true },
  () => ({
    kind: "wrong URL",
    arrives: "never",
    alter: () => ({ status: 404, body: "<!doctype html><title>Not found</title>" }),
  }),
];

const statuses = [401, 403, 408, 425, 429, 500, 501, 502, 503, 504] as const;

const bareStatus: Draw = (outgoing, random) => {
  const status = random.pick(statuses);
  const retryAfterMs = random.chance(0.3) ? { retryAfterMs: random.below(30_000) } : {};
  const body = random.chance(0.5) ? "" : `<html><body>${status}</body></html>`;
  return {
    kind: `${status}`,
    arrives: isProcessed(outgoing, status, undefined, random) ? "once" : "never",
    alter: () => ({ status, body, ...retryAfterMs }),
  };
};

const isErrorType = (name: string): name is KnownErrorType => Object.hasOwn(errorStatuses, name);

export const errorTypes: readonly KnownErrorType[] = Object.keys(errorStatuses).filter(isErrorType);

const errorDetail: Draw = (outgoing, random) => {
  const errorType = random.pick(errorTypes);
  const status = random.pick(errorStatuses[errorType]);
  const { message } = outgoing;
  const detail = {
    ...("id" in message ? { id: message.id } : {}),
    ...("requestId" in message ? { originalId: message.requestId } : {}),
    errorType,
    errorMessage: "This error was asked for.",
  };
  return {
    kind: errorType,
    arrives: isProcessed(outgoing, status, errorType, random) ? "once" : "never",
    alter: () => ({ status, body: JSON.stringify(detail) }),
  };
};

/** Whether the switch has processed the message although it answers with this error. */
function isProcessed(
  outgoing: Outgoing,
  status: number,
  errorType: KnownErrorType | undefined,
  random: Random,
): boolean {
  const isEither = random.chance(0.5);
  const honesty = honestyOf(outgoing, status, errorType);
  return honesty === "always" ? isEither : honesty === "if processed";
}

const withFields =
  (fields: JsonObject) =>
  (answer: Answer): Answer => {
    const body = parseJson(answer.body);
    return isJsonObject(body) && answer.status < 300
      ? { ...answer, body: JSON.stringify({ ...body, ...fields }) }
      : answer;
  };

/** Something that goes wrong with this message; silence, of one kind or another, most often. */
export function drawMishap(outgoing: Outgoing, random: Random): Mishap | undefined {
  const draw = random.pick([
    random.pick(quiet),
    random.pick(quiet),
    random.pick(repeated),
    random.pick(altered),
    bareStatus,
    errorDetail,
  ]);
  return draw(outgoing, random);
}
