import type {
  TimerFired,
  HttpResponse,
  Entry,
  Fact,
  Instant,
  Intent,
  JsonObject,
  NoResponseCause,
  Transaction,
} from "../src/index.ts";
import { emptyResponse, errorResponse, htmlResponse, jsonResponse } from "./responses.ts";
import {
  AT,
  AUTHORISED,
  CODE,
  FOREIGN_ID,
  ID,
  lookupResponse,
  OTHER_CODE,
  provisionResponse,
  redemptionResponse,
  refundResponse,
  SECONDS,
} from "./messages.ts";

/** A fact or intent that a transaction can get. */
export type Event = (transaction: Transaction) => Extract<Entry, { type: "fact" | "intent" }>;

/** The attempt that a transaction waits for, or last waited for. */
export function currentAttempt(transaction: Transaction): number {
  if ("attempt" in transaction) return transaction.attempt;
  if ("redeem" in transaction) return transaction.redeem.attempt;
  return "approval" in transaction ? transaction.approval.attempt : 0;
}

/** The deadline of the attempt under way; if there is none, some later moment. */
const deadlineOf = (transaction: Transaction): Instant =>
  "deadlineAt" in transaction ? transaction.deadlineAt : AT + 3_600 * SECONDS;

/** The time of events without a time of their own: shortly before the deadline. */
export const momentOf = (transaction: Transaction): Instant => deadlineOf(transaction) - SECONDS;

type Moment = (transaction: Transaction) => Instant;

export const fact =
  (make: (transaction: Transaction) => Fact): Event =>
  (transaction) => ({ type: "fact", fact: make(transaction) });

export const intent =
  (make: (at: Instant) => Intent, moment: Moment = momentOf): Event =>
  (transaction) => ({ type: "intent", intent: make(moment(transaction)) });

const atDeadline: Moment = deadlineOf;
const afterDeadline: Moment = (transaction) => deadlineOf(transaction) + 1;
const aDayLater: Moment = (transaction) => deadlineOf(transaction) + 86_400 * SECONDS;
const twoDaysLater: Moment = (transaction) => deadlineOf(transaction) + 2 * 86_400 * SECONDS;

const createResponse = (
  response: (transaction: Transaction) => HttpResponse,
  later = 0,
  moment: Moment = momentOf,
): Event =>
  fact((transaction) => ({
    type: "response",
    attempt: currentAttempt(transaction) + later,
    at: moment(transaction),
    ...response(transaction),
  }));

/** The response that approves what the transaction waits for. */
const responseTo = (transaction: Transaction): JsonObject => {
  if (transaction.kind === "provision") return provisionResponse;
  if (transaction.kind === "refund") return refundResponse;
  return "redeem" in transaction ? redemptionResponse : lookupResponse;
};

/** An approval, or a voucher that was found, that says this besides. */
const approvalWith =
  (changes: JsonObject) =>
  (transaction: Transaction): HttpResponse =>
    jsonResponse(201, { ...responseTo(transaction), ...changes });

const approval = approvalWith({});
const approvalOf = (amount: number, currency: string) =>
  approvalWith({ amounts: { approvedAmount: { amount, currency } } });
const decline = (): HttpResponse => errorResponse(400, "INVALID_AMOUNT", ID);

const createNoResponse = (cause: NoResponseCause, later = 0): Event =>
  fact((transaction) => ({
    type: "noResponse",
    attempt: currentAttempt(transaction) + later,
    cause,
    at: momentOf(transaction),
  }));

const interruption = (later = 0): Event =>
  fact((transaction) => ({
    type: "interruption",
    attempt: currentAttempt(transaction) + later,
    at: deadlineOf(transaction),
  }));

const timer = (name: TimerFired["timer"], later = 0): Event =>
  fact((transaction) => ({
    type: "timer",
    timer: name,
    attempt: currentAttempt(transaction) + later,
    at: momentOf(transaction),
  }));

