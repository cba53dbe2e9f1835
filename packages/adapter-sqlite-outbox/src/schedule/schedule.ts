// The schedule: which due transactions may be claimed now, and by whom. It lives in a second SQLite file beside the first.
//
// Why a second file
// 1. Leases and postponements are written often and matter little: if one is lost, work is done sooner, or twice, and the version
//    of the record is the fence. So no caller waits for the disk for them. In the first file, every commit waits. Both kinds in one
//    write-ahead log would put pages that never reached the disk under commits that must survive a power loss.
// 2. The file may be thrown away at any time: it is built anew from the due transactions of the first file.
//
// How it follows the first file
// 3. The schedule is a *tail* of the first file. It remembers up to which position of the journal it has seen the commits
//    (`progress.position`). Each claim first copies what was committed since, then chooses, then reads the records from the first
//    file. So a durable commit writes nothing here, and a process that is killed between the two files loses nothing: the next
//    claim, of whatever process, goes on from the position.
// 4. Each row carries the version of the transaction that it was made for. A hold counts only while that version is stored: the
//    next commit replaces the row. A row that does not match what is stored is copied again, never trusted.
// 5. No more than a bounded number of commits is copied at once. While there are more, a claim says `nextDueAt: now`.
//
// When it is thrown away
// 6. When it is missing, damaged, of another version, of another store (`store.id`), of another boot of the machine (a power loss
//    may have torn it), or ahead of the first file (an older copy of that was restored). It is then built anew, a page at a time,
//    in the order in which work is due. Postponements are forgotten with it.
// 7. Another process may throw it away, or an operator remove it, while it is open here. So its inode is compared with each call.
// 8. Each time it is opened it is compared with the due transactions once, a page with each claim that finds too little to do:
//    a bit that has changed on the disk makes no transaction wait for ever.
//
// What a claim costs
// 9. A transaction that is held has `available_at` after `due_at`, and is in an index of what is held. When the hold has ended, the
//    next claim moves it to the index of what may be claimed, which is in the order in which work is due. A claim reads as many rows
//    as it gives, and a few for each partition, however many are stuck.
//
// What it does not know: what the work is, and why it was put off.

import type { Uuid } from "@electrum-vouchers/core";
import type {
  Advance,
  AheadRequest,
  Claimed,
  ClaimedRecord,
  ClaimRequest,
  Postponement,
  Release,
  StoredRecord,
} from "@electrum-vouchers/core/ports";
import Database from "better-sqlite3";
import type { BootClock } from "../boot-clock.ts";
import type { Liveness } from "../liveness.ts";
import type { RowIdCache } from "../rowid-cache.ts";
import { type StoredRow, storedOf } from "../rows.ts";
import { createScheduleClaim } from "./claim.ts";
import type { Chosen } from "./partition.ts";
import { createScheduleCopy } from "./copy.ts";
import { createScheduleHolds } from "./holds.ts";
import { createScheduleInspection } from "./inspection.ts";
import type { StoredRows } from "../stored-rows.ts";

/** What may be done with the schedule, in one transaction each. */
export interface Schedule {
  claim(request: ClaimRequest): Claimed;
  findAhead(request: AheadRequest): readonly StoredRecord[];
  postpone(postponements: readonly Postponement[]): void;
  /** Gives how many were postponed no longer. */
  advance(request: Advance): number;
  release(release: Release): void;
  /** Follows what was committed, so that the next claim has less to copy. */
  catchUp(): void;
  /** Copies these transactions as they are now, or are no more. */
  refresh(rowIds: readonly number[]): void;
  /** How many advices wait because the credentials were refused. */
  countHalted(): number;
  /** What does not agree with the first file. */
  check(): readonly string[];
}

/** What the schedule is made over, beside its own file. */
export interface ScheduleOptions {
  readonly stored: StoredRows;
  readonly rowIds: RowIdCache;
  readonly liveness: Liveness;
  readonly bootClock: BootClock;
}

