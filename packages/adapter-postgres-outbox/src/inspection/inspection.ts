import { type Instant, planRepair, type Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  ListedRecord,
  ListPage,
  ListQuery,
  OutboxSummary,
  Pending,
  RepairRefused,
  RepairRequest,
  Undelivered,
  Work,
} from "@electrum-vouchers/core/ports";
import { err, type Result } from "neverthrow";
import { type CountRow, READ_COUNTS } from "../counts.ts";
import { fillSchedule } from "../schedule/fill.ts";
import type { Connection, ConnectionPool, Statement } from "../server-connections.ts";
import { RECORD_COLUMNS, toRecord, type TransactionRow } from "../stored-row.ts";
import { fromColumnText, toColumnText } from "../texts.ts";
import { findFaults } from "./check.ts";
import { createTransactionPages } from "./pages.ts";

/** What operators and their tools need of the store. */
export interface PostgresInspection {
  summary(now: Instant): Promise<OutboxSummary>;
  undelivered(queue: string): Promise<Undelivered>;
  list(query: ListQuery): Promise<ListPage>;
  journal(id: Uuid): Promise<readonly string[]>;
  check(): Promise<readonly string[]>;
  /** The commit that repairs a record, or why it is not repaired. */
  planRepair(request: RepairRequest): Promise<Result<Change, RepairRefused>>;
}

interface ListedRow extends TransactionRow {
  readonly kind: Change["kind"];
  readonly state: string;
  readonly needs_attention: boolean;
  readonly terminal: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly correlation: string | null;
}

const LISTED_COLUMNS = `${RECORD_COLUMNS}, t.kind, t.state, t.needs_attention, t.terminal, t.amount, t.currency, t.correlation`;

/** Each delivery comes after the entry of its version. */
const JOURNAL: Statement = {
  name: "journal",
  text: `SELECT entry FROM (
      SELECT version, 0 AS number, entry FROM journal WHERE row_id = (SELECT row_id FROM transactions WHERE id = $1)
      UNION ALL
      SELECT version, number, entry FROM deliveries WHERE row_id = (SELECT row_id FROM transactions WHERE id = $1)
    ) each ORDER BY version, number`,
};

/** Work of one kind and currency that is due, or waits. */
interface PendingRow {
  readonly work: Work;
  readonly is_due: boolean;
  readonly currency: string | null;
  readonly count: number;
  readonly amount: number | null;
  readonly halted: number;
  readonly oldest: Instant;
}

const pendingIn = (rows: string): string => `SELECT work, due_at <= $1::bigint AS is_due, currency, count(*) AS count,
      sum(amount)::float8 AS amount, count(*) FILTER (WHERE cause = 'halted' AND work = 'advice') AS halted, min(due_at) AS oldest
    FROM ${rows} GROUP BY 1, 2, 3`;

/** From the schedule alone, whose rows are short. A sum of whole numbers of any size is exact as text. */
const PENDING: Statement = { name: "pending", text: pendingIn("schedule") };

/** From the transactions, for a process that may not fill the schedule after a crash of the server. */
const PENDING_STORED: Statement = {
  name: "pending-stored",
  text: pendingIn(`(
      SELECT t.due_work AS work, t.due_at, t.currency, t.amount, s.cause
      FROM transactions t LEFT JOIN schedule s ON s.row_id = t.row_id AND s.version = t.version
      WHERE t.is_open AND t.due_at IS NOT NULL
    ) each`),
};

/** What a queue has to deliver is little, or else no sale should begin. Its rows are found by the schedule. */
const UNDELIVERED: Statement = {
  name: "undelivered",
  text: `SELECT s.currency, count(*) AS count, sum(s.amount)::float8 AS amount, min(s.due_at) AS oldest
    FROM schedule s JOIN transactions t ON t.row_id = s.row_id
    WHERE s.work = 'advice' AND s.queue = $1 AND t.state = 'confirming' GROUP BY 1`,
};

type UndeliveredRow = Pick<PendingRow, "currency" | "count" | "amount" | "oldest">;

const READ_FOR_REPAIR: Statement = {
  name: "read-for-repair",
  text: "SELECT id, version, record, state, finished_at FROM transactions WHERE id = $1",
};

interface RepairRow extends Pick<TransactionRow, "id" | "version" | "record"> {
  readonly state: string;
  readonly finished_at: Instant | null;
}

