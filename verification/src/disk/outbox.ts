import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change, CommitError } from "@electrum-vouchers/core/ports";
import { differences, type Ledger } from "./ledger.ts";

/** Short: who holds a lock here holds it until told otherwise. */
const BUSY_TIMEOUT_MS = 20;

export const openFile = (path: string): ReturnType<typeof openSqliteOutbox> =>
  openSqliteOutbox({ path, busyTimeoutMs: BUSY_TIMEOUT_MS });

/** Opens what must open. */
export function opened(path: string): SqliteOutbox {
  return openFile(path).match(
    (outbox) => outbox,
    (error) => {
      throw new Error(`${path} does not open: ${error.type}`);
    },
  );
}

/** Commits what must be taken. */
export async function commitAll(outbox: SqliteOutbox, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    const error = await committing(outbox, change);
    if (error !== undefined) throw new Error(`a commit failed: ${error.type}`);
  }
}

/** Commits what must be taken, in one transaction. */
export async function commitTogether(outbox: SqliteOutbox, changes: readonly Change[]): Promise<void> {
  await Promise.all(changes.map((change) => commitAll(outbox, [change])));
}

/** The error of a commit, if any. */
export const committing = (outbox: SqliteOutbox, change: Change): Promise<CommitError | undefined> =>
  outbox.commit(change).match(
    () => undefined,
    (error) => error,
  );

export async function closed(outbox: SqliteOutbox): Promise<void> {
  const result = await outbox.close();
  if (result.isErr()) throw new Error(`it does not close: ${result.error.reason}`);
}

/** Writes a file with this workload in it, and closes it. */
export async function writeFile(path: string, ledger: Ledger): Promise<void> {
  const outbox = opened(path);
  await commitAll(outbox, ledger);
  await closed(outbox);
}

/** How a file, opened anew, differs from what was committed. */
export async function differencesInFile(path: string, ledger: Ledger): Promise<readonly string[]> {
  const outbox = opened(path);
  const found = await differences(outbox, ledger);
  await closed(outbox);
  return found;
}
