import type { adviceEvents, attemptEvents, timerEvents } from "./events.ts";

type AttemptEvent = keyof typeof attemptEvents;
type TimerEvent = keyof typeof timerEvents;
type AdviceEvent = keyof typeof adviceEvents;

// Groups of events that mean the same to a machine.

export const asRequested: readonly AttemptEvent[] = [
  "approved",
  "approved at the deadline",
  "approved, the same voucher",
  "approved, another voucher",
  "approved for less",
];

/** A provider may approve less than was asked for. More, or another currency, is for the operator. */
export const notAsRequested: readonly AttemptEvent[] = ["approved for more", "approved in another currency"];

export const approvals: readonly AttemptEvent[] = [...asRequested, ...notAsRequested];

export const declines: readonly AttemptEvent[] = [
  "declined",
  "declined, unnamed",
  "declined, 404",
  "declined, 501",
  "declined, credentials",
];

/** Responses that leave the outcome of every kind of request unknown. */
export const unknownResponses: readonly AttemptEvent[] = [
  "unknown: status",
  "unknown: error type",
  "unknown: duplicate",
];

/** What is not Electrum's word, whatever it answers. */
export const foreignPages: readonly AttemptEvent[] = [
  "foreign: page, 200",
  "foreign: page, 403",
  "foreign: no body, 404",
];

/** What is not Electrum's word about a message that has an id. The response to a lookup has none to compare. */
export const foreignResponses: readonly AttemptEvent[] = [
  ...foreignPages,
  "foreign: id",
  "foreign: decline",
  "foreign: unpublished type",
];

export const noResponses: readonly AttemptEvent[] = [
  "no response: deadline",
  "no response: notSent",
  "no response: unreachable",
  "no response: cannotSend",
  "no response: insecure",
  "no response: interrupted",
  "no response: tooLarge",
  "no response: credentials",
  "no response: stopped",
];

/** No response came in time: the attempt's deadline has passed. */
export const deadlinePassed: readonly AttemptEvent[] = [
  "interruption",
  "approved after the deadline",
  "declined after the deadline",
];

/** Events of an attempt other than the one under way. */
export const otherAttempts: readonly AttemptEvent[] = [
  "approved, earlier attempt",
  "approved, later attempt",
  "declined, earlier attempt",
  "no response, earlier attempt",
  "interruption, earlier attempt",
];

/** Approvals that are late, whatever attempt they name. */
export const lateApprovals: readonly AttemptEvent[] = [
  ...approvals,
  "approved after the deadline",
  "approved, earlier attempt",
  "approved, later attempt",
];

/** Events that end an attempt without an approval. */
export const lateNoApprovals: readonly AttemptEvent[] = [
  ...declines,
  ...unknownResponses,
  ...foreignResponses,
  "unknown: no voucher",
  ...noResponses,
  "interruption",
  "declined after the deadline",
  "declined, earlier attempt",
  "no response, earlier attempt",
  "interruption, earlier attempt",
];

export const everyEnd: readonly AttemptEvent[] = [...lateApprovals, ...lateNoApprovals];

/** What names no voucher but the one that was approved before. */
export const everyEndButAnotherVoucher: readonly AttemptEvent[] = everyEnd.filter(
  (each) => each !== "approved, another voucher",
);

export const everyTimer: readonly TimerEvent[] = [
  "retry timer",
  "retry timer, earlier attempt",
  "lookup timer",
  "lookup timer, earlier attempt",
  "decision timer",
  "decision timer, earlier attempt",
  "expiry timer",
  "expiry timer, earlier attempt",
];

export const allTimersBut = (own: TimerEvent): readonly TimerEvent[] => everyTimer.filter((each) => each !== own);

export const accepted: readonly AdviceEvent[] = [
  "advice accepted",
  "advice accepted, its request named",
  "advice already done",
  "advice duplicate",
];

/** Electrum does not know what the advice is about. */
export const notFound: readonly AdviceEvent[] = [
  "advice not found",
  "advice not found, first delivery",
  "advice not found, repeated",
];

/** May be Electrum's, and may be anybody's: the advice is sent again for a day. */
export const unnamed: readonly AdviceEvent[] = ["advice unnamed, no body", "advice unnamed, health page"];

export const unnamedForADay: readonly AdviceEvent[] = [
  "advice unnamed, no body, two days later",
  "advice unnamed, health page, two days later",
];

/** Any response but an acknowledgement or a final refusal: the advice is sent again, for as long as it takes. */
export const notAcknowledged: readonly AdviceEvent[] = [
  "advice to repeat",
  "advice not heard by Electrum",
  "advice not heard by Electrum, two days later",
  "advice blocked by a firewall",
  "advice with a foreign echo",
  "advice halted",
];

export const everyAdviceResponse: readonly AdviceEvent[] = [
  ...accepted,
  ...notFound,
  "advice not found, no body",
  "advice not found, no body, two days later",
  "advice not redeemed",
  "advice not refunded",
  ...unnamed,
  ...unnamedForADay,
  ...notAcknowledged,
  "advice contradicted",
  "advice refused",
  "another advice accepted",
];

/** What an operator says of reconciliation items, and what it finds if there is none. */
export const reconciles = [
  "reconcile all",
  "reconcile all otherwise",
  "reconcile the first",
  "reconcile the first otherwise",
] as const;
export const reconcilesAll = ["reconcile all", "reconcile all otherwise"] as const;
export const reconcilesFirst = ["reconcile the first", "reconcile the first otherwise"] as const;