/** What only reads. */
export function createPostgresReading(pool: ConnectionPool): Pick<PostgresInspection, "summary" | "list" | "journal"> {
  const pageOf = createTransactionPages<ListedRow>(pool, "list", LISTED_COLUMNS);

  return {
    summary: (now) => summarise(pool, PENDING_STORED, now),
    list: async (query) => {
      const { rows, next } = await pageOf(query);
      return { records: rows.map(toListed), ...(next === undefined ? {} : { next }) };
    },
    journal: (id) => pool.use((connection) => readWholeJournal(connection, id)),
  };
}

const summarise = (pool: ConnectionPool, pending: Statement, now: Instant): Promise<OutboxSummary> =>
  pool.use(async (connection) => {
    const counts = await connection.run<CountRow>(READ_COUNTS);
    return { ...addUpStates(counts), ...addUpPending(await connection.run<PendingRow>(pending, [now])) };
  });

export function createPostgresInspection(pool: ConnectionPool): PostgresInspection {
  return {
    ...createPostgresReading(pool),
    summary: async (now) => {
      await fillSchedule(pool);
      return summarise(pool, PENDING, now);
    },
    undelivered: async (queue) => {
      await fillSchedule(pool);
      const rows = await pool.run<UndeliveredRow>(UNDELIVERED, [toColumnText(queue)]);
      const oldest = rows.map((row) => row.oldest);
      return {
        ...sumOf(rows),
        ...(oldest.length === 0 ? {} : { oldestDueAt: Math.min(...oldest) }),
      };
    },
    check: () => findFaults(pool),
    planRepair: (request) =>
      pool.transact(async (connection) => {
        const [row] = await connection.run<RepairRow>(READ_FOR_REPAIR, [request.id]);
        if (row === undefined) return err({ type: "notRepaired", reason: "unknown" });
        const { finished_at: finishedAt, record, state, ...stored } = row;
        const texts = { record: fromColumnText(record), state: fromColumnText(state) };
        const entries = await readWholeJournal(connection, request.id);
        return planRepair({ ...stored, ...texts, final: finishedAt !== null, entries }, request);
      }),
  };
}

async function readWholeJournal(connection: Connection, id: Uuid): Promise<readonly string[]> {
  return (await connection.run<{ entry: string }>(JOURNAL, [id])).map(({ entry }) => fromColumnText(entry));
}

function toListed(row: ListedRow): ListedRecord {
  const { kind, state, needs_attention: needsAttention, terminal, amount, currency, correlation } = row;
  return {
    ...toRecord(row),
    kind,
    state: fromColumnText(state),
    needsAttention,
    ...(terminal === null ? {} : { terminal: fromColumnText(terminal) }),
    ...(amount === null || currency === null ? {} : { amount: { amount, currency: fromColumnText(currency) } }),
    ...(correlation === null ? {} : { correlation: fromColumnText(correlation) }),
  };
}

function addUpStates(counts: readonly CountRow[]): Pick<OutboxSummary, "states" | "needsAttention"> {
  const states: Record<string, number> = {};
  let needsAttention = 0;
  for (const { state, count, needs_attention: needed } of counts) {
    const name = fromColumnText(state);
    states[name] = (states[name] ?? 0) + count;
    if (needed) needsAttention += count;
  }
  return { states, needsAttention };
}

function addUpPending(rows: readonly PendingRow[]): Omit<OutboxSummary, "states" | "needsAttention"> {
  const oldest = rows.map((row) => row.oldest);
  return {
    due: addUpWork(rows.filter((row) => row.is_due)),
    waiting: addUpWork(rows.filter((row) => !row.is_due)),
    halted: rows.reduce((sum, { halted }) => sum + halted, 0),
    ...(oldest.length === 0 ? {} : { oldestDueAt: Math.min(...oldest) }),
  };
}

const sumOf = (rows: readonly Pick<PendingRow, "currency" | "count" | "amount">[]): Pending => ({
  count: rows.reduce((sum, { count }) => sum + count, 0),
  amounts: Object.fromEntries(
    rows.flatMap(({ currency, amount }) => (currency === null ? [] : [[fromColumnText(currency), amount ?? 0]])),
  ),
});

function addUpWork(rows: readonly PendingRow[]): Readonly<Record<Work, Pending>> {
  const ofWork = (work: Work): Pending => sumOf(rows.filter((row) => row.work === work));
  return { replyDeadline: ofWork("replyDeadline"), timer: ofWork("timer"), advice: ofWork("advice") };
}
