import { type Change, isolateErrors, type OutboxUnavailable, type Postponement } from "@electrum-vouchers/core/ports";
import { err, errAsync, type Result, ResultAsync } from "neverthrow";
import { type CommitResult, createGroupCommit } from "./group-commit.ts";
import type { Connections } from "./connection.ts";
import { trySqlite, outboxClosed } from "./errors.ts";
import { createBatcher } from "./batcher.ts";
import { createLeases } from "./leases.ts";
import { createInspection } from "./inspection.ts";
import { createRowIdCache } from "./rowid-cache.ts";
import { createRetention } from "./retention.ts";
import { STORED_COLUMNS, type StoredRow, storedOf } from "./rows.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";
import { createStateCounts } from "./state-counts.ts";
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
  const { durable, relaxed, truncateWal, close } = connections;
  const rowIds = createRowIdCache();
  const stateCounts = createStateCounts(durable);
  const leases = createLeases(relaxed, rowIds);
  const inspection = createInspection(durable, stateCounts);
  const applyRetention = createRetention(durable, stateCounts);
  const load = durable.prepare<[string], StoredRow>(`SELECT ${STORED_COLUMNS} FROM transactions WHERE id = ?`);

  const maintenance = createMaintenanceFor(connections);
  const notify = isolateErrors(onCommit, warnOfListener);
  const commits = createBatcher<Change, CommitResult>({
    run: createGroupCommit(durable, rowIds, (changes) => {
      maintenance.recordChanges(changes);
      notify(changes);
    }),
    sizeOf: ({ record, entry }) => record.length + entry.length,
    overloaded: err(overloaded),
    ...BATCH_BOUNDS,
  });
  const postponements = createBatcher<Postponement, Result<void, OutboxUnavailable>>({
    run: (items) => {
      const outcome = trySqlite(() => leases.postpone(items));
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
    claim: (request) => whenOpen(() => leases.claim(request)),
    postpone: (postponement) =>
      durable.open ? new ResultAsync(postponements.add(postponement)) : errAsync(outboxClosed),
    release: (release) => whenOpen(() => leases.release(release)),
    close: () =>
      whenOpen(() => {
        commits.flush();
        postponements.flush();
        close();
      }),
    summary: () => whenOpen(inspection.summary),
    list: (query) => whenOpen(() => inspection.list(query)),
    journal: (id) => whenOpen(() => inspection.journal(id)),
    applyRetention: (request) =>
      whenOpen(() => {
        const result = applyRetention(request);
        if (result.redacted + result.deleted < request.limit) truncateWal();
        return result;
      }),
    check: () => whenOpen(inspection.check),
  };
}

const warnOfListener = (detail: string): void =>
  process.emitWarning("The outbox's onCommit failed. The outbox goes on, and reports no further failure.", { detail });

/** Maintenance of the counts and the WAL. It first folds what an earlier process has left. */
function createMaintenanceFor({ durable, relaxed, tryWithoutWaiting, checkpointWal }: Connections): Maintenance {
  const foldCounts = relaxed.transaction(createStateCounts(relaxed).fold).immediate;
  // If a run fails, the next one does all of its work.
  const unlessClosed = (work: () => void) => (): void => {
    if (durable.open) trySqlite(work).unwrapOr(undefined);
  };
  const foldUnlessLocked = unlessClosed(() => tryWithoutWaiting(foldCounts));
  foldUnlessLocked();
  return createMaintenance([foldUnlessLocked, unlessClosed(checkpointWal)]);
}
