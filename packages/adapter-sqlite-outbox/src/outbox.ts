import type { Uuid } from "@electrum-vouchers/core";
import {
  type Change,
  isolateErrors,
  type OutboxUnavailable,
  type Postponement,
  type RetentionRequest,
  type RetentionResult,
  type StoredRecord,
} from "@electrum-vouchers/core/ports";
import { err, errAsync, type Result, ResultAsync } from "neverthrow";
import { createApplyChange } from "./apply-change.ts";
import { createBackup } from "./backup.ts";
import { type CommitGuard, createCommitGuard } from "./commit-guard.ts";
import { type CommitResult, createGroupCommit } from "./group-commit.ts";
import type { Connections } from "./connection.ts";
import { trySqlite, outboxClosed } from "./errors.ts";
import { createBatcher } from "./batcher.ts";
import { type ColumnCheck, createColumnCheck } from "./column-check.ts";
import { createDeliveries } from "./deliveries.ts";
import { resolve } from "node:path";
import { retryInSmallSteps, retryAfterCheckpoint } from "./full-disk.ts";
import { createInspection } from "./inspection.ts";
import { createStoreCheck } from "./store-check.ts";
import { createRetention } from "./retention.ts";
import { createBeginRetention } from "./retention-run.ts";
import { STORED_COLUMNS, type StoredRow, storedOf } from "./rows.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";
import { createCommitWatch } from "./watch.ts";
import { createStateCounts, type StateCounts } from "./state-counts.ts";
import { createMaintenance, type Maintenance } from "./maintenance.ts";

/**
 * The bounds of a batch (items, and characters of their texts) and of the queue. A batch is small enough not to block the event
 * loop for long, and large enough that an fsync costs each item little. A caller beyond the queue's bound is refused at once,
 * which is better than a long wait.
 */
const BATCH_BOUNDS = { maxItems: 128, maxSize: 2 ** 20, maxWaiting: 10_000 };

const overloaded: OutboxUnavailable = {
  type: "unavailable",
  reason: "busy",
  detail: `${BATCH_BOUNDS.maxWaiting} calls are waiting already`,
};

export function createSqliteOutbox(connections: Connections, onCommit: (changes: number) => void): SqliteOutbox {
  const { durable, schedule, durability, files, liveness, close } = connections;
  const stateCounts = createStateCounts(durable);
  const inspection = createInspection(durable, stateCounts);
  const guard = createCommitGuard(durability, files);
  const columnCheck = createColumnCheck(durable, stateCounts, guard, (rowIds) => forget(connections, rowIds));
  const check = createStoreCheck(connections, inspection, columnCheck);
  const beginRetention = createBeginRetention(durable);
  const applyRetention = createRetentionFor(connections, stateCounts, guard, columnCheck);
  const load = createLoad(connections);
  const readSecret = durable.prepare<[], string>("SELECT secret FROM store").pluck();
  const commitWatch = createCommitWatch(durable, liveness);
  const maintenance = createMaintenanceFor(connections, stateCounts, guard);
  const notify = isolateErrors(onCommit, warnOfListener);
  const { commits, postponements, writeDeliveries } = createBatchers(connections, stateCounts, guard, (changes) => {
    maintenance.recordChanges(changes);
    notify(changes);
  });

  const { whenOpen, whenSame, whenReadable } = createPreconditions(connections);

  return {
    commit: (change) => (durable.open ? new ResultAsync(commits.add(change)) : errAsync(outboxClosed)),
    load: (id) => whenReadable(() => load(id)),
    claim: (request) => whenReadable(() => schedule.use(({ claim }) => claim(request))),
    findAhead: (request) => whenReadable(() => schedule.use(({ findAhead }) => findAhead(request))),
    correctColumns: (query) => whenReadable(() => columnCheck.correctPage(query)).andThen((page) => page),
    undelivered: (queue) => whenReadable(() => inspection.undelivered(queue)),
    secret: () => whenReadable(() => readSecret.all().join("")),
    watch: (listener) => (durable.open ? commitWatch.watch(listener) : () => {}),
    postpone: (postponement) =>
      durable.open ? new ResultAsync(postponements.add(postponement)) : errAsync(outboxClosed),
    advance: (request) => whenSame(() => schedule.use(({ advance }) => advance(request))),
    release: (given) => whenSame(() => schedule.use(({ release }) => release(given))),
    close: () =>
      whenOpen(() => {
        commits.flush();
        postponements.flush();
        writeDeliveries();
        commitWatch.close();
        close();
      }),
    summary: (now) =>
      whenSame(() => ({ ...inspection.summary(now), halted: schedule.use(({ countHalted }) => countHalted()) })),
    list: (query) => whenSame(() => inspection.list(query)),
    journal: (id) => whenSame(() => inspection.journal(id)),
    beginRetention: (request) => whenSame(() => guard.run(() => beginRetention(request))).andThen((begun) => begun),
    applyRetention: (request) => whenSame(() => applyRetention(request)).andThen((applied) => applied),
    check: () => whenSame(() => undefined).andThen(() => new ResultAsync(check())),
    repair: (request) =>
      whenReadable(() => inspection.planRepair(request))
        .andThen((planned) => planned)
        .andThen((change) => new ResultAsync(commits.add(change))),
    countOthers: () => whenOpen(() => liveness.look().length),
    backup: (path) =>
      whenReadable(() => undefined).andThen(() => new ResultAsync(createBackup(durable, resolve(path.trim())))),
  };
}

