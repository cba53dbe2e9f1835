import {
  type HttpResponse,
  type JsonObject,
  type KnownErrorType,
  type OutgoingMessage,
  operations,
  type NoResponseCause,
} from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import type { Random } from "../random.ts";
import type { SimulatedFaultKind } from "./faults.ts";
import { errorStatuses, permissionFor } from "./permitted-errors.ts";

/** A fault of one message, or of its response. */
export interface TransmissionFault {
  readonly kind: SimulatedFaultKind;
  /** How often the switch receives it. Default: once. */
  readonly delivery?: "never" | "once" | "twice";
  /** A copy of it arrives this much later. */
  readonly copyDelayMs?: number;
  /** How much later than usual it arrives. */
  readonly requestDelayMs?: number;
  /** How much later than usual its response is complete. */
  readonly responseDelayMs?: number;
  /** What the sender gets instead of a response. */
  readonly noResponse?: NoResponseCause;
  /** How the response is changed on its way. */
  readonly alterResponse?: (response: HttpResponse) => HttpResponse;
  /** How long Electrum is unreachable from now on. */
  readonly unreachableMs?: number;
  readonly emulateTestServer?: boolean;
}

/** Draws a fault of one kind; nothing if it cannot happen to this message. */
type FaultGenerator = (outgoing: OutgoingMessage, random: Random) => TransmissionFault | undefined;

/** Longer than the longest deadline, so that some messages arrive when their sender does not wait any more. */
const MAX_DELAY_MS = 90_000;

const noResponseFaults: readonly FaultGenerator[] = [
  (_, { below }) => ({
    kind: "connection refused",
    delivery: "never",
    noResponse: "unreachable",
    unreachableMs: below(5_000),
  }),
  (_, { below }) => ({
    kind: "switch restarts",
    delivery: "never",
    noResponse: "interrupted",
    unreachableMs: below(20_000),
  }),
  () => ({ kind: "TLS handshake failed", delivery: "never", noResponse: "insecure" }),
  () => ({ kind: "credentials not to be had", delivery: "never", noResponse: "credentials" }),
  () => ({ kind: "reset before processing", delivery: "never", noResponse: "interrupted" }),
  () => ({ kind: "reset after processing", noResponse: "interrupted" }),
  () => ({ kind: "request lost", delivery: "never", noResponse: "deadline" }),
  () => ({ kind: "response lost", noResponse: "deadline" }),
  () => ({ kind: "body truncated", noResponse: "interrupted" }),
  () => ({ kind: "body too large", noResponse: "tooLarge" }),
  (_, { below }) => ({ kind: "response slow", responseDelayMs: below(MAX_DELAY_MS) }),
  (_, { below }) => ({ kind: "body slow", responseDelayMs: below(MAX_DELAY_MS) }),
];

const deliveryFaults: readonly FaultGenerator[] = [
  (_, { below }) => ({ kind: "processed late", requestDelayMs: below(MAX_DELAY_MS) }),
  ({ operation }) => (mayRepeat(operation) ? { kind: "processed twice", delivery: "twice" } : undefined),
  ({ operation }, { below }) =>
    mayRepeat(operation) ? { kind: "copy processed later", copyDelayMs: below(MAX_DELAY_MS) } : undefined,
];

/**
 * Electrum redeems whatever is redeemable, even under an id that it has seen. So a gateway that repeats such a POST makes a
 * redemption look like another's, and no client can repair that.
 */
const mayRepeat = (operation: OutgoingMessage["operation"]): boolean => operation !== "redeemVoucher";

const responseFaults: readonly FaultGenerator[] = [
  () => ({ kind: "wrong content type" }),
  () => ({
    kind: "not JSON",
    alterResponse: (response) => ({ ...response, body: "<html><body>Something went wrong</body></html>" }),
  }),
  () => ({ kind: "empty body", alterResponse: ({ status }) => ({ status, body: "" }) }),
  () => ({ kind: "another message's id", alterResponse: withFields({ id: "ffffffff-ffff-4fff-bfff-ffffffffffff" }) }),
  ({ operation }) =>
    operations[operation].kind === "request"
      ? { kind: "no voucher in a success", alterResponse: withFields({ voucher: null }) }
      : undefined,
  ({ operation }) =>
    // There most advices look at the voucher alone: they may undo or confirm what another transaction did, which no till can see.
    operations[operation].kind === "request" || operation === "reverseVoucher"
      ? { kind: "like Electrum's test server", emulateTestServer: true }
      : undefined,
  () => ({
    kind: "wrong URL",
    delivery: "never",
    alterResponse: () => ({ status: 404, body: "<!doctype html><title>Not found</title>" }),
  }),
];

const statuses = [401, 403, 408, 425, 429, 500, 501, 502, 503, 504] as const;

const generateStatusFault: FaultGenerator = (outgoing, random) => {
  const status = random.pick(statuses);
  const retryAfterMs = random.chance(0.3) ? { retryAfterMs: random.below(30_000) } : {};
  const body = random.chance(0.5) ? "" : `<html><body>${status}</body></html>`;
  return {
    kind: `${status}`,
    delivery: isProcessed(outgoing, status, undefined, random) ? "once" : "never",
    alterResponse: () => ({ status, body, ...retryAfterMs }),
  };
};

const isErrorType = (name: string): name is KnownErrorType => Object.hasOwn(errorStatuses, name);

export const knownErrorTypes: readonly KnownErrorType[] = Object.keys(errorStatuses).filter(isErrorType);

const generateErrorFault: FaultGenerator = (outgoing, random) => {
  const errorType = random.pick(knownErrorTypes);
  const status = random.pick(errorStatuses[errorType]);
  const { message } = outgoing;
  const detail = {
    ...("id" in message ? { id: message.id } : {}),
    ...("requestId" in message ? { originalId: message.requestId } : {}),
    errorType,
    errorMessage: "The fault plan asked for this error.",
  };
  return {
    kind: errorType,
    delivery: isProcessed(outgoing, status, errorType, random) ? "once" : "never",
    alterResponse: () => ({ status, body: JSON.stringify(detail) }),
  };
};

/** Whether the switch has processed the message although it responds with this error. */
function isProcessed(
  outgoing: OutgoingMessage,
  status: number,
  errorType: KnownErrorType | undefined,
  random: Random,
): boolean {
  const isEither = random.chance(0.5);
  const permission = permissionFor(outgoing, status, errorType);
  return permission === "always" ? isEither : permission === "if processed";
}

const withFields =
  (fields: JsonObject) =>
  (response: HttpResponse): HttpResponse => {
    const body = parseJson(response.body);
    return isJsonObject(body) && response.status < 300
      ? { ...response, body: JSON.stringify({ ...body, ...fields }) }
      : response;
  };

/** Draws a fault for this message: most often one without a response. */
export function generateTransmissionFault(outgoing: OutgoingMessage, random: Random): TransmissionFault | undefined {
  const generate = random.pick([
    random.pick(noResponseFaults),
    random.pick(noResponseFaults),
    random.pick(deliveryFaults),
    random.pick(responseFaults),
    generateStatusFault,
    generateErrorFault,
  ]);
  return generate(outgoing, random);
}
