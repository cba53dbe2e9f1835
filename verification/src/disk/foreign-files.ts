import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import type { CommitHistory } from "./commit-history.ts";
import { findDifferencesInFile, tryOpen, writeDatabase } from "./outbox.ts";
import { prefixFailures, type DiskCheckResult, mergeDiskResults } from "./disk-check-result.ts";

/** A file that this release cannot use. It is left exactly as it is, and no file is put beside it. */
export async function checkForeignFiles(folder: string, history: CommitHistory): Promise<DiskCheckResult> {
  const results = Object.entries(foreignFiles).map(([name, make]) => {
    const path = join(folder, name.replaceAll(" ", "-"));
    make(path);
    return checkRefused(name, path, "foreign");
  });
  return mergeDiskResults([...results, await checkNewerFile(join(folder, "newer.db"), history)]);
}

const foreignFiles: Readonly<Record<string, (path: string) => void>> = {
  "a text": (path) => writeFileSync(path, "To whom it may concern: this is no database.\n".repeat(100)),
  "a short text": (path) => writeFileSync(path, "SQLite format 3"),
  zeros: (path) => writeFileSync(path, Buffer.alloc(8_192)),
  "a folder": (path) => mkdirSync(path),
  "another program's database": (path) =>
    runSql(path, "CREATE TABLE letters (body TEXT); INSERT INTO letters VALUES ('mine')"),
  "another program's database with tables of our names": (path) =>
    runSql(path, "CREATE TABLE transactions (row_id INTEGER PRIMARY KEY); CREATE TABLE journal (row_id INTEGER)"),
  "another program's database with a write-ahead log": (path) =>
    runSql(path, "PRAGMA journal_mode = WAL; CREATE TABLE letters (body TEXT)"),
};

function runSql(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

function checkRefused(name: string, path: string, expected: "foreign" | "newer"): DiskCheckResult {
  const before = snapshot(path);
  const errorType = tryOpen(path).match(
    () => "opened",
    ({ type }) => type,
  );
  const failures = [
    ...(errorType === expected ? [] : [`it is called ${errorType}, not ${expected}`]),
    ...(snapshot(path) === before ? [] : ["it was changed, or something was put beside it"]),
  ];
  return { points: 1, failures: prefixFailures(name, failures) };
}

/** The bytes of the file, and the names of all files beside it. */
const snapshot = (path: string): string =>
  [
    ...readdirSync(dirname(path)).toSorted(),
    statSync(path).isDirectory() ? readdirSync(path).join() : readFileSync(path, "base64"),
  ].join();

/** The file was written by a newer release. Once the older schema is back, everything is there. */
async function checkNewerFile(path: string, history: CommitHistory): Promise<DiskCheckResult> {
  await writeDatabase(path, history);
  const shiftVersion = (change: number): void => {
    const database = new Database(path);
    database.pragma(`user_version = ${Number(database.pragma("user_version", { simple: true })) + change}`);
    database.close();
  };
  shiftVersion(1);
  const { points, failures } = checkRefused("a newer release's file", path, "newer");
  shiftVersion(-1);
  return {
    points,
    failures: [...failures, ...prefixFailures("back at this release", await findDifferencesInFile(path, history))],
  };
}
