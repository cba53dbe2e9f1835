import type { Uuid } from "@electrum-vouchers/core";
import type { Change, ListPage, ListQuery, OutboxSummary } from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { toUnavailable } from "./errors.ts";
import { STORED_COLUMNS, type StoredRow, storedOf, BOUND } from "./rows.ts";
import { PENDING_COUNTS, NOTHING_DUE, type StateCounts } from "./state-counts.ts";

/** The look into the store for people and their tools; each call throws what SQLite throws. */
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

/** Enough to show what is wrong, however much of it there is. */
const MAX_FAULTS = 100;

export function createInspection(database: Database, stateCounts: StateCounts): Inspection {
  return { ...createSummary(database, stateCounts), ...createList(database), ...createCheck(database) };
}

function createSummary(database: Database, stateCounts: StateCounts): Pick<Inspection, "summary"> {
  // By kind of work, so that each is the first entry of its part of the index.
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
      for (const { state, due_work: work, count, needs_attention: wanted } of stateCounts.counts()) {
        states[state] = (states[state] ?? 0) + count;
        needsAttention += wanted * count;
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
      // One more than asked for says whether there is a next page. Whose last one was removed begins anew.
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
       ), told AS (
         SELECT state, needs_attention, due_work, sum(count) AS told FROM (
           SELECT state, needs_attention, nullif(due_work, '${NOTHING_DUE}') AS due_work, count FROM state_counts
           UNION ALL ${PENDING_COUNTS}
         ) GROUP BY 1, 2, 3
       )
       SELECT format('the count of %s (attention %d, due %s) says %d, there are %d',
         ifnull(counted.state, told.state), ifnull(counted.needs_attention, told.needs_attention),
         ifnull(ifnull(counted.due_work, told.due_work), 'nothing'), ifnull(told, 0), ifnull(there, 0))
       FROM counted FULL JOIN told ON told.state = counted.state AND told.needs_attention = counted.needs_attention
         AND told.due_work IS counted.due_work
       WHERE ifnull(told, 0) <> ifnull(there, 0)`,
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
      // What contradicts what in a damaged file says nothing more.
      return faults.length > 0 ? faults : contradictions();
    },
  };
}

/** What the integrity check says, up to where it cannot go on. */
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
