import type { Instant } from "@electrum-vouchers/core";
import type { RetentionRequest, RetentionRules } from "@electrum-vouchers/core/ports";
import { err, ok } from "neverthrow";

/** Texts that say what they are: a record is settled, unless it says that it is `unsettled`, `open` or `damaged`. */
const rules: RetentionRules = {
  standing: (record) => {
    if (record.includes("damaged")) return err("damaged");
    if (record.includes("unsettled")) return ok("unsettled");
    return ok(record.includes("open") ? "open" : "settled");
  },
  redact: ({ record, entries }) =>
    entries.some((entry) => entry.includes("damaged"))
      ? err("damaged")
      : ok({ record: `${record}, redacted`, entries: entries.map((entry) => `${entry} of ${record}, masked`) }),
};

const NEVER = Number.NEGATIVE_INFINITY;

/** Redacts what finished before a moment, and deletes nothing. What needs attention it leaves. */
export const redactionRequest = (before: Instant, limit = 100): RetentionRequest => ({
  redactBefore: before,
  redactUnsettledBefore: NEVER,
  deleteBefore: NEVER,
  limit,
  rules,
});

/** Deletes what finished before a moment. */
export const deletionRequest = (before: Instant, limit = 100): RetentionRequest => ({
  ...redactionRequest(before, limit),
  deleteBefore: before,
});
