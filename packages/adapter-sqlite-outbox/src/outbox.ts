import { type Change, isolateErrors, type OutboxUnavailable, type Postponement } from "@electrum-vouchers/core/ports";
import { err, errAsync, type Result, ResultAsync } from "neverthrow";
import { type CommitResult, createGroupCommit } from "./group-commit.ts";
import type { Connections } from "./connection.ts";
import { trySqlite, outboxClosed } from "./errors.ts";
import { createBatcher } from "./batcher.ts";
import { createInspection, type Inspection } from "./inspection.ts";
import { createRetention } from "./retention.ts";
import { STORED_COLUMNS, type StoredRow, storedOf } from "./rows.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";
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
  const { durable, schedule, rowIds, recent, truncateWal, close } = connections;
  const stateCounts = createStateCounts(durable);
  const inspection = createInspection(durable, stateCounts);
  const applyRetention = createRetention(durable, stateCounts);
  const load = durable.prepare<[string], StoredRow>(`SELECT ${STORED_COLUMNS} FROM transactions WHERE id = ?`);

  const maintenance = createMaintenanceFor(connections, stateCounts);
  const notify = isolateErrors(onCommit, warnOfListener);
  const commits = createBatcher<Change, CommitResult>({
    run: createGroupCommit(durable, rowIds, recent, stateCounts, (changes) => {
      maintenance.recordChanges(changes);
      notify(changes);
    }),
    sizeOf: ({ record, entry }) => record.length + entry.length,
    overloaded: err(overloaded),
    ...BATCH_BOUNDS,
  });
  const postponements = createBatcher<Postponement, Result<void, OutboxUnavailable>>({
    run: (items) => {
      const outcome = trySqlite(() => schedule.use(({ postpone }) => postpone(items)));
      return items.map(() => outcome);
    },
    sizeOf: ({ reason }) => reason.length,
    overloaded: err(overloaded),
    ...BATCH_BOUNDS,
  });

  const whenOpen = <Value>(work: () => Value): ResultAsync<Value, OutboxUnavailable> =>
    new ResultAsync(Promise.resolve(durable.open ? trySqlite(work) : err(outboxClosed)));

  return {
    commit: (change) => (durable.open ? new ResultAsync(commits.add(change)) : errAsync(outboxClosed)),
    load: (id) =>
      whenOpen(() => {
        const row = load.get(id);
        return row === undefined ? undefined : storedOf(row);
      }),
    claim: (request) => whenOpen(() => schedule.use(({ claim }) => claim(request))),
    postpone: (postponement) =>
      durable.open ? new ResultAsync(postponements.add(postponement)) : errAsync(outboxClosed),
    advance: (request) => whenOpen(() => schedule.use(({ advance }) => advance(request))),
    release: (given) => whenOpen(() => schedule.use(({ release }) => release(given))),
    close: () =>
      whenOpen(() => {
        commits.flush();
        postponements.flush();
        close();
      }),
    summary: () =>
      whenOpen(() => ({ ...inspection.summary(), halted: schedule.use(({ countHalted }) => countHalted()) })),
    list: (query) => whenOpen(() => inspection.list(query)),
    journal: (id) => whenOpen(() => inspection.journal(id)),
    applyRetention: (request) =>
      whenOpen(() => {
        const { redacted, deleted } = applyRetention(request);
        if (deleted.length > 0) forget(connections, deleted);
        if (redacted + deleted.length < request.limit) truncateWal();
        return { redacted, deleted: deleted.length };
      }),
    check: () => whenOpen(() => checkBoth(inspection, schedule)),
  };
}

const warnOfListener = (detail: string): void =>
  process.emitWarning("The outbox's onCommit failed. The outbox goes on, and reports no further failure.", { detail });

/** Has the schedule forget what was removed. What this fails to tell it, it finds by itself when a claim chooses it. */
function forget({ recent, schedule }: Connections, rowIds: readonly number[]): void {
  recent.clear();
  trySqlite(() => schedule.use(({ refresh }) => refresh(rowIds))).unwrapOr(undefined);
}

/**
 * What is wrong with the first file; if nothing is, what is wrong with the second, which then is thrown away. A second file that
 * cannot be written now is not checked: nothing in it is needed, and it is compared with the first when it is next opened.
 */
function checkBoth(inspection: Pick<Inspection, "check">, schedule: Connections["schedule"]): readonly string[] {
  const faults = inspection.check();
  if (faults.length > 0) return faults;
  const faultsOfSchedule = trySqlite(() => schedule.use(({ check }) => check())).unwrapOr([]);
  if (faultsOfSchedule.length > 0) schedule.discard();
  return faultsOfSchedule;
}

/** Begins with what a former process has left. */
function createMaintenanceFor(
  { durable, schedule, tryWithoutWaiting, checkpointWal }: Connections,
  stateCounts: StateCounts,
): Maintenance {
  // If a task fails, the next time does it all.
  const unlessClosed = (work: () => void) => (): void => {
    if (durable.open) trySqlite(work).unwrapOr(undefined);
  };
  unlessClosed(() => tryWithoutWaiting(durable.transaction(stateCounts.fold).immediate))();
  return createMaintenance([unlessClosed(() => schedule.use(({ catchUp }) => catchUp())), unlessClosed(checkpointWal)]);
}
