import type { Uuid } from "@electrum-vouchers/core";
import type { Change, ListPage, ListQuery, OutboxSummary, Work } from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { unavailable } from "./failure.ts";
import { STORED, type StoredRow, storedOf, VALUE } from "./rows.ts";
import type { Subject } from "./tally.ts";

/** The look into the store for people and their tools; each call throws what SQLite throws. */
export interface Inspection {
  summary(): OutboxSummary;
  list(query: ListQuery): ListPage;
  journal(id: Uuid): readonly string[];
  check(): readonly string[];
}

interface Count {
  readonly subject: Subject;
  readonly name: string;
  readonly count: number;
}

interface ListedRow extends StoredRow {
  readonly kind: Change["kind"];
  readonly state: string;
}

/** Enough to show what is wrong, however much of it there is. */
const MAX_FAULTS = 100;

export function createInspection(database: Database): Inspection {
  return { ...createSummary(database), ...createList(database), ...createCheck(database) };
}

function createSummary(database: Database): Pick<Inspection, "summary"> {
  const counts = database.prepare<[], Count>("SELECT subject, name, count FROM tally WHERE count <> 0");
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
      const all = counts.all();
      const dueAt = oldestDueAt.get();
      const due = (work: Work): number =>
        all.find(({ subject, name }) => subject === "due" && name === work)?.count ?? 0;
      return {
        states: Object.fromEntries(
          all.filter(({ subject }) => subject === "state").map(({ name, count }) => [name, count]),
        ),
        attention: all.find(({ subject }) => subject === "attention")?.count ?? 0,
        due: { replyDeadline: due("replyDeadline"), timer: due("timer"), advice: due("advice") },
        ...(typeof dueAt === "number" ? { oldestDueAt: dueAt } : {}),
      };
    }),
  };
}

function createList(database: Database): Pick<Inspection, "list" | "journal"> {
  const numberOf = database.prepare<[Uuid], number>("SELECT number FROM transactions WHERE id = ?").pluck();
  const page = (condition: string): Statement<[after: number, limit: number], ListedRow> =>
    database.prepare(
      `SELECT kind, state, ${STORED} FROM transactions WHERE number > ${VALUE} ${condition} ORDER BY number LIMIT ${VALUE}`,
    );
  const all = page("");
  const some = { unfinished: page("AND final = 0"), attention: page("AND attention = 1") };
  const journal = database
    .prepare<[Uuid], string>(
      `SELECT entry FROM journal JOIN transactions USING (number) WHERE id = ${VALUE} ORDER BY journal.version`,
    )
    .pluck();

  return {
    list: ({ only, after, limit }) => {
      // One more than asked for says whether there is a next page. Whose last one was removed begins anew.
      const number = after === undefined ? 0 : (numberOf.get(after) ?? 0);
      const rows = (only === undefined ? all : some[only]).all(number, limit + 1);
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
  const miscounted = database
    .prepare<[], string>(
      `WITH counted (subject, name, count) AS (
         SELECT 'state', state, count(*) FROM transactions GROUP BY state UNION ALL
         SELECT 'attention', '', count(*) FROM transactions WHERE attention = 1 HAVING count(*) > 0 UNION ALL
         SELECT 'due', due_work, count(*) FROM transactions WHERE due_work IS NOT NULL GROUP BY due_work
       )
       SELECT format('the tally of %s %s says %d, there are %d', subject, name, ifnull(tally.count, 0), ifnull(counted.count, 0))
       FROM counted FULL JOIN tally USING (subject, name)
       WHERE ifnull(tally.count, 0) <> ifnull(counted.count, 0)`,
    )
    .pluck();
  const unjournalled = database
    .prepare<[], string>(
      `SELECT format('transaction %s is at version %d and has %d journal entries', id, transactions.version, count(entry))
       FROM transactions LEFT JOIN journal USING (number)
       GROUP BY number HAVING transactions.version <> count(entry) LIMIT ${MAX_FAULTS}`,
    )
    .pluck();

  const contradictions = database.transaction(() => [...orphans.all(), ...miscounted.all(), ...unjournalled.all()]);

  return {
    check: () => {
      const faults = damageFound(damage);
      // What contradicts what in a damaged file says nothing more.
      return faults.length > 0 ? faults : contradictions();
    },
  };
}

/** What the integrity check says, up to where it cannot go on. */
function damageFound(check: Statement<[], string>): readonly string[] {
  const faults: string[] = [];
  try {
    for (const text of check.iterate()) if (text !== "ok") faults.push(text);
  } catch (error) {
    const { reason, detail } = unavailable(error);
    if (reason !== "corrupt") throw error;
    faults.push(detail);
  }
  return faults;
}
