import { type Instant, planRepair, type Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  ListedRecord,
  ListPage,
  ListQuery,
  OutboxSummary,
  Pending,
  Undelivered,
  RepairRefused,
  RepairRequest,
  Work,
} from "@electrum-vouchers/core/ports";
import type { Database, Statement } from "better-sqlite3";
import { err, type Result } from "neverthrow";
import { toUnavailable } from "./errors.ts";
import { createSchemaCheck } from "./own-schema.ts";
import { createPages } from "./pages.ts";
import { STORED_COLUMNS, type StoredRow, storedOf, BOUND } from "./rows.ts";
import { PENDING_COUNTS, type StateCounts } from "./state-counts.ts";

/** What operators and their tools need of the store. Each method throws what SQLite throws. */
export interface Inspection {
  /** All but what the schedule knows. */
  summary(now: Instant): Omit<OutboxSummary, "halted">;
  undelivered(queue: string): Undelivered;
  list(query: ListQuery): ListPage;
  journal(id: Uuid): readonly string[];
  /** The commit that repairs a record, or why it is not repaired. */
  planRepair(request: RepairRequest): Result<Change, RepairRefused>;
  /** What SQLite finds wrong with the file, and which tables contradict each other. The records are checked apart. */
  check(): readonly string[];
}

interface ListedRow extends StoredRow {
  readonly kind: Change["kind"];
  readonly state: string;
  readonly needs_attention: 0 | 1;
  readonly terminal: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly correlation: string | null;
}

interface VersionedEntry {
  readonly version: number;
  readonly entry: string;
}

interface RepairRow extends Pick<StoredRow, "id" | "version" | "record"> {
  readonly state: string;
  readonly finished_at: Instant | null;
}

/** A damaged file may have millions of faults; the first ones are enough. */
export const MAX_STORE_FAULTS = 100;

export function createInspection(database: Database, stateCounts: StateCounts): Inspection {
  return {
    ...createSummary(database, stateCounts),
    undelivered: createUndelivered(database),
    ...createList(database),
    ...createCheck(database),
  };
}

/** Work of one kind and currency that is due, or waits. */
interface PendingRow {
  readonly due_work: Work;
  readonly is_due: 0 | 1;
  readonly currency: string | null;
  readonly count: number;
  readonly amount: number;
  readonly oldest: Instant;
}

function createSummary(database: Database, stateCounts: StateCounts): Pick<Inspection, "summary"> {
  // From the index alone. `total` never overflows.
  const pending = database.prepare<[now: Instant], PendingRow>(
    `SELECT due_work, due_at <= ${BOUND} AS is_due, currency, count(*) AS count, total(amount) AS amount, min(due_at) AS oldest
     FROM transactions INDEXED BY transactions_due WHERE due_work IS NOT NULL GROUP BY 1, 2, 3`,
  );

  return {
    summary: database.transaction((now: Instant) => {
      const states: Record<string, number> = {};
      let needsAttention = 0;
      for (const { state, count, needs_attention: needed } of stateCounts.counts()) {
        states[state] = (states[state] ?? 0) + count;
        needsAttention += needed * count;
      }
      const rows = pending.all(now);
      const oldest = rows.map((row) => row.oldest);
      return {
        states,
        needsAttention,
        due: addUp(rows.filter((row) => row.is_due === 1)),
        waiting: addUp(rows.filter((row) => row.is_due === 0)),
        ...(oldest.length === 0 ? {} : { oldestDueAt: Math.min(...oldest) }),
      };
    }),
  };
}

/** What a queue has to deliver. Each is looked at: what is undelivered is little, or else no sale should begin. */
function createUndelivered(database: Database): (queue: string) => Undelivered {
  const select = database.prepare<[queue: string], Omit<PendingRow, "due_work" | "is_due">>(
    `SELECT currency, count(*) AS count, total(amount) AS amount, min(due_at) AS oldest
     FROM transactions WHERE due_work = 'advice' AND state = 'confirming' AND ifnull(queue, '') = ${BOUND} GROUP BY 1`,
  );
  return (queue) => {
    const rows = select.all(queue);
    const oldest = rows.map((row) => row.oldest);
    return { ...sumOf(rows), ...(oldest.length === 0 ? {} : { oldestDueAt: Math.min(...oldest) }) };
  };
}

const sumOf = (rows: readonly Pick<PendingRow, "currency" | "count" | "amount">[]): Pending => ({
  count: rows.reduce((sum, { count }) => sum + count, 0),
  amounts: Object.fromEntries(rows.flatMap(({ currency, amount }) => (currency === null ? [] : [[currency, amount]]))),
});

