import { policyInForce, type Uuid } from "@electrum-vouchers/core";
import { type ClaimedRecord, CLOCK_TOLERANCE_MS } from "@electrum-vouchers/core/ports";
import type { AlertReporter } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import type { VersionedTransaction } from "../engine/stored-step.ts";
import { remainingWaitMs } from "../engine/waits.ts";

/** What claimed records must still wait for, and since when this process knows those whose age the store does not know. */
export interface Waits {
  /** How long the record must still wait, in milliseconds. If the wall clock was set forward, the operator is told. */
  remainingMs(record: ClaimedRecord, current: VersionedTransaction): number;
}

/** More than wait at once. The oldest is forgotten first, and then waits anew. */
const MAX_SEEN = 100_000;

export function createWaits({
  clock,
  reportAlert,
}: {
  readonly clock: Clock;
  readonly reportAlert: AlertReporter;
}): Waits {
  const seen = new Map<Uuid, { readonly version: number; readonly atMs: number }>();
  let toldMs = 0;

  /** How long this process has known the record at this version. */
  function seenForMs({ id, version, waitedMs }: ClaimedRecord): number {
    if (waitedMs !== undefined) return 0;
    const nowMs = clock.monotonicMs();
    const known = seen.get(id);
    if (known?.version === version) return nowMs - known.atMs;
    seen.delete(id);
    seen.set(id, { version, atMs: nowMs });
    if (seen.size > MAX_SEEN) for (const oldest of [...seen.keys()].slice(0, 1)) seen.delete(oldest);
    return 0;
  }

  /** Once for each jump, however many records show it. */
  function tell({ id, committedAt, waitedMs }: ClaimedRecord): void {
    if (waitedMs === undefined) return;
    const byMs = Math.round(clock.now() - committedAt - waitedMs);
    // A process that was stopped for a while differs a little.
    if (byMs < CLOCK_TOLERANCE_MS || Math.abs(byMs - toldMs) < SAME_JUMP_MS) return;
    toldMs = byMs;
    reportAlert({ reason: "clockSetForward", id, byMs });
  }

  return {
    remainingMs: (record, { transaction }) => {
      const { replyDeadlineMs } = policyInForce(transaction);
      const waitMs = remainingWaitMs(record, { now: clock.now(), replyDeadlineMs, seenForMs: seenForMs(record) });
      if (waitMs > 0) tell(record);
      else seen.delete(record.id);
      return waitMs;
    },
  };
}

/** Records that were committed before a jump show the same jump, to within their own delays. */
const SAME_JUMP_MS = 5_000;
