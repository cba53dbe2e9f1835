import { execFileSync } from "node:child_process";
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

/** What is made anew from the file and its write-ahead log: the index of the log, and the file of leases. */
export function removeDerivedFiles(path: string): void {
  for (const suffix of ["-shm", "-leases", "-leases-wal", "-leases-shm"]) rmSync(path + suffix, { force: true });
}

/** Copies a database that this process has open. Another process does it, since a close here would drop SQLite's locks. */
export function copyOpenDatabase(from: string, to: string): void {
  const program = "const [, from, to] = process.argv; require('node:fs').copyFileSync(from, to)";
  for (const suffix of ["", "-wal"]) execFileSync(process.execPath, ["-e", program, from + suffix, to + suffix]);
}

/**
 * What belongs to a database, at this instant: the file and its write-ahead log. The rest is made anew from these. If this process
 * has it open, it must not be used afterwards.
 */
export function copyDatabase(from: string, to: string): void {
  for (const suffix of ["", "-wal"]) rmSync(to + suffix, { force: true });
  removeDerivedFiles(to);
  for (const suffix of ["", "-wal"]) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
}
