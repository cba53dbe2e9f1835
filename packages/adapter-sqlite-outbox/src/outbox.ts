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
 * The bounds of what shares a transaction: few enough that the event loop is not held up for long, many enough that an fsync
 * is little to each. And of what waits: whoever has more callers than that at once is better told so than kept waiting.
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

  const upkeep = createMaintenanceFor(connections);
  const notify = isolateErrors(onCommit, warnOfListener);
  const commits = createBatcher<Change, CommitResult>({
    run: createGroupCommit(durable, rowIds, (changes) => {
      upkeep.recordChanges(changes);
      notify(changes);
    }),
    sizeOf: ({ record, entry }) => record.length + entry.length,
    overloaded: err(overloaded),
    ...BATCH_BOUNDS,
  });
  const postponements = createBatcher<Postponement, Result<void, OutboxUnavailable>>({
    run: (members) => {
      const outcome = trySqlite(() => leases.postpone(members));
      return members.map(() => outcome);
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
        const retained = applyRetention(request);
        if (retained.redacted + retained.deleted < request.limit) truncateWal();
        return retained;
      }),
    check: () => whenOpen(inspection.check),
  };
}

const warnOfListener = (detail: string): void =>
  process.emitWarning("The outbox's onCommit failed. The outbox goes on, and reports no further failure.", { detail });

/** Begins with what a former process has left. */
function createMaintenanceFor({ durable, relaxed, tryWithoutWaiting, checkpointWal }: Connections): Maintenance {
  const addUp = relaxed.transaction(createStateCounts(relaxed).fold).immediate;
  // Where it fails, the next time does it all.
  const unlessClosed = (work: () => void) => (): void => {
    if (durable.open) trySqlite(work).unwrapOr(undefined);
  };
  const addUpAll = unlessClosed(() => tryWithoutWaiting(addUp));
  addUpAll();
  return createMaintenance([addUpAll, unlessClosed(checkpointWal)]);
}
