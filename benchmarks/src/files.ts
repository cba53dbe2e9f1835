import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";

/** Gives `work` a folder of its own, and removes the folder afterwards. */
export async function withTemporaryFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), "vouchers-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An outbox on a file of its own. `commits` counts its database transactions; each takes one fsync. */
export async function withOutbox<Value>(
  work: (outbox: SqliteOutbox, counted: { commits: number }, path: string) => Promise<Value>,
): Promise<Value> {
  return withTemporaryFolder(async (folder) => {
    const counted = { commits: 0 };
    const path = join(folder, "outbox.db");
    const outbox = openSqliteOutbox({
      path,
      onCommit: () => {
        counted.commits += 1;
      },
    })._unsafeUnwrap();
    try {
      return await work(outbox, counted, path);
    } finally {
      (await outbox.close())._unsafeUnwrap();
    }
  });
}
