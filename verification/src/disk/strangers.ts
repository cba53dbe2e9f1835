import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import type { Ledger } from "./ledger.ts";
import { differencesInFile, openFile, writeFile } from "./outbox.ts";
import { at, type Outcome, together } from "./outcome.ts";

/** A file that is not for this release: it is left exactly as it is, and nothing is put beside it. */
export async function strangers(folder: string, ledger: Ledger): Promise<Outcome> {
  const foreign = Object.entries(foreigners).map(([what, make]) => {
    const path = join(folder, what.replaceAll(" ", "-"));
    make(path);
    return refused(what, path, "foreign");
  });
  return together([...foreign, await newer(join(folder, "newer.db"), ledger)]);
}

const foreigners: Readonly<Record<string, (path: string) => void>> = {
  "a text": (path) => writeFileSync(path, "To whom it may concern: this is no database.\n".repeat(100)),
  "a short text": (path) => writeFileSync(path, "SQLite format 3"),
  zeros: (path) => writeFileSync(path, Buffer.alloc(8_192)),
  "a folder": (path) => mkdirSync(path),
  "another program's database": (path) =>
    sqlite(path, "CREATE TABLE letters (body TEXT); INSERT INTO letters VALUES ('mine')"),
  "another program's database with tables of our names": (path) =>
    sqlite(path, "CREATE TABLE transactions (number INTEGER PRIMARY KEY); CREATE TABLE journal (number INTEGER)"),
  "another program's database with a write-ahead log": (path) =>
    sqlite(path, "PRAGMA journal_mode = WAL; CREATE TABLE letters (body TEXT)"),
};

function sqlite(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

function refused(what: string, path: string, as: "foreign" | "newer"): Outcome {
  const before = snapshot(path);
  const called = openFile(path).match(
    () => "opened",
    ({ type }) => type,
  );
  const failures = [
    ...(called === as ? [] : [`it is called ${called}, not ${as}`]),
    ...(snapshot(path) === before ? [] : ["it was changed, or something was put beside it"]),
  ];
  return { points: 1, failures: at(what, failures) };
}

/** What is there, byte for byte, and the names of all that is beside it. */
const snapshot = (path: string): string =>
  [
    ...readdirSync(dirname(path)).toSorted(),
    statSync(path).isDirectory() ? readdirSync(path).join() : readFileSync(path, "base64"),
  ].join();

/** Written by a newer release; with the older schema back, everything is there. */
async function newer(path: string, ledger: Ledger): Promise<Outcome> {
  await writeFile(path, ledger);
  const release = (change: number): void => {
    const database = new Database(path);
    database.pragma(`user_version = ${Number(database.pragma("user_version", { simple: true })) + change}`);
    database.close();
  };
  release(1);
  const { points, failures } = refused("a newer release's file", path, "newer");
  release(-1);
  return { points, failures: [...failures, ...at("back at this release", await differencesInFile(path, ledger))] };
}
