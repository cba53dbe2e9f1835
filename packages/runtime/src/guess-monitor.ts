// Whoever guesses voucher codes at a terminal looks up many that do not exist. Each such lookup is counted for its terminal; many of
// them in a short time are an alert. A lookup that finds its voucher takes none back: a thief who guesses one goes on.
//
// What it does not know: why the lookups fail. A cashier with a worn keyboard looks the same, so nothing is refused.

import { labelsOf } from "@electrum-vouchers/core";
import type { AlertReporter } from "./alert-reporter.ts";
import type { Clock } from "./clock.ts";
import type { EventLabels } from "./event-labels.ts";
import type { CommittedStep } from "./engine/run-transaction.ts";

/** A cashier mistypes a code now and then. Ten customers in ten minutes do not. */
const MAX_FAILURES = 10;
const WINDOW_MS = 10 * 60 * 1_000;

/** Of more terminals than this, the one that has been quiet for longest is forgotten. */
const MAX_TERMINALS = 1_000;

export interface GuessMonitor {
  /** To be called for every step that became durable. */
  observeStep(step: Pick<CommittedStep, "transaction">): void;
  /** To be called if a question that belongs to no step has found no such voucher. */
  observeUnknownVoucher(sender: Pick<EventLabels, "client" | "terminal">): void;
}

export function createGuessMonitor(clock: Pick<Clock, "monotonicMs">, reportAlert: AlertReporter): GuessMonitor {
  /** When each terminal's lookups have failed. The terminal that failed last is the last one. */
  const failures = new Map<string, readonly number[]>();

  function observeUnknownVoucher({ client, terminal }: Pick<EventLabels, "client" | "terminal">): void {
    const key = JSON.stringify([client, terminal]);
    const nowMs = clock.monotonicMs();
    const recent = [...(failures.get(key) ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS), nowMs];
    failures.delete(key);
    // After an alert it is counted anew, so that guessing that goes on is alerted again.
    if (recent.length < MAX_FAILURES) failures.set(key, recent);
    else {
      reportAlert({
        reason: "failedLookups",
        failures: recent.length,
        withinMs: WINDOW_MS,
        ...(client === undefined ? {} : { client }),
        ...(terminal === undefined ? {} : { terminal }),
      });
    }
    const [oldest] = failures.keys();
    if (failures.size > MAX_TERMINALS && oldest !== undefined) failures.delete(oldest);
  }

  return {
    observeStep: ({ transaction }) => {
      const isUnknown = transaction.state === "lookupFailed" && transaction.reason === "noSuchVoucher";
      if (isUnknown) observeUnknownVoucher(labelsOf(transaction));
    },
    observeUnknownVoucher,
  };
}
