// Retention: what is finished is redacted after a time, and deleted after a longer one.
//
// Rules
// 1. The store lets one process begin a run at a time, and remembers how far it has come.
// 2. A run is made of small steps with pauses, so that a customer's commit waits for one step at most.
// 3. A run whose bounds would move on by more than two days is not begun: the clock may be ahead, and what is redacted is gone. An
//    operator looks at the clock, and lets it go on (`resume`).
// 4. What was redacted is not called erased while another program still reads it. Then the run ends once more, until it is.
//
// What it does not know: what is redacted, and of what. The core does (`createRetentionRules`).

import { createRetentionRules, type Digester, type Instant, type Uuid } from "@electrum-vouchers/core";
import type {
  OutboxRetention,
  OutboxUnavailable,
  RetentionCursor,
  RetentionRequest,
  RetentionResult,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import type { AlertReporter } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import type { EventListener } from "../events.ts";
import type { Retention } from "../retention-options.ts";
import { startPollLoop } from "./poll-loop.ts";

export interface RetentionOptions {
  /** What is redacted and deleted where; `undefined` if retention is off. */
  readonly retention: ({ readonly outbox: OutboxRetention } & Retention) | undefined;
  readonly digester: Digester | undefined;
  readonly clock: Clock;
  readonly onEvent: EventListener;
  readonly reportAlert: AlertReporter;
  /** The till is told to stop. */
  readonly stopping: AbortSignal;
}

export interface RetentionRunner {
  /** The next run may move the bounds on as far as the clock says. It begins now. */
  resume(): void;
  /** Begins no more steps. Resolves once the one under way has ended. */
  stop(): Promise<void>;
}

/** How long after a run the next one may begin, in whatever process. */
const RUN_INTERVAL_MS = 60 * 60 * 1_000;

/** A shop that is closed on Sunday goes on by itself on Monday. A clock that runs ahead is noticed before much is lost. */
const MAX_STEP_MS = 2 * 24 * 60 * 60 * 1_000;

/** Transactions a step. Each takes about a millisecond with its journal, and the event loop stands still for all of them. */
const STEP_TRANSACTIONS = 20;

/** Between two steps, so that customers' commits go first. A backlog of a hundred thousand transactions takes an hour. */
const STEP_PAUSE_MS = 500;

/** How soon to look again whether what was redacted can be erased, and whether the outbox is available. */
const RETRY_MS = 60_000;

/** So many ids an alert names. */
const MAX_IDS = 10;

/** Starts to redact and to delete what is old enough. */
export const startRetention = (options: RetentionOptions): RetentionRunner =>
  options.retention === undefined
    ? { resume: () => {}, stop: () => Promise.resolve() }
    : startRuns(options.retention, options);

function startRuns(
  retention: NonNullable<RetentionOptions["retention"]>,
  { clock, stopping, digester, ...report }: RetentionOptions,
): RetentionRunner {
  const { outbox, redactAfterMs } = retention;
  const rules = createRetentionRules({ ...retention, ...(digester === undefined ? {} : { digester }) });
  let isResumed = false;
  let mustErase = false;

  async function poll(): Promise<number> {
    const now = clock.now();
    const maxStep = isResumed ? {} : { maxStepMs: MAX_STEP_MS };
    const begun = await outbox.beginRetention({ now, intervalMs: RUN_INTERVAL_MS, redactAfterMs, ...maxStep });
    if (begun.isErr()) return unavailable(begun.error);
    if (begun.value.type === "stepTooLarge") {
      report.reportAlert({ reason: "retentionWaits", stepMs: begun.value.stepMs });
      return RUN_INTERVAL_MS;
    }
    isResumed = false;
    if (begun.value.type === "notDue" && !mustErase) return begun.value.dueAt - now;
    const run = await runSteps(outbox, { ...boundsAt(now, retention), limit: STEP_TRANSACTIONS, rules }, async () => {
      await clock.sleep(STEP_PAUSE_MS, stopping);
      return !stopping.aborted;
    });
    if (run.isErr()) return unavailable(run.error);
    mustErase = !run.value.isErased;
    reportRun(run.value, clock.now(), report);
    return mustErase ? RETRY_MS : RUN_INTERVAL_MS;
  }

  function unavailable(error: OutboxUnavailable): number {
    report.reportAlert({ reason: "outboxUnavailable", error });
    return RETRY_MS;
  }

  const loop = startPollLoop({ clock, poll, maxSleepMs: RUN_INTERVAL_MS });
  return {
    resume: () => {
      isResumed = true;
      loop.notify();
    },
    stop: loop.stop,
  };
}

const boundsAt = (now: Instant, { redactAfterMs, redactUnsettledAfterMs, deleteAfterMs }: Retention) => ({
  redactBefore: now - redactAfterMs,
  redactUnsettledBefore: now - redactUnsettledAfterMs,
  deleteBefore: now - deleteAfterMs,
});

/** All the steps of a run, or those up to the stop of the till. */
async function runSteps(
  outbox: OutboxRetention,
  request: RetentionRequest,
  pause: () => Promise<boolean>,
): Promise<Result<RetentionRun, OutboxUnavailable>> {
  let run = nothingYet;
  let next: RetentionCursor | undefined;
  do {
    const step = await outbox.applyRetention(next === undefined ? request : { ...request, after: next });
    if (step.isErr()) return err(step.error);
    run = addStep(run, step.value);
    next = step.value.next;
  } while (next !== undefined && (await pause()));
  return ok(run);
}

function reportRun(
  { ids, ...counts }: RetentionRun,
  at: Instant,
  { onEvent, reportAlert }: Pick<RetentionOptions, "onEvent" | "reportAlert">,
): void {
  const { failed, redactedUnsettled } = counts;
  onEvent({ type: "retention", ...counts, at });
  if (failed > 0) reportAlert({ reason: "retentionFailed", transactions: failed, ids });
  if (redactedUnsettled > 0) reportAlert({ reason: "unsettledRedacted", transactions: redactedUnsettled });
}

/** What a run has done so far. */
interface RetentionRun extends Omit<RetentionResult, "failed" | "next"> {
  readonly failed: number;
  /** The first of those that failed. */
  readonly ids: readonly Uuid[];
}

const nothingYet: RetentionRun = {
  redacted: 0,
  redactedUnsettled: 0,
  deleted: 0,
  left: 0,
  failed: 0,
  isErased: false,
  ids: [],
};

const addStep = (run: RetentionRun, step: RetentionResult): RetentionRun => ({
  redacted: run.redacted + step.redacted,
  redactedUnsettled: run.redactedUnsettled + step.redactedUnsettled,
  deleted: run.deleted + step.deleted,
  left: run.left + step.left,
  failed: run.failed + step.failed.length,
  isErased: step.isErased,
  ids: [...run.ids, ...step.failed].slice(0, MAX_IDS),
});
