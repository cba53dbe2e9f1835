/** For every table that is written often: a dead row costs each claim something, so they are removed soon. */
const BUSY_TABLE = "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0";

/**
 * The transactions, in the order of arrival. A text of a voucher's size stays in its row. The columns that an index names hardly
 * change, so that most updates write no index.
 */
const TRANSACTIONS = `
  CREATE TABLE transactions (
    row_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    version integer NOT NULL CHECK (version > 0),
    commit_id text,
    kind text NOT NULL CHECK (kind IN ('provision', 'redemption', 'refund')),
    state text NOT NULL,
    needs_attention boolean NOT NULL,
    to_hand_over boolean NOT NULL DEFAULT false,
    committed_at bigint NOT NULL,
    boot text NOT NULL,
    boot_ms bigint NOT NULL,
    owner integer NOT NULL,
    finished_at bigint,
    redacted boolean NOT NULL DEFAULT false,
    due_at bigint,
    due_work text CHECK (due_work IN ('replyDeadline', 'timer', 'advice')),
    due_description text,
    is_open boolean NOT NULL GENERATED ALWAYS AS (finished_at IS NULL OR due_at IS NOT NULL) STORED,
    queue text NOT NULL DEFAULT '',
    client text NOT NULL DEFAULT '',
    terminal text,
    amount bigint,
    currency text,
    correlation text,
    exclusive_key text COLLATE "C",
    record text NOT NULL,
    CHECK ((due_at IS NULL) = (due_work IS NULL) AND (due_at IS NULL) = (due_description IS NULL)),
    CHECK ((amount IS NULL) = (currency IS NULL))
  ) WITH (fillfactor = 80, toast_tuple_target = 8160, ${BUSY_TABLE});
  CREATE INDEX transactions_open ON transactions (row_id) WHERE is_open;
  CREATE INDEX transactions_attention ON transactions (row_id) WHERE needs_attention;
  CREATE INDEX transactions_to_hand_over ON transactions (row_id) WHERE to_hand_over;
  CREATE INDEX transactions_finished ON transactions (redacted, finished_at, row_id) WHERE finished_at IS NOT NULL;
  CREATE UNIQUE INDEX transactions_exclusive_key ON transactions (exclusive_key) WHERE exclusive_key IS NOT NULL;
`;

/** What led to each version of a transaction, and which commit wrote it. */
const JOURNAL = `
  CREATE TABLE journal (
    row_id bigint NOT NULL,
    version integer NOT NULL,
    commit_id text NOT NULL,
    entry text NOT NULL,
    PRIMARY KEY (row_id, version)
  ) WITH (toast_tuple_target = 8160, ${BUSY_TABLE});
`;

/** A digest of three UUIDs: 366 random bits become 256. The server has no other source of strong random numbers without an extension. */
const RANDOM_SECRET = `encode(sha256(concat(gen_random_uuid(), gen_random_uuid(), gen_random_uuid())::bytea), 'hex')`;

/**
 * One row: the version of these tables, the secret under which exclusive keys are hashed, and up to when a run of retention was begun. And
 * the number of each process that opens them.
 */
const STORE = `
  CREATE TABLE store (
    schema_version integer NOT NULL,
    secret text NOT NULL DEFAULT ${RANDOM_SECRET},
    retention_at bigint,
    is_only boolean NOT NULL DEFAULT true UNIQUE CHECK (is_only)
  );
  INSERT INTO store (schema_version) VALUES (0);
  CREATE SEQUENCE instances AS integer;
`;

/** Deliveries of advices that settled nothing, each after the journal's entry of its version; see deliveries.ts. */
const DELIVERIES = `
  CREATE TABLE deliveries (
    row_id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    entry text NOT NULL,
    PRIMARY KEY (row_id, number)
  ) WITH (${BUSY_TABLE});
`;

/** How many transactions there are by state and need for attention; see counts.ts. */
const STATE_COUNTS = `
  CREATE TABLE state_counts (
    state text NOT NULL,
    needs_attention boolean NOT NULL,
    count bigint NOT NULL
  ) WITH (${BUSY_TABLE});
`;

/** What may be claimed, and what is leased or postponed; see schedule/schedule.ts. Unlogged: a crash of the server empties it. */
const SCHEDULE = `
  CREATE UNLOGGED TABLE schedule (
    row_id bigint PRIMARY KEY,
    version integer NOT NULL,
    work text COLLATE "C" NOT NULL,
    queue text COLLATE "C" NOT NULL,
    client text COLLATE "C" NOT NULL,
    is_repeat boolean NOT NULL DEFAULT false,
    is_held boolean NOT NULL GENERATED ALWAYS AS (available_at > due_at) STORED,
    due_at bigint NOT NULL,
    available_at bigint NOT NULL CHECK (available_at >= due_at),
    postponed integer NOT NULL DEFAULT 0,
    owner integer NOT NULL,
    committed_at bigint NOT NULL,
    amount bigint,
    currency text,
    held_at bigint,
    instance integer,
    worker text,
    claim_id text,
    cause text,
    reason text
  ) WITH (fillfactor = 80, ${BUSY_TABLE});
  CREATE INDEX schedule_order ON schedule (work, queue, client, is_repeat, is_held, available_at, row_id);
  CREATE INDEX schedule_held_since ON schedule (held_at) WHERE is_held;
  CREATE INDEX schedule_leased ON schedule (instance) WHERE instance IS NOT NULL;
  CREATE INDEX schedule_silent ON schedule (queue, due_at, row_id)
    WHERE cause = 'noResponse' AND is_held AND instance IS NULL;
  CREATE INDEX schedule_halted ON schedule (row_id) WHERE cause = 'halted';
  CREATE UNLOGGED TABLE schedule_filled (is_filled boolean NOT NULL);
  INSERT INTO schedule_filled VALUES (true);
`;

/** A column of milliseconds, as the time that it means. */
const timeOf = (column: string): string => `to_timestamp(${column} / 1000.0)`;

/** What waits, and what for, for an operator with psql: a delivery, another time that must come, an operator, or the till. No secret. */
const OUTBOX = `
  CREATE VIEW outbox AS
  SELECT id, kind, state, CASE WHEN needs_attention THEN 'operator' ELSE coalesce(due_work, 'till') END AS waits_for,
    due_description AS description, ${timeOf("t.due_at")} AS due, ${timeOf("t.committed_at")} AS since, t.queue, t.client,
    terminal, correlation, t.amount, t.currency, postponed AS attempts, reason AS last_reason,
    CASE WHEN is_held THEN ${timeOf("available_at")} END AS not_before, worker AS leased_by
  FROM transactions t LEFT JOIN schedule s ON s.row_id = t.row_id AND s.version = t.version
  WHERE (is_open AND finished_at IS NULL) OR needs_attention
  ORDER BY t.due_at, t.row_id;
`;

/** Each step takes the schema one version further. A released step is never changed. */
export const schemaMigrations: readonly string[] = [
  [TRANSACTIONS, JOURNAL, DELIVERIES, STORE, STATE_COUNTS, SCHEDULE, OUTBOX].join(""),
];

/** The version that this release reads and writes. */
export const SUPPORTED_SCHEMA_VERSION: number = schemaMigrations.length;
