import type { adviceEvents, attemptEvents, timerEvents } from "./events.ts";

type AttemptEvent = keyof typeof attemptEvents;
type TimerEvent = keyof typeof timerEvents;
type AdviceEvent = keyof typeof adviceEvents;

// Groups of events that mean the same to a machine.

export const approvals: readonly AttemptEvent[] = ["approved", "approved at the deadline"];

export const declines: readonly AttemptEvent[] = ["declined", "declined, 404", "declined, 501"];

/** Responses that leave the outcome of every kind of request unknown. */
export const unknownResponses: readonly AttemptEvent[] = [
  "unknown: status",
  "unknown: error type",
  "unknown: duplicate",
  "unknown: unreadable",
];

export const noResponses: readonly AttemptEvent[] = [
  "no response: deadline",
  "no response: notSent",
  "no response: unreachable",
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
  "unknown: foreign id",
  "unknown: foreign decline",
  "unknown: no voucher",
  ...noResponses,
  "interruption",
  "declined after the deadline",
  "declined, earlier attempt",
  "no response, earlier attempt",
  "interruption, earlier attempt",
];

export const everyEnd: readonly AttemptEvent[] = [...lateApprovals, ...lateNoApprovals];

export const everyTimer: readonly TimerEvent[] = [
  "retry timer",
  "retry timer, earlier attempt",
  "lookup timer",
  "lookup timer, earlier attempt",
  "decision timer",
  "decision timer, earlier attempt",
];

export const allTimersBut = (own: TimerEvent): readonly TimerEvent[] => everyTimer.filter((each) => each !== own);

export const accepted: readonly AdviceEvent[] = ["advice accepted", "advice accepted, no body"];

/** Any response but an acknowledgement or a final refusal: the advice is sent again. */
export const notAcknowledged: readonly AdviceEvent[] = [
  "advice to repeat",
  "advice not heard by Electrum",
  "advice with a foreign echo",
  "advice halted",
];

export const everyAdviceResponse: readonly AdviceEvent[] = [
  ...accepted,
  "advice already done",
  "advice duplicate",
  "advice not found",
  "advice not redeemed",
  ...notAcknowledged,
  "advice contradicted",
  "advice refused",
  "another advice accepted",
];
