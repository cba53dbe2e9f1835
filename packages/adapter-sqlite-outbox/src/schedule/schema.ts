import { isoText } from "../schema.ts";

/** "EVOL" in the header of the second file. */
export const SCHEDULE_APPLICATION_ID = 0x45564f4c;

/** Raised with every change of these tables. A file of another version is thrown away: it holds nothing that is needed. */
export const SCHEDULE_VERSION = 2;

/**
 * What the schedule knows of the first file, in one row: which store it is of, the boot in which it was begun, and the position
 * up to which it has followed the journal. And how far it has gone through all due records, when it is built anew or compared.
 */
const PROGRESS = `
  CREATE TABLE progress (
    store_id TEXT NOT NULL,
    boot TEXT NOT NULL,
    position INTEGER,
    is_complete INTEGER NOT NULL CHECK (is_complete = 0 OR is_complete = 1),
    compared_work TEXT,
    compared_due_at INTEGER,
    compared_row_id INTEGER
  ) STRICT;
`;

/** The due records that are alike in all that a claim chooses by: few, however many records there are. */
const PARTITIONS = `
  CREATE TABLE partitions (
    partition_id INTEGER PRIMARY KEY,
    work TEXT NOT NULL,
    queue TEXT NOT NULL,
    client TEXT NOT NULL,
    UNIQUE (work, queue, client)
  ) STRICT;
`;

/**
 * The due records. One that is held, by a lease or a postponement, has `available_at` later than `due_at`, and is in an index
 * of its own; once the hold has ended, the next claim makes them equal again. So the index of what may be claimed has it in the
 * order in which it is due, and nothing that is stuck: a claim reads what it gives. `worker` begins with the id of its process.
 */
const SCHEDULE = `
  CREATE TABLE schedule (
    row_id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    partition_id INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    available_at INTEGER NOT NULL,
    postponed INTEGER NOT NULL DEFAULT 0,
    is_repeat INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    committed_at INTEGER NOT NULL,
    held_at INTEGER,
    worker TEXT,
    cause TEXT,
    reason TEXT,
    CHECK (available_at >= due_at)
  ) STRICT;
  CREATE INDEX schedule_free ON schedule (partition_id, is_repeat, due_at) WHERE available_at = due_at;
  CREATE INDEX schedule_held ON schedule (partition_id, is_repeat, available_at, worker) WHERE available_at > due_at;
  CREATE INDEX schedule_held_since ON schedule (held_at) WHERE available_at > due_at;
  CREATE INDEX schedule_leased ON schedule (worker) WHERE worker IS NOT NULL;
  CREATE INDEX schedule_committed ON schedule (committed_at);
  CREATE INDEX schedule_silent ON schedule (partition_id, due_at)
    WHERE cause = 'noResponse' AND available_at > due_at AND worker IS NULL;
  CREATE INDEX schedule_halted ON schedule (partition_id, version) WHERE cause = 'halted';
`;

/** What an operator may want to know beside the view \`outbox\` of the first file; see schema.ts for how to read both. */
const ATTEMPTS = `
  CREATE VIEW attempts AS
  SELECT row_id, version, postponed AS attempts, reason AS last_reason, ${isoText("available_at")} AS not_before,
    worker AS leased_by
  FROM schedule;
`;

export const SCHEDULE_SCHEMA: string = [PROGRESS, PARTITIONS, SCHEDULE, ATTEMPTS].join("");
