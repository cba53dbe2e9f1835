import type { Instant } from "@electrum-vouchers/core";
import type { RetainRequest } from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { mustBeOne } from "./failure.ts";
import { VALUE } from "./rows.ts";
import type { Counted, Tally } from "./tally.ts";

export interface Retained {
  readonly scrubbed: number;
  readonly removed: number;
}

/** A finished transaction. */
interface Finished extends Counted {
  readonly number: number;
  readonly finished_at: Instant;
}

interface Entry {
  readonly version: number;
  readonly entry: string;
}

/**
 * Removes and scrubs finished transactions, oldest first, in one transaction as large as the request says. What is old enough
 * to be removed is not scrubbed first.
 */
export function createRetention(database: Database, tally: Tally): (request: RetainRequest) => Retained {
  const finished = (scrubbed: 0 | 1): Statement<[before: Instant, limit: number], Finished> =>
    database.prepare(
      `SELECT number, state, attention, due_work, finished_at FROM transactions
       WHERE finished_at IS NOT NULL AND scrubbed = ${scrubbed} AND finished_at < ${VALUE}
       ORDER BY finished_at, number LIMIT ${VALUE}`,
    );
  const withSecrets = finished(0);
  const withoutSecrets = finished(1);
  const remove = database.prepare<[number]>("DELETE FROM transactions WHERE number = ? AND +finished_at IS NOT NULL");
  const scrub = createScrub(database);

  return database.transaction(({ scrubBefore, removeBefore, limit, redact }: RetainRequest): Retained => {
    tally.addUp();
    const removed = [withSecrets, withoutSecrets]
      .flatMap((statement) => statement.all(removeBefore, limit))
      .toSorted(byAge)
      .slice(0, limit);
    for (const { number } of removed) mustBeOne(remove.run(number).changes);
    tally.subtract(removed);
    const scrubbed = withSecrets.all(scrubBefore, limit - removed.length);
    for (const { number } of scrubbed) scrub(number, redact);
    return { scrubbed: scrubbed.length, removed: removed.length };
  }).immediate;
}

function createScrub(database: Database): (number: number, redact: RetainRequest["redact"]) => void {
  const record = database.prepare<[number], string>("SELECT record FROM transactions WHERE number = ?").pluck();
  const entries = database.prepare<[number], Entry>("SELECT version, entry FROM journal WHERE number = ?");
  const setRecord = database.prepare<[record: string, number: number]>(
    "UPDATE transactions SET scrubbed = 1, record = ? WHERE number = ? AND +finished_at IS NOT NULL",
  );
  const setEntry = database.prepare<[entry: string, number: number, version: number]>(
    "UPDATE journal SET entry = ? WHERE number = ? AND version = ?",
  );

  return (number, redact) => {
    for (const text of record.all(number)) mustBeOne(setRecord.run(redact.record(text), number).changes);
    for (const { version, entry } of entries.all(number)) setEntry.run(redact.entry(entry), number, version);
  };
}

const byAge = (left: Finished, right: Finished): number =>
  left.finished_at === right.finished_at ? left.number - right.number : left.finished_at - right.finished_at;
