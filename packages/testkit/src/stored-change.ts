import type { Instant } from "@electrum-vouchers/core";
import type { Change, RetentionRequest, RetentionRules } from "@electrum-vouchers/core/ports";
import { ok } from "neverthrow";
import { uuid } from "./messages/requests.ts";

// What the tests of one outbox store, if it does not matter which transaction it is. The conformance suite has fixtures of its own.

/** When it is stored, and due. */
export const STORED_AT: Instant = Date.parse("2026-03-01T08:00:00.000Z");

/** The first commit of the n-th transaction, which owes a confirmation, with these fields changed. */
export const storedChange = (n: number, fields: Partial<Change> = {}): Change => ({
  id: uuid(n),
  expectedVersion: 0,
  kind: "provision",
  state: "confirming",
  final: false,
  needsAttention: false,
  record: `record ${n}`,
  entry: `entry ${n}`,
  due: { at: STORED_AT, work: "advice", description: "confirmVoucher" },
  at: STORED_AT,
  ...fields,
});

/** All that is finished is settled, and is redacted to the same text. */
const rules: RetentionRules = {
  standing: () => ok("settled"),
  redact: ({ entries }) => ok({ record: "***", entries: entries.map(() => "***") }),
};

/** Redacts and deletes what finished before it was stored, so nothing, unless the fields say from when on. */
export const storedRetention = (fields: Partial<RetentionRequest> = {}): RetentionRequest => ({
  redactBefore: STORED_AT,
  redactUnsettledBefore: STORED_AT,
  deleteBefore: STORED_AT,
  limit: 100,
  rules,
  ...fields,
});
