import Database from "better-sqlite3";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import { withTemporaryFolder } from "../../disk/temporary-folder.ts";
import type { Random } from "../../random.ts";
import { mutateJson, mutateText } from "../mutate.ts";
import { withChecksum } from "../records.ts";
import { type Violations, violationUnless } from "../system-under-test.ts";
import { checkNothingWithheld, openStore, readAll, settle, type StoreFiles, writeStore } from "./store.ts";

// Rows that another program has changed. A record bears a checksum, which its columns do not: the record wins, a wrong column withholds no
// advice and has nothing deleted that is open. The checksum detects faults and not malice: of a record that was made anew with a sound one,
// only that nothing throws is asked.

/** The columns that a record says. */
const saidByRecord = [
  "kind",
  "state",
  "needs_attention",
  "finished_at",
  "due_at",
  "due_work",
  "due_description",
  "queue",
  "client",
  "terminal",
  "amount",
  "currency",
];

const texts = [
  ["transactions", "record"],
  ["journal", "entry"],
] as const;

/** All others, of every table. */
const others: readonly (readonly [table: string, column: string])[] = [
  ...["id", "version", "commit_id", "committed_at", "boot", "boot_ms", "redacted", "owner", "correlation"].map(
    (column) => ["transactions", column] as const,
  ),
  ...["exclusive_key", "row_id"].map((column) => ["transactions", column] as const),
  ...["position", "row_id", "version", "state", "needs_attention", "due_work", "commit_id"].map(
    (column) => ["journal", column] as const,
  ),
  ...["id", "last_row_id", "last_position", "retention_at"].map((column) => ["store", column] as const),
  ...["state", "needs_attention", "due_work", "count"].map((column) => ["state_counts", column] as const),
  ["state_counts_fold", "folded_to"],
];

type Value = string | number | bigint | null;

const values: readonly Value[] = [
  null,
  0,
  1,
  -1,
  2,
  32_503_680_000_000,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 53n,
  "",
  "provision",
  "redemption",
  "refund",
  "confirmed",
  "declined",
  "advice",
  "timer",
  "replyDeadline",
  "reverseVoucher",
  "\u001b[2J",
  "00000001-0000-4000-8000-000000000000",
];

/** Changes some rows, opens the store, and reads everything. */
export const checkRows = (random: Random, { history, files }: StoreFiles): Promise<Violations> =>
  withTemporaryFolder(async (folder) => {
    const path = writeStore(folder, files);
    const isOnlySaid = random.chance(0.6);
    const isForged = changeRows(random, path, isOnlySaid);
    const opened = openStore(path);
    if (opened.isErr()) return violationUnless(!isOnlySaid, `columns keep the store closed: ${opened.error.type}`);
    const outbox = opened.value;
    const violations = isOnlySaid
      ? await checkNothingWithheld(outbox, history)
      : (await readAll(outbox, history)).filter(() => !isForged);
    await settle(outbox.close());
    return violations;
  });

/** Gives whether a record was made anew with a sound checksum. */
function changeRows(random: Random, path: string, isOnlySaid: boolean): boolean {
  const raw = new Database(path);
  raw.pragma("foreign_keys = OFF");
  raw.pragma(`ignore_check_constraints = ${random.chance(0.5) ? 1 : 0}`);
  let isForged = false;
  for (let edits = 1 + random.below(4); edits > 0; edits -= 1) {
    const [table, column] = isOnlySaid
      ? (["transactions", random.pick(saidByRecord)] as const)
      : random.pick(random.chance(0.6) ? texts : others);
    const isText = column === "record" || column === "entry";
    const text = isText ? alterText(random, ["", ...valuesOf(raw, table, column).map(String)]) : undefined;
    isForged ||= column === "record" && text?.isForged === true;
    const value = text === undefined ? pickValue(random, raw, table, column) : text.text;
    const rows = table === "state_counts" ? "" : ` WHERE rowid = ${random.pick(rowIdsOf(raw, table))}`;
    // SQLite refuses some changes; then there is nothing to see.
    tryChange(() => raw.prepare(`UPDATE ${table} SET ${column} = ?${rows}`).run(value));
    if (!isOnlySaid && random.chance(0.1)) tryChange(() => raw.prepare(`DELETE FROM ${table}${rows}`).run());
  }
  raw.close();
  return isForged;
}

/** What another row has there, or anything. */
const pickValue = (random: Random, raw: Database.Database, table: string, column: string): Value =>
  random.pick(random.chance(0.5) ? [null, ...valuesOf(raw, table, column)] : values);

const valuesOf = (raw: Database.Database, table: string, column: string): readonly Value[] =>
  raw.prepare<[], Value>(`SELECT ${column} FROM ${table}`).pluck().all();

/** Those of a table that has them, and one that no row has. */
const rowIdsOf = (raw: Database.Database, table: string): readonly number[] => [
  0,
  ...valuesOf(raw, table, "rowid").map(Number),
];

function alterText(random: Random, stored: readonly string[]): { readonly text: string; readonly isForged: boolean } {
  const text = random.pick(stored);
  const content = parseJson(text);
  switch (random.below(3)) {
    case 0:
      return { text, isForged: false };
    case 1:
      return { text: mutateText(random, text), isForged: false };
    default: {
      const inner = isJsonObject(content) ? content["content"] : undefined;
      return { text: withChecksum(JSON.stringify(mutateJson(random, inner ?? null))), isForged: true };
    }
  }
}

function tryChange(change: () => unknown): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
  }
}