export function createSchedule(
  database: Database.Database,
  { stored, rowIds, liveness, bootClock }: ScheduleOptions,
): Schedule {
  const copy = createScheduleCopy(database, stored);
  const { catchUp, refresh, compareSome } = copy;
  const { partitionsOf, choose, lease, nextDueAt, endLeasesExcept, ahead } = createScheduleClaim(database, liveness.id);
  const holds = createScheduleHolds(database, stored, copy, liveness.id);
  const inspection = createScheduleInspection(database, stored, refresh);

  /** The records of those that are still as the schedule knows them. What is not is copied again. */
  function readRecords(chosen: readonly Chosen[]): readonly (readonly [Chosen, ClaimedRecord])[] {
    const rows = new Map(stored.records(chosen.map(({ row_id }) => row_id)).map((row) => [row.row_id, row]));
    const pairs = chosen.map((each) => [each, claimedOf(rows.get(each.row_id), each, bootClock)] as const);
    refresh(pairs.flatMap(([{ row_id }, record]) => (record === undefined ? [row_id] : [])));
    const matching = pairs.flatMap(([each, record]) => (record === undefined ? [] : [[each, record] as const]));
    for (const [{ row_id }, { id }] of matching) rowIds.remember(id, row_id);
    return matching;
  }

  const lookAround = createLookAround(liveness, endLeasesExcept);
  const rowIdOf = (id: Uuid): readonly number[] => {
    const rowId = rowIds.get(id) ?? stored.rowIdOf(id);
    return rowId === undefined ? [] : [rowId];
  };

  function claim(request: ClaimRequest): Claimed {
    const isBehind = catchUp();
    const seen = { others: lookAround(), except: (request.except ?? []).flatMap(rowIdOf) };
    const partitions = partitionsOf(request, seen);
    const chosen = choose(partitions, request);
    const found = readRecords(chosen);
    lease(
      found.map(([each]) => each),
      request,
    );
    if (!isBehind && found.length < request.limit) compareSome();
    const records = found.map(([, record]) => record);
    const next = nextDueAt(partitions);
    if (chosen.length === 0 && request.limit > 0 && next !== undefined && next <= request.now) throw contradiction();
    const soonest = isBehind ? Math.min(request.now, next ?? request.now) : next;
    return soonest === undefined ? { records } : { records, nextDueAt: soonest };
  }

  const inOneTransaction = <Given, Value>(work: (given: Given) => Value): ((given: Given) => Value) =>
    database.transaction((given: Given) => work(given)).immediate;

  return {
    claim: inOneTransaction(claim),
    findAhead: inOneTransaction((request: AheadRequest) => {
      while (catchUp());
      return stored.records(ahead(request, lookAround())).map((row) => storedOf(row, bootClock));
    }),
    postpone: inOneTransaction(holds.postpone),
    advance: inOneTransaction(holds.advance),
    release: inOneTransaction(holds.release),
    catchUp: database.transaction(() => void catchUp()).immediate,
    refresh: inOneTransaction(refresh),
    countHalted: inspection.countHalted,
    check: database.transaction(() => {
      while (catchUp());
      return inspection.check();
    }).immediate,
  };
}

/** Gives the other processes that live. What is left of the leases of those that do not ends, once for each look. */
function createLookAround(
  liveness: Liveness,
  endLeasesExcept: (others: readonly string[]) => void,
): () => readonly string[] {
  let freedAtLook = 0;
  return () => {
    const others = liveness.others();
    if (liveness.looks() !== freedAtLook) endLeasesExcept(others);
    freedAtLook = liveness.looks();
    return others;
  };
}

/** The indexes say that something may be claimed, and no row may be. */
const contradiction = (): Error => new Database.SqliteError("the schedule contradicts itself", "SQLITE_ERROR");

function claimedOf(row: StoredRow | undefined, chosen: Chosen, bootClock: BootClock): ClaimedRecord | undefined {
  if (row === undefined || row.version !== chosen.version || row.due_at !== chosen.due_at) return undefined;
  const { due, ...rest } = storedOf(row, bootClock);
  return due === undefined ? undefined : { ...rest, due, postponed: chosen.postponed };
}
