import type { Uuid } from "@electrum-vouchers/core";
import type { Change, ListPage, ListQuery, OutboxSummary } from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { toUnavailable } from "./errors.ts";
import { STORED_COLUMNS, type StoredRow, storedOf, BOUND } from "./rows.ts";
import { PENDING_COUNTS, NOTHING_DUE, type StateCounts } from "./state-counts.ts";

/** What operators and their tools need of the store. Each method throws what SQLite throws. */
export interface Inspection {
  /** All but what the schedule knows. */
  summary(): Omit<OutboxSummary, "halted">;
  list(query: ListQuery): ListPage;
  journal(id: Uuid): readonly string[];
  check(): readonly string[];
}

interface ListedRow extends StoredRow {
  readonly kind: Change["kind"];
  readonly state: string;
}

/** A damaged file may have millions of faults; the first ones are enough. */
const MAX_FAULTS = 100;

export function createInspection(database: Database, stateCounts: StateCounts): Inspection {
  return { ...createSummary(database, stateCounts), ...createList(database), ...createCheck(database) };
}

function createSummary(database: Database, stateCounts: StateCounts): Pick<Inspection, "summary"> {
  // One query for each kind of work, so that each reads only the first entry of its part of the index.
  const oldestDueAt = database
    .prepare<[], number | null>(
      `SELECT min(at) FROM (
         SELECT min(due_at) AS at FROM transactions WHERE due_work = 'replyDeadline' UNION ALL
         SELECT min(due_at) FROM transactions WHERE due_work = 'timer' UNION ALL
         SELECT min(due_at) FROM transactions WHERE due_work = 'advice'
       )`,
    )
    .pluck();

  return {
    summary: database.transaction(() => {
      const dueAt = oldestDueAt.get();
      const states: Record<string, number> = {};
      const due = { replyDeadline: 0, timer: 0, advice: 0 };
      let needsAttention = 0;
      for (const { state, due_work: work, count, needs_attention: needed } of stateCounts.counts()) {
        states[state] = (states[state] ?? 0) + count;
        needsAttention += needed * count;
        if (work !== null) due[work] += count;
      }
      return {
        states,
        needsAttention,
        due,
        ...(typeof dueAt === "number" ? { oldestDueAt: dueAt } : {}),
      };
    }),
  };
}

function createList(database: Database): Pick<Inspection, "list" | "journal"> {
  const rowIdOf = database.prepare<[Uuid], number>("SELECT row_id FROM transactions WHERE id = ?").pluck();
  const page = (condition: string): Statement<[after: number, limit: number], ListedRow> =>
    database.prepare(
      `SELECT kind, state, ${STORED_COLUMNS} FROM transactions WHERE row_id > ${BOUND} ${condition} ORDER BY row_id LIMIT ${BOUND}`,
    );
  const all = page("");
  const some = { unfinished: page("AND finished_at IS NULL"), needsAttention: page("AND needs_attention = 1") };
  const journal = database
    .prepare<[Uuid], string>(
      `SELECT entry FROM journal JOIN transactions USING (row_id) WHERE id = ${BOUND} ORDER BY journal.version`,
    )
    .pluck();

  return {
    list: ({ only, after, limit }) => {
      // One more than the limit shows whether there is a next page. If the record `after` was deleted, the list begins anew.
      const rowId = after === undefined ? 0 : (rowIdOf.get(after) ?? 0);
      const rows = (only === undefined ? all : some[only]).all(rowId, limit + 1);
      const records = rows.slice(0, limit).map((row) => ({ ...storedOf(row), kind: row.kind, state: row.state }));
      const last = records.at(-1);
      return last !== undefined && rows.length > limit ? { records, next: last.id } : { records };
    },
    journal: (id) => journal.all(id),
  };
}

function createCheck(database: Database): Pick<Inspection, "check"> {
  const damage = database.prepare<[], string>(`PRAGMA integrity_check(${MAX_FAULTS})`).pluck();
  const orphans = database
    .prepare<[], string>(
      `SELECT format('row %d of %s has no transaction', rowid, "table") FROM pragma_foreign_key_check LIMIT ${MAX_FAULTS}`,
    )
    .pluck();
  const wrongCounts = database
    .prepare<[], string>(
      `WITH counted AS (
         SELECT state, needs_attention, due_work, count(*) AS there FROM transactions GROUP BY 1, 2, 3
       ), recorded AS (
         SELECT state, needs_attention, due_work, sum(count) AS recorded FROM (
           SELECT state, needs_attention, nullif(due_work, '${NOTHING_DUE}') AS due_work, count FROM state_counts
           UNION ALL ${PENDING_COUNTS}
         ) GROUP BY 1, 2, 3
       )
       SELECT format('the count of %s (attention %d, due %s) says %d, there are %d',
         ifnull(counted.state, recorded.state), ifnull(counted.needs_attention, recorded.needs_attention),
         ifnull(ifnull(counted.due_work, recorded.due_work), 'nothing'), ifnull(recorded, 0), ifnull(there, 0))
       FROM counted FULL JOIN recorded ON recorded.state = counted.state
         AND recorded.needs_attention = counted.needs_attention AND recorded.due_work IS counted.due_work
       WHERE ifnull(recorded, 0) <> ifnull(there, 0)`,
    )
    .pluck();
  const unjournalled = database
    .prepare<[], string>(
      `SELECT format('transaction %s is at version %d and has %d journal entries', id, transactions.version, count(entry))
       FROM transactions LEFT JOIN journal USING (row_id)
       GROUP BY row_id HAVING transactions.version <> count(entry) LIMIT ${MAX_FAULTS}`,
    )
    .pluck();

  const contradictions = database.transaction(() => [...orphans.all(), ...wrongCounts.all(), ...unjournalled.all()]);

  return {
    check: () => {
      const faults = findDamage(damage);
      // In a damaged file, contradictions between tables say nothing more.
      return faults.length > 0 ? faults : contradictions();
    },
  };
}

/** The faults that the integrity check finds, until it cannot go on. */
function findDamage(check: Statement<[], string>): readonly string[] {
  const faults: string[] = [];
  try {
    for (const text of check.iterate()) if (text !== "ok") faults.push(text);
  } catch (error) {
    const { reason, detail } = toUnavailable(error);
    if (reason !== "corrupt") throw error;
    faults.push(detail);
  }
  return faults;
}
