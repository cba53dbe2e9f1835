import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** In memory, if the system has such a folder: nothing here has to survive a power loss. */
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Gives work a folder of its own, and removes it afterwards, even if the work fails. */
export async function withTemporaryFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(PARENT, "outbox-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies a database as it is at this moment: the file and its WAL. SQLite makes the rest anew from these. */
export function copyDatabase(from: string, to: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(to + suffix, { force: true });
  for (const suffix of ["", "-wal"]) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
}
