import type { RedactText } from "@electrum-vouchers/core";
import { functionOption, ifGiven, objectOf, type OptionCheck, wholeNumberFrom } from "@electrum-vouchers/core/ports";

/** How long a till keeps what is finished. All times are counted from a transaction's end. */
export interface RetentionTimes {
  /** After this time a transaction is redacted. It must be long enough for its voucher to be handed over. Default 30 days. */
  readonly redactAfterMs: number;
  /** After this time a transaction that needs attention is redacted as well, with an alert: its evidence is lost. Default 180 days. */
  readonly redactUnsettledAfterMs: number;
  /** After this time a transaction is deleted, with its journal, unless it needs attention. Default 400 days. */
  readonly deleteAfterMs: number;
}

export interface Retention extends RetentionTimes {
  /**
   * Masks more than the library does. It is given each text that redaction leaves of what the parties choose as they like, and where it
   * stands, such as `originator.operatorId`; it gives what is stored in its place. Default: masks no more.
   */
  readonly redactText?: RedactText;
}

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

/** A voucher must be handed over, and printed again after a paper jam, before it is masked. */
const MIN_RETENTION_MS = HOUR_MS;

/** Ten years. A longer time is a mistyped number. */
const MAX_RETENTION_MS = 3_650 * DAY_MS;

const defaultTimes: RetentionTimes = {
  redactAfterMs: 30 * DAY_MS,
  redactUnsettledAfterMs: 180 * DAY_MS,
  deleteAfterMs: 400 * DAY_MS,
};

/** The times with their defaults. */
export const resolveRetention = (given: Partial<Retention>): Retention => ({
  redactAfterMs: given.redactAfterMs ?? defaultTimes.redactAfterMs,
  redactUnsettledAfterMs: given.redactUnsettledAfterMs ?? defaultTimes.redactUnsettledAfterMs,
  deleteAfterMs: given.deleteAfterMs ?? defaultTimes.deleteAfterMs,
  ...(given.redactText === undefined ? {} : { redactText: given.redactText }),
});

const time = ifGiven(wholeNumberFrom(MIN_RETENTION_MS, MAX_RETENTION_MS));

const checkFields = objectOf({
  redactAfterMs: time,
  redactUnsettledAfterMs: time,
  deleteAfterMs: time,
  redactText: ifGiven(functionOption),
});

/** Each time, and that what comes later is not sooner. */
export const retentionOption: OptionCheck = (value) => {
  const faults = checkFields(value);
  if (faults.length > 0 || typeof value !== "object" || value === null) return faults;
  const { redactAfterMs, ...later } = resolveRetention({ ...value });
  return (["redactUnsettledAfterMs", "deleteAfterMs"] as const)
    .filter((name) => later[name] < redactAfterMs)
    .map((path) => ({ path, expected: "must not be less than redactAfterMs" }));
};
