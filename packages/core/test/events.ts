import type {
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
  SECONDS,
} from "./messages.ts";

/** What can happen to a transaction, or be wanted of it. */
export type Event = (transaction: Transaction) => Extract<Entry, { type: "fact" | "intent" }>;

/** The attempt that a transaction waits for, or waited for last. */
export function currentAttempt(transaction: Transaction): number {
  if ("attempt" in transaction) return transaction.attempt;
  if ("redeem" in transaction) return transaction.redeem.attempt;
  return "approval" in transaction ? transaction.approval.attempt : 0;
}

/** The deadline of the attempt that is under way; where none is, some later moment. */
const deadlineOf = (transaction: Transaction): Instant =>
  "deadlineAt" in transaction ? transaction.deadlineAt : AT + 3_600 * SECONDS;

/** When the events happen that have no moment of their own: shortly before the deadline. */
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

const reply = (answer: (transaction: Transaction) => HttpResponse, later = 0, moment: Moment = momentOf): Event =>
  fact((transaction) => ({
    type: "response",
    attempt: currentAttempt(transaction) + later,
    at: moment(transaction),
    ...answer(transaction),
  }));

/** The response that approves what the transaction waits for. */
const responseTo = (transaction: Transaction): JsonObject => {
  if (transaction.kind === "provision") return provisionResponse;
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

const silence = (cause: NoResponseCause, later = 0): Event =>
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

const timer = (name: "retry" | "lookup" | "decision", later = 0): Event =>
  fact((transaction) => ({
    type: "timer",
    timer: name,
    attempt: currentAttempt(transaction) + later,
    at: momentOf(transaction),
  }));

/** The facts that end an attempt. An earlier attempt is one that is no longer waited for. */
export const attemptEvents = {
  approved: reply(approval),
  "approved at the deadline": reply(approval, 0, atDeadline),
  "approved, the same voucher": reply(approvalWith({ voucher: { code: CODE } })),
  "approved, another voucher": reply(approvalWith({ voucher: { code: OTHER_CODE } })),
  "approved for less": reply(approvalOf(AUTHORISED.amount - 1, AUTHORISED.currency)),
  "approved for more": reply(approvalOf(AUTHORISED.amount + 1, AUTHORISED.currency)),
  "approved in another currency": reply(approvalOf(AUTHORISED.amount, "840")),
  declined: reply(decline),
  "declined, unnamed": reply(() => errorResponse(400, "FORMAT_ERROR")),
  "declined, 404": reply(() => errorResponse(404, "UNABLE_TO_LOCATE_RECORD", ID)),
  "declined, 501": reply(() => errorResponse(501, "FUNCTION_NOT_SUPPORTED", ID)),
  "declined, credentials": reply(() => htmlResponse(401)),
  "unknown: status": reply(() => emptyResponse(500)),
  "unknown: error type": reply(() => errorResponse(400, "UPSTREAM_UNAVAILABLE", ID)),
  "unknown: duplicate": reply(() => errorResponse(400, "DUPLICATE_RECORD", ID)),
  "unknown: no voucher": reply((transaction) => jsonResponse(200, { ...responseTo(transaction), voucher: null })),
  "foreign: page, 200": reply(() => htmlResponse(200)),
  "foreign: page, 403": reply(() => htmlResponse(403)),
  "foreign: no body, 404": reply(() => emptyResponse(404)),
  "foreign: id": reply((transaction) => jsonResponse(200, { ...responseTo(transaction), id: FOREIGN_ID })),
  "foreign: decline": reply(() => errorResponse(400, "INVALID_AMOUNT", FOREIGN_ID)),
  "foreign: unpublished type": reply(() => errorResponse(404, "NO_ROUTE")),
  "approved after the deadline": reply(approval, 0, afterDeadline),
  "declined after the deadline": reply(decline, 0, afterDeadline),
  "silence: deadline": silence("deadline"),
  "silence: notSent": silence("notSent"),
  "silence: unreachable": silence("unreachable"),
  "silence: insecure": silence("insecure"),
  "silence: interrupted": silence("interrupted"),
  "silence: tooLarge": silence("tooLarge"),
  "silence: credentials": silence("credentials"),
  "silence: stopped": silence("stopped"),
  interruption: interruption(),
  "approved, earlier attempt": reply(approval, -1),
  "approved, later attempt": reply(approval, 1),
  "declined, earlier attempt": reply(decline, -1),
  "silence, earlier attempt": silence("deadline", -1),
  "interruption, earlier attempt": interruption(-1),
} satisfies Record<string, Event>;

export const timerEvents = {
  "retry timer": timer("retry"),
  "retry timer, earlier attempt": timer("retry", -1),
  "lookup timer": timer("lookup"),
  "lookup timer, earlier attempt": timer("lookup", -1),
  "decision timer": timer("decision"),
  "decision timer, earlier attempt": timer("decision", -1),
} satisfies Record<string, Event>;

/** The advice that a transaction owes or owed; some id where it owes none. */
export const adviceIdOf = (transaction: Transaction): string => {
  if ("advice" in transaction) return transaction.advice.message.id;
  return "finalizing" in transaction ? transaction.finalizing.advice.message.id : FOREIGN_ID;
};

const adviceAnswer = (
  answer: (transaction: Transaction) => HttpResponse,
  { adviceId = adviceIdOf, moment = momentOf, repeats }: AdviceDelivery = {},
): Event =>
  fact((transaction) => ({
    type: "adviceResponse",
    adviceId: adviceId(transaction),
    at: moment(transaction),
    ...answer(transaction),
    ...(repeats === undefined ? {} : { repeats }),
  }));

/** How an advice was delivered that was answered. Left out: the one that is owed, in good time, and for the first time. */
interface AdviceDelivery {
  readonly adviceId?: (transaction: Transaction) => string;
  readonly moment?: Moment;
  readonly repeats?: number;
}

const already = (transaction: Transaction, kind: "same" | "opposite"): string => {
  const confirms = "advice" in transaction && transaction.advice.operation.startsWith("confirm");
  const subject = transaction.kind === "provision" ? "VOUCHER" : "REDEMPTION";
  return `${subject}_ALREADY_${confirms === (kind === "same") ? "CONFIRMED" : "REVERSED"}`;
};

export const adviceEvents = {
  "advice accepted": adviceAnswer((transaction) => jsonResponse(202, { id: adviceIdOf(transaction) })),
  "advice accepted, its request named": adviceAnswer(() => jsonResponse(200, { requestId: ID })),
  "advice already done": adviceAnswer((transaction) => errorResponse(400, already(transaction, "same"))),
  "advice duplicate": adviceAnswer(() => errorResponse(400, "DUPLICATE_RECORD")),
  "advice not found": adviceAnswer(() => errorResponse(404, "UNABLE_TO_LOCATE_RECORD")),
  "advice not found, first delivery": adviceAnswer(() => errorResponse(404, "ROUTING_ERROR", ID), { repeats: 0 }),
  "advice not found, repeated": adviceAnswer(() => errorResponse(404, "UNABLE_TO_LOCATE_RECORD"), { repeats: 1 }),
  "advice not found, no body": adviceAnswer(() => emptyResponse(404)),
  "advice not found, no body, two days later": adviceAnswer(() => emptyResponse(404), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice not redeemed": adviceAnswer(() => errorResponse(400, "VOUCHER_NOT_REDEEMED")),
  "advice unnamed, no body": adviceAnswer(() => emptyResponse(200)),
  "advice unnamed, no body, two days later": adviceAnswer(() => emptyResponse(204), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice unnamed, health page": adviceAnswer(() => jsonResponse(200, { status: "UP" })),
  "advice unnamed, health page, two days later": adviceAnswer(() => jsonResponse(200, { status: "UP" }), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice to repeat": adviceAnswer(() => emptyResponse(503)),
  "advice not heard by Electrum": adviceAnswer(() => htmlResponse(404)),
  "advice not heard by Electrum, two days later": adviceAnswer(() => htmlResponse(404), {
    moment: twoDaysLater,
    repeats: 9,
  }),
  "advice blocked by a firewall": adviceAnswer(() => htmlResponse(403)),
  "advice with a foreign echo": adviceAnswer(() => jsonResponse(202, { id: FOREIGN_ID })),
  "advice halted": adviceAnswer(() => emptyResponse(401)),
  "advice contradicted": adviceAnswer((transaction) => errorResponse(400, already(transaction, "opposite"))),
  "advice refused": adviceAnswer(() => errorResponse(400, "FORMAT_ERROR")),
  "another advice accepted": adviceAnswer((transaction) => jsonResponse(202, { id: adviceIdOf(transaction) }), {
    adviceId: () => FOREIGN_ID,
  }),
} satisfies Record<string, Event>;

/** What a person may want of a dispute, and the till of anything. */
export const finalizationIntents = {
  cancel: intent((at) => ({ type: "cancel", at })),
  resend: intent((at) => ({ type: "resend", at }), aDayLater),
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