function addUp(rows: readonly PendingRow[]): Readonly<Record<Work, Pending>> {
  const ofWork = (work: Work): Pending => sumOf(rows.filter((row) => row.due_work === work));
  return { replyDeadline: ofWork("replyDeadline"), timer: ofWork("timer"), advice: ofWork("advice") };
}

const LISTED_COLUMNS = `kind, state, needs_attention, terminal, amount, currency, correlation, ${STORED_COLUMNS}`;

function createList(database: Database): Pick<Inspection, "list" | "journal" | "planRepair"> {
  const pageOf = createPages<ListedRow>(database, LISTED_COLUMNS);
  const steps = database.prepare<[Uuid], VersionedEntry>(
    `SELECT journal.version, entry FROM journal JOIN transactions USING (row_id) WHERE id = ${BOUND} ORDER BY journal.version`,
  );
  const deliveries = database.prepare<[Uuid], VersionedEntry>(
    `SELECT deliveries.version, entry FROM deliveries JOIN transactions USING (row_id) WHERE id = ${BOUND} ORDER BY number`,
  );
  const readRow = database.prepare<[Uuid], RepairRow>(
    `SELECT id, version, state, finished_at, record FROM transactions WHERE id = ${BOUND}`,
  );

  /** A delivery comes after the entry of the version that was delivered. */
  const readJournal = database.transaction((id: Uuid): readonly string[] => {
    const delivered = deliveries.all(id);
    return steps
      .all(id)
      .flatMap(({ version, entry }) => [
        entry,
        ...delivered.filter((delivery) => delivery.version === version).map((delivery) => delivery.entry),
      ]);
  });

  return {
    list: (query) => {
      const { rows, next } = pageOf(query);
      return { records: rows.map(listedOf), ...(next === undefined ? {} : { next }) };
    },
    journal: (id) => readJournal(id),
    planRepair: database.transaction((request: RepairRequest) => {
      const { id } = request;
      const row = readRow.get(id);
      if (row === undefined) return err<never, RepairRefused>({ type: "notRepaired", reason: "unknown" });
      const { finished_at: finishedAt, ...stored } = row;
      return planRepair({ ...stored, final: finishedAt !== null, entries: readJournal(id) }, request);
    }),
  };
}

const listedOf = (row: ListedRow): ListedRecord => ({
  ...storedOf(row),
  kind: row.kind,
  state: row.state,
  needsAttention: row.needs_attention === 1,
  ...(row.terminal === null ? {} : { terminal: row.terminal }),
  ...(row.amount === null || row.currency === null ? {} : { amount: { amount: row.amount, currency: row.currency } }),
  ...(row.correlation === null ? {} : { correlation: row.correlation }),
});

function createCheck(database: Database): Pick<Inspection, "check"> {
  const damage = database.prepare<[], string>(`PRAGMA integrity_check(${MAX_STORE_FAULTS})`).pluck();
  const orphans = database
    .prepare<[], string>(
      `SELECT format('row %d of %s has no transaction', rowid, "table") FROM pragma_foreign_key_check LIMIT ${MAX_STORE_FAULTS}`,
    )
    .pluck();
  const wrongCounts = database
    .prepare<[], string>(
      `WITH counted AS (
         SELECT state, needs_attention, count(*) AS there FROM transactions GROUP BY 1, 2
       ), recorded AS (
         SELECT state, needs_attention, sum(count) AS recorded FROM (
           SELECT state, needs_attention, count FROM state_counts UNION ALL ${PENDING_COUNTS}
         ) GROUP BY 1, 2
       )
       SELECT format('the count of %s (attention %d) says %d, there are %d',
         ifnull(counted.state, recorded.state), ifnull(counted.needs_attention, recorded.needs_attention),
         ifnull(recorded, 0), ifnull(there, 0))
       FROM counted FULL JOIN recorded ON recorded.state = counted.state
         AND recorded.needs_attention = counted.needs_attention
       WHERE ifnull(recorded, 0) <> ifnull(there, 0)`,
    )
    .pluck();
  const unjournalled = database
    .prepare<[], string>(
      `SELECT format('transaction %s is at version %d and has %d journal entries', id, transactions.version, count(entry))
       FROM transactions LEFT JOIN journal USING (row_id)
       GROUP BY row_id HAVING transactions.version <> count(entry) LIMIT ${MAX_STORE_FAULTS}`,
    )
    .pluck();

  const findChanges = createSchemaCheck(database);
  const contradictions = database.transaction(() => [
    ...findChanges().map(({ description }) => description),
    ...orphans.all(),
    ...wrongCounts.all(),
    ...unjournalled.all(),
  ]);

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
