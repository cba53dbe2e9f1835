import {
  compareRepeat,
  compareStart,
  type Digester,
  type Intent,
  type Sameness,
  type StartEntry,
  type Transaction,
} from "@electrum-vouchers/core";
import type { AlertReporter } from "./alert-reporter.ts";

/** Whether a call brings what a transaction has taken before. */
export interface Repeats {
  readonly digester: Digester | undefined;
  /** Whether the start is the transaction's own, as far as that can be told. */
  isStart(entry: StartEntry, transaction: Transaction): boolean;
  /** Alerts if the intent is taken for a repeat that could not be compared. */
  note(intent: Intent, transaction: Transaction): void;
}

export function createRepeats(digester: Digester | undefined, reportAlert: AlertReporter): Repeats {
  function isRepeat(sameness: Sameness, { id }: Transaction): boolean {
    if (sameness === "secretsNotCompared") reportAlert({ reason: "secretsNotCompared", id });
    return sameness !== "different";
  }

  return {
    digester,
    isStart: (entry, transaction) => isRepeat(compareStart(transaction, entry, digester), transaction),
    note: (intent, transaction) => {
      const repeat = compareRepeat(transaction, intent, digester);
      if (repeat !== undefined) isRepeat(repeat.sameness, transaction);
    },
  };
}
