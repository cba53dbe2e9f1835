import type { Instant } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { uuid } from "@electrum-vouchers/testkit";

export const NOW: Instant = Date.parse("2026-03-01T08:00:00.000Z");

/** The first commit of the n-th transaction, with these fields changed. */
export const change = (n: number, fields: Partial<Change> = {}): Change => ({
  id: uuid(n),
  expectedVersion: 0,
  kind: "provision",
  state: "confirming",
  final: false,
  needsAttention: false,
  record: `record ${n}`,
  entry: `entry ${n}`,
  due: { at: NOW, work: "advice", description: "confirmVoucher" },
  at: NOW,
  ...fields,
});
