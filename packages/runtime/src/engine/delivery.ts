// How one advice is delivered, as functions over plain data. The forwarder uses them, and so can a driver of your own.
//
//   deliver the advice ─▶ afterDelivery(transaction, result) ─┬─▶ settled   feed the fact, commit, done
//                                                             ├─▶ repeat    the same advice again, not before `notBefore`
//                                                             └─▶ halt      stop sending under these credentials
//
// Rules
// 1. An advice is delivered from its `notBefore` on, and every repeat is the same message (contract E).
// 2. Only Electrum's word settles it. Whether it does is the core's decision: the fact is observed, and a step that changed
//    something is settled. So a driver that forgets a case cannot lose an advice.
// 3. There is no last repeat: a reversal that is given up leaves a live voucher, or a spent one. Each advice
//    backs off by itself.
// 4. `Retry-After` binds the advice that it is a response to, and no other. A 429 says more, if another advice of the same client gets
//    one too; see `delivery-rate.ts`.
// 5. A response that is not Electrum's repeats the advice, with an alert. A refusal of the credentials halts.
//
// What it does not know: other advices (`delivery-queues.ts`), time, and how anything is stored.

import {
  type Advice,
  type Backoff,
  backoffMs,
  classifyAdviceResponse,
  type Fact,
  type HttpResponse,
  type Instant,
  type NoResponse,
  type NoResponseCause,
  observe,
  type Transaction,
} from "@electrum-vouchers/core";

/** One delivery of an advice, and what came of it. */
export interface DeliveryAttempt {
  /** The transaction that owes the advice: `confirming` or `reversing`. */
  readonly transaction: Transaction;
  readonly advice: Advice;
  /** How often it had been delivered before. */
  readonly repeats: number;
  /** The response, or why there is none. */
  readonly result: HttpResponse | NoResponse;
  /** When it went out, for the journal. */
  readonly sentAt?: Instant;
  /** The wall clock's time, from which a repeat waits. */
  readonly at: Instant;
  /** The time as the transaction counts it (`transaction-time.ts`). Default: `at`. */
  readonly countedAt?: Instant;
}

/** What to do after a delivery. */
export type DeliveryOutcome = DeliverySettled | DeliveryRepeat | DeliveryHalt;

/** Feed this fact: the transaction moves on. */
export interface DeliverySettled {
  readonly outcome: "settled";
  readonly fact: Fact;
}

/** Deliver the same advice again. */
export interface DeliveryRepeat {
  readonly outcome: "repeat";
  readonly notBefore: Instant;
  /** `noResponse`: no response came. `response`: a response came, but did not acknowledge the advice. */
  readonly cause: "noResponse" | "response";
  readonly reach: MessageReach;
  /** For the operator: why it is repeated. Never a secret. */
  readonly reason: string;
  /** The status of a response that is not Electrum's word: alert the operator. */
  readonly foreignStatus?: number;
  /** Electrum asks this client for fewer messages (status 429). */
  readonly isLimited?: true;
}

/**
 * How far a message came.
 *
 * - `reached`: something took it. If no response came, the message itself may be at fault
 * - `unreachable`: no connection could be made, so no message is at fault
 * - `notSent`: nothing was tried, since there were no credentials or no time. It shows nothing about Electrum
 */
export type MessageReach = "reached" | "unreachable" | "notSent";

/** How far a message without a response came. */
export function reachOf(cause: NoResponseCause): MessageReach {
  switch (cause) {
    case "deadline":
    case "interrupted":
    case "tooLarge":
      return "reached";
    case "unreachable":
    case "cannotSend":
    case "insecure":
      return "unreachable";
    case "notSent":
    case "credentials":
    case "stopped":
      return "notSent";
  }
}

/** The credentials were refused: keep the advice, and stop sending under them until something is accepted again. */
export interface DeliveryHalt {
  readonly outcome: "halt";
  readonly status: number;
}

/** The longest `Retry-After` that is heeded. One header must not postpone an advice for ever. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/**
 * What to do after a delivery.
 *
 * @param backoff how the wait grows; its jitter comes from the advice's id
 *
 * @example
 * const next = afterDelivery({ transaction, advice, repeats: 0, result, at: Date.now() }, defaultDeliveryBackoff);
 * if (next.outcome === "settled") await feed(next.fact);
 */
export function afterDelivery(attempt: DeliveryAttempt, backoff: Backoff): DeliveryOutcome {
  const { result, at } = attempt;
  if ("status" in result) return afterResponse(attempt, result, backoff);
  return {
    outcome: "repeat",
    notBefore: at + waitMs(attempt, backoff, 0),
    cause: "noResponse",
    reach: reachOf(result.cause),
    reason: `no response: ${result.cause}`,
  };
}

/** 1 s, doubling, up to a minute. */
export const defaultDeliveryBackoff: Backoff = { initialMs: 1_000, multiplier: 2, maxMs: 60_000 };

function afterResponse(attempt: DeliveryAttempt, response: HttpResponse, backoff: Backoff): DeliveryOutcome {
  const { transaction, advice, repeats, sentAt, at, countedAt = at } = attempt;
  const { status, retryAfterMs = 0 } = response;
  const fact: Fact = {
    type: "adviceResponse",
    adviceId: advice.message.id,
    repeats,
    ...response,
    ...(sentAt === undefined ? {} : { sentAt }),
    at: countedAt,
  };
  if (observe(transaction, fact).transaction !== transaction) return { outcome: "settled", fact };
  const classified = classifyAdviceResponse(advice, response);
  if (classified.outcome === "halt") return { outcome: "halt", status };
  const isForeign = classified.outcome === "unnamed" || (classified.outcome === "repeat" && classified.alert);
  return {
    outcome: "repeat",
    notBefore: at + waitMs(attempt, backoff, retryAfterMs),
    cause: "response",
    reach: "reached",
    reason: classified.outcome === "unnamed" ? `status ${status}, which names no advice` : `status ${status}`,
    ...(isForeign ? { foreignStatus: status } : {}),
    ...(status === 429 ? { isLimited: true } : {}),
  };
}

const waitMs = ({ advice, repeats }: DeliveryAttempt, backoff: Backoff, retryAfterMs: number): number =>
  Math.max(backoffMs(backoff, repeats, advice.message.id), Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
