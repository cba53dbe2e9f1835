import { type BootClock, openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change, CommitError } from "@electrum-vouchers/core/ports";
import { findDifferences, type CommitHistory } from "./commit-history.ts";

/** Short: a process that holds a lock here holds it until it is told to let go. */
const BUSY_TIMEOUT_MS = 20;

export const tryOpen = (path: string, bootClock?: BootClock): ReturnType<typeof openSqliteOutbox> =>
  openSqliteOutbox({ path, busyTimeoutMs: BUSY_TIMEOUT_MS, ...(bootClock === undefined ? {} : { bootClock }) });

/** Opens an outbox; throws if it does not open. */
export function openOrThrow(path: string, bootClock?: BootClock): SqliteOutbox {
  return tryOpen(path, bootClock).match(
    (outbox) => outbox,
    (error) => {
      throw new Error(`${path} does not open: ${error.type}`);
    },
  );
}

/** Commits changes; throws if one does not succeed. */
export async function commitAll(outbox: SqliteOutbox, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    const error = await tryCommit(outbox, change);
    if (error !== undefined) throw new Error(`a commit failed: ${error.type}`);
  }
}

/** Commits changes in one transaction; throws if one does not succeed. */
export async function commitTogether(outbox: SqliteOutbox, changes: readonly Change[]): Promise<void> {
  await Promise.all(changes.map((change) => commitAll(outbox, [change])));
}

/** The error of a commit, if any. */
export const tryCommit = (outbox: SqliteOutbox, change: Change): Promise<CommitError | undefined> =>
  outbox.commit(change).match(
    () => undefined,
    (error) => error,
  );

export async function closeOrThrow(outbox: SqliteOutbox): Promise<void> {
  const result = await outbox.close();
  if (result.isErr()) throw new Error(`it does not close: ${result.error.reason}`);
}

/** Writes a file with this workload in it, and closes it. */
export async function writeDatabase(path: string, history: CommitHistory): Promise<void> {
  const outbox = openOrThrow(path);
  await commitAll(outbox, history);
  await closeOrThrow(outbox);
}

/** How a file, opened again, differs from what was committed. */
export async function findDifferencesInFile(path: string, history: CommitHistory): Promise<readonly string[]> {
  const outbox = openOrThrow(path);
  const found = await findDifferences(outbox, history);
  await closeOrThrow(outbox);
  return found;
}
