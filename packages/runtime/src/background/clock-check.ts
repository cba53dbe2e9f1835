// What was stored by a clock that was ahead. A wall clock may be a day or ten years ahead, and be set back: after a restart, or while
// the till runs. What was committed meanwhile is due in the future, and would sleep until then.
//
// Rules
// 1. A commit time that lies in the future shows it (`Outbox.findAhead`). It is looked for at the start, when the wall clock falls behind
//    the monotonic clock, when another process has committed or ended, and now and then. Each claim loop asks before it claims, so
//    that a till at work finds out at once.
// 2. Each transaction gets the fact `clockSetBack`, which the journal keeps: its waits begin anew (core, `machines/recount.ts`).
// 3. One that a call in this process runs is left alone: the call counts by the monotonic clock. One of another process that lives is
//    left out by the store.
// 4. The operator is told once for each check that found some.

import type { Instant } from "@electrum-vouchers/core";
import { CLOCK_TOLERANCE_MS, type Outbox, type StoredRecord } from "@electrum-vouchers/core/ports";
import type { ActiveTransactions } from "../active-transactions.ts";
import { type AlertReporter, toAlerts } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { type EnginePorts, runTransaction } from "../engine/run-transaction.ts";
import { factStep, readRecord } from "../engine/stored-step.ts";

export interface ClockCheckOptions {
  readonly outbox: Pick<Outbox, "findAhead" | "watch">;
  readonly clock: Clock;
  readonly clients?: readonly string[];
  readonly enginePorts: EnginePorts;
  readonly activeTransactions: ActiveTransactions;
  readonly reportAlert: AlertReporter;
}

/** A till without work finds out by itself. */
const CHECK_INTERVAL_MS = 60_000;

/** How many are read at once. */
const PAGE = 100;

export interface ClockCheck {
  /** To be called before work is claimed. It does nothing unless it is time. */
  run(): Promise<void>;
  stop(): void;
}

export function startClockCheck(options: ClockCheckOptions): ClockCheck {
  const { clock } = options;
  let isHinted = true;
  let checkedMs = 0;
  let offsetMs = Number.NEGATIVE_INFINITY;

  /** A process whose clock was ahead may have ended. */
  const endWatch = options.outbox.watch(() => {
    isHinted = true;
  });

  async function run(): Promise<void> {
    const nowMs = clock.monotonicMs();
    const nextOffsetMs = clock.now() - nowMs;
    const isSetBack = nextOffsetMs < offsetMs - CLOCK_TOLERANCE_MS;
    // The furthest ahead since the last check: the clock may have been set forward and back since.
    offsetMs = Math.max(offsetMs, nextOffsetMs);
    if (!isHinted && !isSetBack && nowMs < checkedMs + CHECK_INTERVAL_MS) return;
    isHinted = false;
    checkedMs = nowMs;
    offsetMs = nextOffsetMs;
    await countAllAnew(options);
  }

  return { run, stop: endWatch };
}

async function countAllAnew({ outbox, clock, clients, reportAlert, ...options }: ClockCheckOptions): Promise<void> {
  let records = 0;
  let aheadMs = 0;
  for (;;) {
    const now = clock.now();
    const found = await outbox.findAhead({ now, limit: PAGE, ...(clients === undefined ? {} : { clients }) });
    if (found.isErr()) {
      reportAlert({ reason: "outboxUnavailable", error: found.error });
      return;
    }
    const counted = await Promise.all(found.value.map((record) => countAnew(record, now, { reportAlert, ...options })));
    const done = counted.filter(Boolean).length;
    records += done;
    aheadMs = Math.max(aheadMs, ...found.value.map(({ committedAt }) => committedAt - now));
    if (done === 0 || found.value.length < PAGE) break;
  }
  if (records > 0) reportAlert({ reason: "clockSetBack", records, aheadMs });
}

/** Whether its waits were counted anew. */
async function countAnew(
  record: StoredRecord,
  at: Instant,
  { activeTransactions, enginePorts, reportAlert }: Omit<ClockCheckOptions, "outbox" | "clock">,
): Promise<boolean> {
  const { id } = record;
  if (activeTransactions.has(id)) return false;
  const current = readRecord(record);
  if (current.isErr()) {
    toAlerts(id, current.error).forEach((alert) => reportAlert(alert));
    return false;
  }
  const step = factStep(current.value, { type: "clockSetBack", at });
  if (step.step.transaction === current.value.transaction) return false;
  const ran = await activeTransactions.track(id, () => runTransaction(step, enginePorts));
  ran.orTee((error) => toAlerts(id, error).forEach((alert) => reportAlert(alert)));
  return ran.isOk();
}
