import { attentionOf } from "@electrum-vouchers/core";
import { eventLabelsOf } from "./event-labels.ts";
import type { AlertReporter } from "./alert-reporter.ts";
import type { CommittedStep } from "./engine/run-transaction.ts";

/** Alerts when a step gives an operator something to do that the one before did not. */
export const createAttentionAlerts =
  (reportAlert: AlertReporter) =>
  ({ before, transaction }: CommittedStep): void => {
    if (transaction === before) return;
    const known = before === undefined ? [] : attentionOf(before).map(({ reason }) => reason);
    const { id, kind } = transaction;
    for (const attention of attentionOf(transaction)) {
      if (!known.includes(attention.reason))
        reportAlert({ reason: "attention", id, kind, attention }, eventLabelsOf(transaction));
    }
  };
