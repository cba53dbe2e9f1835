/** "EVOX". In the header of a file it says that the file is an outbox. */
export const APPLICATION_ID = 0x45564f58;

/**
 * The transactions, in the order of arrival, each with what is due next. The text of the record comes last, so that a statement
 * that needs only the columns before it reads no further. A rowid table: random UUIDs as the clustered key would scatter every
 * write. The partial indexes are as large as what they name, however long the history. What is due is counted, with its money, from its
 * index alone. An exclusive key has at most one holder.
 */
const TRANSACTIONS = `
  CREATE TABLE transactions (
    row_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL CHECK (version > 0),
    commit_id TEXT,
    kind TEXT NOT NULL CHECK (kind = 'provision' OR kind = 'redemption' OR kind = 'refund'),
    state TEXT NOT NULL,
    needs_attention INTEGER NOT NULL CHECK (needs_attention = 0 OR needs_attention = 1),
    to_hand_over INTEGER NOT NULL CHECK (to_hand_over = 0 OR to_hand_over = 1),
    committed_at INTEGER NOT NULL,
    boot INTEGER,
    boot_ms INTEGER,
    finished_at INTEGER,
    redacted INTEGER NOT NULL DEFAULT 0 CHECK (redacted = 0 OR redacted = 1),
    due_at INTEGER,
    due_work TEXT CHECK (due_work = 'replyDeadline' OR due_work = 'timer' OR due_work = 'advice'),
    due_description TEXT,
    queue TEXT,
    client TEXT,
    owner TEXT,
    terminal TEXT,
    amount INTEGER,
    currency TEXT,
    correlation TEXT,
    exclusive_key TEXT,
    record TEXT NOT NULL,
    CHECK ((due_at IS NULL) = (due_work IS NULL) AND (due_at IS NULL) = (due_description IS NULL)),
    CHECK ((amount IS NULL) = (currency IS NULL))
  ) STRICT;
  CREATE INDEX transactions_due ON transactions (due_work, due_at, row_id, currency, amount) WHERE due_work IS NOT NULL;
  CREATE INDEX transactions_unfinished ON transactions (row_id) WHERE finished_at IS NULL;
  CREATE INDEX transactions_attention ON transactions (row_id) WHERE needs_attention = 1;
  CREATE INDEX transactions_to_hand_over ON transactions (row_id) WHERE to_hand_over = 1;
  CREATE INDEX transactions_finished ON transactions (redacted, finished_at) WHERE finished_at IS NOT NULL;
  CREATE UNIQUE INDEX transactions_exclusive_key ON transactions (exclusive_key) WHERE exclusive_key IS NOT NULL;
`;

/**
 * What led to each version of a transaction, what it then was, and which commit wrote it. Its positions are the order of all
 * commits: what has followed the schedule up to a position knows everything that was committed before.
 */
const JOURNAL = `
  CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    row_id INTEGER NOT NULL REFERENCES transactions ON DELETE CASCADE,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    needs_attention INTEGER NOT NULL,
    commit_id TEXT,
    entry TEXT NOT NULL,
    UNIQUE (row_id, version)
  ) STRICT;
`;

/** Deliveries of advices that settled nothing, each after the journal's entry of its version; see deliveries.ts. */
const DELIVERIES = `
  CREATE TABLE deliveries (
    row_id INTEGER NOT NULL REFERENCES transactions ON DELETE CASCADE,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (row_id, number)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Which store this is: the schedule beside it belongs to it alone. The secret under which its exclusive keys are hashed. And the last numbers that retention has removed: SQLite would
 * give them out again, and the schedule would take a new transaction for one that it knows. And when retention was last run.
 */
const STORE = `
  CREATE TABLE store (
    id TEXT NOT NULL,
    secret TEXT NOT NULL,
    last_row_id INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    retention_at INTEGER
  ) STRICT;
  INSERT INTO store VALUES (lower(hex(randomblob(16))), lower(hex(randomblob(32))), 0, 0, NULL);
`;

/** How many transactions there are by state and need for attention; see state-counts.ts. */
const STATE_COUNTS = `
  CREATE TABLE state_counts (
    state TEXT NOT NULL,
    needs_attention INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (state, needs_attention)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE state_counts_fold (folded_to INTEGER NOT NULL) STRICT;
  INSERT INTO state_counts_fold VALUES (0);
`;

/** A column of milliseconds, as the time that it means. */
export const isoText = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;

/**
 * What waits, and what for, for an operator who opens the file with the sqlite3 shell: an advice to be delivered, another time that must
 * come, an operator, or the till. It shows no secret. How often an advice was tried, why it waits, until when, and who is at work on it is
 * in the second file, in its view `attempts`:
 *
 *     ATTACH 'till.db-leases' AS leases;
 *     SELECT * FROM outbox LEFT JOIN leases.attempts USING (row_id, version) ORDER BY due;
 */
const OUTBOX = `
  CREATE VIEW outbox AS
  SELECT id, kind, state,
    CASE WHEN needs_attention = 1 THEN 'operator' ELSE ifnull(due_work, 'till') END AS waits_for,
    due_description AS description, ${isoText("due_at")} AS due, ${isoText("committed_at")} AS since, queue, client, owner,
    terminal, correlation, amount, currency, row_id, version
  FROM transactions
  WHERE finished_at IS NULL OR needs_attention = 1
  ORDER BY due_at IS NULL, due_at, row_id;
`;

/** Each step takes the schema one version further, in a transaction of its own. A released step is never changed. */
export const migrations: readonly string[] = [
  [TRANSACTIONS, JOURNAL, DELIVERIES, STORE, STATE_COUNTS, OUTBOX].join(""),
];

/** The version that this release reads and writes. */
export const SCHEMA_VERSION: number = migrations.length;
