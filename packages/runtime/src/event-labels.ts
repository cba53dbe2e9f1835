import { labelsOf, type Transaction } from "@electrum-vouchers/core";
import type { Labels } from "@electrum-vouchers/core/ports";

/** What an event says of its transaction beside its id: what logs and metrics are grouped by. None of it is a secret. */
export type EventLabels = Pick<Labels, "queue" | "client" | "terminal" | "correlation">;

/** The labels of a transaction's events. */
export function eventLabelsOf(transaction: Transaction): EventLabels {
  const { amount: _, ...labels } = labelsOf(transaction);
  return labels;
}
