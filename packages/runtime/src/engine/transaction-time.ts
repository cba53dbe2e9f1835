// The time as a transaction counts it.
//
// A transaction compares times that were taken at different moments: a reversal waits for the deadline of a request that was sent
// before. If the wall clock is set in between, one of them is of the old clock and the other of the new one, and the reversal overtakes
// the request, or waits for years. So a transaction goes on by the clock that it began with: the time of its last commit, and what has
// passed since by a clock that cannot be set. Only `clockSetBack` takes it to the wall clock, all its waits at once.
//
// It never goes ahead of what has passed: of two clocks that differ a little, the one that is behind counts. Such differences add up
// from process to process, and only towards waiting longer.

import type { Instant } from "@electrum-vouchers/core";
import type { StoredRecord } from "@electrum-vouchers/core/ports";

/** If the wall clock is further behind, it was set back. */
const TOLERANCE_MS = 1_000;

/** The wall clock's time if it is a little behind what the transaction counts, else the latter. */
export const agreedTime = (counted: Instant, now: Instant): Instant =>
  now < counted && counted - now <= TOLERANCE_MS ? now : counted;

/**
 * The time of a stored transaction now. If the store does not know how long ago it was committed, it is the wall clock's, but never
 * before the commit.
 */
export const transactionTime = (
  { committedAt, waitedMs }: Pick<StoredRecord, "committedAt" | "waitedMs">,
  now: Instant,
): Instant =>
  waitedMs === undefined ? Math.max(now, committedAt) : agreedTime(committedAt + Math.round(waitedMs), now);
