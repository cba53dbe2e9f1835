/** "EVOX". In the header of a file it says that the file is an outbox. */
export const APPLICATION_ID = 0x45564f58;

/**
 * The transactions, in the order of arrival, each with what is due next. The text of the record comes last, so that a query for
 * the columns before it reads no further. It is a rowid table, since random UUIDs as the clustered key would scatter the writes.
 * The first three partial indexes do not grow with the history.
 */
const TRANSACTIONS = `
  CREATE TABLE transactions (
    row_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL CHECK (version > 0),
    commit_id TEXT,
    kind TEXT NOT NULL CHECK (kind = 'provision' OR kind = 'redemption'),
    state TEXT NOT NULL,
    needs_attention INTEGER NOT NULL CHECK (needs_attention = 0 OR needs_attention = 1),
    finished_at INTEGER,
    redacted INTEGER NOT NULL DEFAULT 0 CHECK (redacted = 0 OR redacted = 1),
    due_at INTEGER,
    due_work TEXT CHECK (due_work = 'replyDeadline' OR due_work = 'timer' OR due_work = 'advice'),
    due_description TEXT,
    record TEXT NOT NULL,
    CHECK ((due_at IS NULL) = (due_work IS NULL) AND (due_at IS NULL) = (due_description IS NULL))
  ) STRICT;
  CREATE INDEX transactions_due ON transactions (due_work, due_at) WHERE due_work IS NOT NULL;
  CREATE INDEX transactions_unfinished ON transactions (row_id) WHERE finished_at IS NULL;
  CREATE INDEX transactions_attention ON transactions (row_id) WHERE needs_attention = 1;
  CREATE INDEX transactions_finished ON transactions (redacted, finished_at) WHERE finished_at IS NOT NULL;
`;

/** The entry that led to each version of a transaction, and the state it then had. */
const JOURNAL = `
  CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    row_id INTEGER NOT NULL REFERENCES transactions ON DELETE CASCADE,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    needs_attention INTEGER NOT NULL,
    due_work TEXT,
    entry TEXT NOT NULL,
    UNIQUE (row_id, version)
  ) STRICT;
`;

/**
 * What keeps due transactions from being claimed: a lease (`worker`) or a postponement (`reason`). It is a table of its own, with
 * small rows, so that leasing and postponing write little. It stays small: it holds only transactions under way or put off.
 */
const LEASES = `
  CREATE TABLE leases (
    row_id INTEGER PRIMARY KEY REFERENCES transactions ON DELETE CASCADE,
    work TEXT NOT NULL,
    until INTEGER NOT NULL,
    worker TEXT,
    postponed INTEGER NOT NULL DEFAULT 0,
    reason TEXT
  ) STRICT;
`;

/** How many transactions there are by state, need for attention and kind of due work; see state-counts.ts. */
const STATE_COUNTS = `
  CREATE TABLE state_counts (
    state TEXT NOT NULL,
    needs_attention INTEGER NOT NULL,
    due_work TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (state, needs_attention, due_work)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE state_counts_fold (folded_to INTEGER NOT NULL) STRICT;
  INSERT INTO state_counts_fold VALUES (0);
`;

const isoText = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;

/** The advices to deliver, and why they wait: for an operator with the sqlite3 shell. It shows no secret. */
const OUTBOX = `
  CREATE VIEW outbox AS
  SELECT id, kind, state, due_description AS description, ${isoText("due_at")} AS due, ifnull(postponed, 0) AS attempts,
    reason AS last_reason, ${isoText("until")} AS not_before, worker AS leased_by
  FROM transactions LEFT JOIN leases USING (row_id)
  WHERE due_work = 'advice'
  ORDER BY due_at, row_id;
`;

/** Each migration takes the schema one version further, in a transaction of its own. A released one is never changed. */
export const migrations: readonly string[] = [[TRANSACTIONS, JOURNAL, LEASES, STATE_COUNTS, OUTBOX].join("")];

/** The version that this release reads and writes. */
export const SCHEMA_VERSION: number = migrations.length;