/** The facts that end an attempt. An earlier attempt is no longer waited for. */
export const attemptEvents = {
  approved: createResponse(approval),
  "approved at the deadline": createResponse(approval, 0, atDeadline),
  "approved, the same voucher": createResponse(approvalWith({ voucher: { code: CODE } })),
  "approved, another voucher": createResponse(approvalWith({ voucher: { code: OTHER_CODE } })),
  "approved for less": createResponse(approvalOf(AUTHORISED.amount - 1, AUTHORISED.currency)),
  "approved for more": createResponse(approvalOf(AUTHORISED.amount + 1, AUTHORISED.currency)),
  "approved in another currency": createResponse(approvalOf(AUTHORISED.amount, "840")),
  declined: createResponse(decline),
  "declined, unnamed": createResponse(() => errorResponse(400, "FORMAT_ERROR")),
  "declined, 404": createResponse(() => errorResponse(404, "UNABLE_TO_LOCATE_RECORD", ID)),
  "declined, 501": createResponse(() => errorResponse(501, "FUNCTION_NOT_SUPPORTED", ID)),
  "declined, credentials": createResponse(() => htmlResponse(401)),
  "unknown: status": createResponse(() => emptyResponse(500)),
  "unknown: error type": createResponse(() => errorResponse(400, "UPSTREAM_UNAVAILABLE", ID)),
  "unknown: duplicate": createResponse(() => errorResponse(400, "DUPLICATE_RECORD", ID)),
  "unknown: no voucher": createResponse((transaction) =>
    jsonResponse(200, { ...responseTo(transaction), voucher: null }),
  ),
  "foreign: page, 200": createResponse(() => htmlResponse(200)),
  "foreign: page, 403": createResponse(() => htmlResponse(403)),
  "foreign: no body, 404": createResponse(() => emptyResponse(404)),
  "foreign: id": createResponse((transaction) => jsonResponse(200, { ...responseTo(transaction), id: FOREIGN_ID })),
  "foreign: decline": createResponse(() => errorResponse(400, "INVALID_AMOUNT", FOREIGN_ID)),
  "foreign: unpublished type": createResponse(() => errorResponse(404, "NO_ROUTE")),
  "approved after the deadline": createResponse(approval, 0, afterDeadline),
  "declined after the deadline": createResponse(decline, 0, afterDeadline),
  "no response: deadline": createNoResponse("deadline"),
  "no response: notSent": createNoResponse("notSent"),
  "no response: unreachable": createNoResponse("unreachable"),
  "no response: cannotSend": createNoResponse("cannotSend"),
  "no response: insecure": createNoResponse("insecure"),
  "no response: interrupted": createNoResponse("interrupted"),
  "no response: tooLarge": createNoResponse("tooLarge"),
  "no response: credentials": createNoResponse("credentials"),
  "no response: stopped": createNoResponse("stopped"),
  interruption: interruption(),
  "approved, earlier attempt": createResponse(approval, -1),
  "approved, later attempt": createResponse(approval, 1),
  "declined, earlier attempt": createResponse(decline, -1),
  "no response, earlier attempt": createNoResponse("deadline", -1),
  "interruption, earlier attempt": interruption(-1),
} satisfies Record<string, Event>;

export const timerEvents = {
  "retry timer": timer("retry"),
  "retry timer, earlier attempt": timer("retry", -1),
  "lookup timer": timer("lookup"),
  "lookup timer, earlier attempt": timer("lookup", -1),
  "decision timer": timer("decision"),
  "decision timer, earlier attempt": timer("decision", -1),
  "expiry timer": timer("expiry"),
  "expiry timer, earlier attempt": timer("expiry", -1),
} satisfies Record<string, Event>;

/** The clock was a day ahead when the transaction was stored; or it was right. */
export const clockEvents = {
  "clock set back": fact(() => ({ type: "clockSetBack", at: AT - 86_400 * SECONDS })),
  "clock right": fact((transaction) => ({ type: "clockSetBack", at: twoDaysLater(transaction) })),
} satisfies Record<string, Event>;

/** The id of the advice that a transaction owes or owed; any id if it owes none. */
export const adviceIdOf = (transaction: Transaction): string => {
  if ("advice" in transaction) return transaction.advice.message.id;
  return "finalizing" in transaction ? transaction.finalizing.advice.message.id : FOREIGN_ID;
};

const createAdviceResponse = (
  response: (transaction: Transaction) => HttpResponse,
  { adviceId = adviceIdOf, moment = momentOf, repeats }: AdviceDelivery = {},
): Event =>
  fact((transaction) => ({
    type: "adviceResponse",
    adviceId: adviceId(transaction),
    at: moment(transaction),
    ...response(transaction),
    ...(repeats === undefined ? {} : { repeats }),
  }));

/** How an advice was delivered that was answered. Left out: the one that is owed, in good time, and for the first time. */
interface AdviceDelivery {
  readonly adviceId?: (transaction: Transaction) => string;
  readonly moment?: Moment;
  readonly repeats?: number;
}

/** What Electrum's error types call the kinds. */
const subjects = { provision: "VOUCHER", redemption: "REDEMPTION", refund: "REFUND" } as const;

const already = (transaction: Transaction, kind: "same" | "opposite"): string => {
  const confirms = "advice" in transaction && transaction.advice.operation.startsWith("confirm");
  return `${subjects[transaction.kind]}_ALREADY_${confirms === (kind === "same") ? "CONFIRMED" : "REVERSED"}`;
};

