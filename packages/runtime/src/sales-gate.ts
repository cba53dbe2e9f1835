import type { Clock } from "./clock.ts";

/** Refuses new sales while what answers is not Electrum: each would cost a customer a retry and a reversal. */
export interface SalesGate {
  /** A request was answered by something else. */
  noteForeign(): void;
  /** Electrum is there. */
  noteElectrum(): void;
  /** Whether new sales are refused, but for single ones. */
  refusesSales(): boolean;
  /** How long a new sale is refused, in milliseconds; 0 if one may start now. A sale that may start counts as the probe. */
  admitSale(): number;
}

/** Foreign responses in a row after which new sales are refused. */
const MAX_FOREIGN_IN_ROW = 3;

/** While new sales are refused, one may start this often. */
const PROBE_INTERVAL_MS = 10_000;

export function createSalesGate(clock: Pick<Clock, "monotonicMs">): SalesGate {
  let foreignInRow = 0;
  let probedAtMs = Number.NEGATIVE_INFINITY;

  const refusesSales = (): boolean => foreignInRow >= MAX_FOREIGN_IN_ROW;

  return {
    /** This one has just shown that Electrum is not there, so the first probe waits as long as any. */
    noteForeign: () => {
      foreignInRow += 1;
      if (foreignInRow === MAX_FOREIGN_IN_ROW) probedAtMs = clock.monotonicMs();
    },
    noteElectrum: () => {
      foreignInRow = 0;
    },
    refusesSales,
    admitSale: () => {
      if (!refusesSales()) return 0;
      const nowMs = clock.monotonicMs();
      const waitMs = probedAtMs + PROBE_INTERVAL_MS - nowMs;
      if (waitMs <= 0) probedAtMs = nowMs;
      return Math.max(waitMs, 0);
    },
  };
}