/** What must hold before a call does its work. */
function createPreconditions({ durable, durability, files }: Connections) {
  const whenOpen = <Value>(work: () => Value): ResultAsync<Value, OutboxUnavailable> =>
    new ResultAsync(Promise.resolve(durable.open ? trySqlite(work) : err(outboxClosed)));
  const whenSame = <Value>(work: () => Value): ResultAsync<Value, OutboxUnavailable> =>
    new ResultAsync(
      Promise.resolve(durable.open ? files.ensureSame().andThen(() => trySqlite(work)) : err(outboxClosed)),
    );
  /** For what the caller acts on. */
  const whenReadable = <Value>(work: () => Value): ResultAsync<Value, OutboxUnavailable> =>
    whenSame(durability.ensureReadable)
      .andThen((readable) => readable)
      .andThen(() => trySqlite(work));
  return { whenOpen, whenSame, whenReadable };
}

function createLoad({ durable, bootClock }: Connections): (id: Uuid) => StoredRecord | undefined {
  const load = durable.prepare<[string], StoredRow>(`SELECT ${STORED_COLUMNS} FROM transactions WHERE id = ?`);
  return (id) => {
    const row = load.get(id);
    return row === undefined ? undefined : storedOf(row, bootClock);
  };
}

function createBatchers(
  { durable, schedule, rowIds, recent, liveness, bootClock, checkpointWal }: Connections,
  stateCounts: StateCounts,
  guard: CommitGuard,
  onCommit: (changes: number) => void,
) {
  const applyChange = createApplyChange(durable, rowIds, { id: liveness.id, bootClock });
  const deliveries = createDeliveries(durable);
  const commitAll = createGroupCommit(durable, applyChange, recent, stateCounts, deliveries, guard, onCommit);
  const commits = createBatcher<Change, CommitResult>({
    run: (changes) => retryAfterCheckpoint(changes, commitAll, checkpointWal),
    sizeOf: ({ record, entry }) => record.length + entry.length,
    overloaded: err(overloaded),
    ...BATCH_BOUNDS,
  });
  const postponements = createBatcher<Postponement, Result<void, OutboxUnavailable>>({
    run: (items) => {
      deliveries.add(items);
      const outcome = trySqlite(() => schedule.use(({ postpone }) => postpone(items)));
      return items.map(() => outcome);
    },
    sizeOf: ({ reason }) => reason.length,
    overloaded: err(overloaded),
    ...BATCH_BOUNDS,
  });
  /** Those that no commit has brought along. If this fails, they are lost. */
  function writeDeliveries(): void {
    if (deliveries.areWaiting()) guard.run(durable.transaction(deliveries.writeAll).immediate).unwrapOr(undefined);
  }

  return { commits, postponements, writeDeliveries };
}

/** Retention, which makes room on a full disk. */
function createRetentionFor(
  connections: Connections,
  stateCounts: StateCounts,
  guard: CommitGuard,
  columnCheck: Pick<ColumnCheck, "note">,
): (request: RetentionRequest) => Result<RetentionResult, OutboxUnavailable> {
  const { durable, reserve, checkpointWal, truncateWal } = connections;
  const applyPage = createRetention(durable, stateCounts);

  return (request) =>
    retryInSmallSteps(request, (step) => guard.run(() => applyPage(step)), { checkpointWal, reserve }).map(
      ({ corrected, ...page }) => {
        columnCheck.note(corrected.map(({ id, columns }) => ({ id, columns })));
        const changed = [...page.deleted, ...corrected.map(({ row_id }) => row_id)];
        if (changed.length > 0) forget(connections, changed);
        const isErased = page.next === undefined && trySqlite(truncateWal).unwrapOr(false);
        return { ...page, deleted: page.deleted.length, isErased };
      },
    );
}

const warnOfListener = (detail: string): void =>
  process.emitWarning("The outbox's onCommit failed. The outbox goes on, and reports no further failure.", { detail });

/** Has the schedule forget what was removed, or look again at what was corrected. What this fails to tell it, it finds by itself when a claim chooses it. */
function forget({ recent, schedule }: Connections, rowIds: readonly number[]): void {
  recent.clear();
  trySqlite(() => schedule.use(({ refresh }) => refresh(rowIds))).unwrapOr(undefined);
}

/** Begins with what a former process has left. */
function createMaintenanceFor(
  { durable, schedule, reserve, tryWithoutWaiting, checkpointWal }: Connections,
  stateCounts: StateCounts,
  guard: CommitGuard,
): Maintenance {
  // If a task fails, the next time does it all.
  const unlessClosed = (work: () => void) => (): void => {
    if (durable.open) trySqlite(work).unwrapOr(undefined);
  };
  unlessClosed(() => tryWithoutWaiting(durable.transaction(stateCounts.fold).immediate))();
  return createMaintenance([
    unlessClosed(() => schedule.use(({ catchUp }) => catchUp())),
    unlessClosed(() => guard.run(checkpointWal).unwrapOr(undefined)),
    reserve.fill,
  ]);
}