export const adviceEvents = {
  "advice accepted": createAdviceResponse((transaction) => jsonResponse(202, { id: adviceIdOf(transaction) })),
  "advice accepted, its request named": createAdviceResponse(() => jsonResponse(200, { requestId: ID })),
  "advice already done": createAdviceResponse((transaction) => errorResponse(400, already(transaction, "same"))),
  "advice duplicate": createAdviceResponse(() => errorResponse(400, "DUPLICATE_RECORD")),
  "advice not found": createAdviceResponse(() => errorResponse(404, "UNABLE_TO_LOCATE_RECORD")),
  "advice not found, first delivery": createAdviceResponse(() => errorResponse(404, "ROUTING_ERROR", ID), {
    repeats: 0,
  }),
  "advice not found, repeated": createAdviceResponse(() => errorResponse(404, "UNABLE_TO_LOCATE_RECORD"), {
    repeats: 1,
  }),
  "advice not found, no body": createAdviceResponse(() => emptyResponse(404)),
  "advice not found, no body, two days later": createAdviceResponse(() => emptyResponse(404), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice not redeemed": createAdviceResponse(() => errorResponse(400, "VOUCHER_NOT_REDEEMED")),
  "advice not refunded": createAdviceResponse(() => errorResponse(400, "VOUCHER_NOT_REFUNDED")),
  "advice unnamed, no body": createAdviceResponse(() => emptyResponse(200)),
  "advice unnamed, no body, two days later": createAdviceResponse(() => emptyResponse(204), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice unnamed, health page": createAdviceResponse(() => jsonResponse(200, { status: "UP" })),
  "advice unnamed, health page, two days later": createAdviceResponse(() => jsonResponse(200, { status: "UP" }), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice to repeat": createAdviceResponse(() => emptyResponse(503)),
  "advice not heard by Electrum": createAdviceResponse(() => htmlResponse(404)),
  "advice not heard by Electrum, two days later": createAdviceResponse(() => htmlResponse(404), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice blocked by a firewall": createAdviceResponse(() => htmlResponse(403)),
  "advice with a foreign echo": createAdviceResponse(() => jsonResponse(202, { id: FOREIGN_ID })),
  "advice halted": createAdviceResponse(() => emptyResponse(401)),
  "advice contradicted": createAdviceResponse((transaction) => errorResponse(400, already(transaction, "opposite"))),
  "advice refused": createAdviceResponse(() => errorResponse(400, "FORMAT_ERROR")),
  "another advice accepted": createAdviceResponse((transaction) => jsonResponse(202, { id: adviceIdOf(transaction) }), {
    adviceId: () => FOREIGN_ID,
  }),
} satisfies Record<string, Event>;

const operator = { by: "Thandi", reason: "INC-4411" } as const;

/** The operator's intents for a dispute, and the till's for any state. */
export const finalizationIntents = {
  "payment started": intent((at) => ({ type: "paymentStarted", reference: "P-1", at })),
  "payment started, another": intent((at) => ({ type: "paymentStarted", reference: "P-2", at })),
  "hand over": intent((at) => ({ type: "handOver", at })),
  "hand over a copy": intent((at) => ({ type: "handOver", copy: operator, at })),
  printed: intent((at) => ({ type: "printed", at })),
  hold: intent((at) => ({ type: "hold", ...operator, at })),
  unhold: intent((at) => ({ type: "unhold", ...operator, at })),
  "reconcile all": intent((at) => ({ type: "reconcile", outcome: "agrees", ...operator, at })),
  "reconcile all otherwise": intent((at) => ({ type: "reconcile", outcome: "writtenOff", ...operator, at })),
  "reconcile the first": intent((at) => ({ type: "reconcile", items: [1], outcome: "agrees", ...operator, at })),
  "reconcile the first otherwise": intent((at) => ({
    type: "reconcile",
    items: [1],
    outcome: "writtenOff",
    ...operator,
    at,
  })),
  cancel: intent((at) => ({ type: "cancel", at })),
  resend: intent((at) => ({ type: "resend", by: "Thandi", reason: "Electrum has mended it", at }), aDayLater),
  "resolve as confirmed": intent((at) => ({
    type: "resolve",
    resolution: "confirmed",
    by: "Thandi",
    reason: "seen live",
    at,
  })),
  "resolve as reversed": intent((at) => ({
    type: "resolve",
    resolution: "reversed",
    by: "Thandi",
    reason: "seen void",
    at,
  })),
} satisfies Record<string, Event>;
