// One statement writes a group of changes: one round trip, one transaction, one fsync.
//
//   input      the changes, as arrays
//   before     those that find a transaction, with what it is: locked in one order in all processes, so that two groups never wait for
//              each other in a circle
//   updated    of these, those that replace the stored version, and whose exclusive key no other transaction holds
//   inserted   of those that replace nothing: if there still is nothing, and the same of the key
//   written    the changes that were the first: all that follows is done for these alone
//
// Rows of tables are found by a list of their keys (`= ANY`), also where a join would find them: so the server uses the index, whatever it
// takes the table for.
//
// What a change was refused for is found out afterwards (`group-commit.ts`): hardly any is.

import type { Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import type { HostClock } from "./host-clock.ts";
import type { Statement } from "./server-connections.ts";
import { toColumnText, toColumnTextOrNull } from "./texts.ts";

/** A change with the id of its commit: one that has none gets one, which the journal alone has. */
export interface IdentifiedChange {
  readonly change: Change;
  readonly journalCommitId: Uuid;
}

type Value = string | number | boolean | null;

/** Each column of the input: its name, its type, and its value. */
const INPUT: readonly (readonly [
  name: string,
  type: string,
  valueOf: (identified: IdentifiedChange, index: number) => Value,
])[] = [
  ["n", "integer", (_, index) => index],
  ["id", "text", ({ change }) => change.id],
  ["expected", "integer", ({ change }) => change.expectedVersion],
  ["commit_id", "text", ({ change }) => change.commitId ?? null],
  ["journal_commit_id", "text", ({ journalCommitId }) => journalCommitId],
  ["kind", "text", ({ change }) => change.kind],
  ["state", "text", ({ change }) => toColumnText(change.state)],
  ["needs_attention", "boolean", ({ change }) => change.needsAttention],
  ["to_hand_over", "boolean", ({ change }) => change.toHandOver === true],
  ["committed_at", "bigint", ({ change }) => change.at],
  ["finished_at", "bigint", ({ change }) => (change.final ? change.at : null)],
  ["due_at", "bigint", ({ change }) => change.due?.at ?? null],
  ["due_work", "text", ({ change }) => change.due?.work ?? null],
  ["due_description", "text", ({ change }) => toColumnTextOrNull(change.due?.description)],
  ["queue", "text", ({ change }) => toColumnText(change.labels?.queue ?? "")],
  ["client", "text", ({ change }) => toColumnText(change.labels?.client ?? "")],
  ["terminal", "text", ({ change }) => toColumnTextOrNull(change.labels?.terminal)],
  ["amount", "bigint", ({ change }) => change.labels?.amount?.amount ?? null],
  ["currency", "text", ({ change }) => toColumnTextOrNull(change.labels?.amount?.currency)],
  ["correlation", "text", ({ change }) => toColumnTextOrNull(change.labels?.correlation)],
  ["sets_key", "boolean", ({ change }) => change.exclusiveKey !== undefined],
  ["exclusive_key", "text", ({ change }) => toColumnTextOrNull(change.exclusiveKey)],
  ["record", "text", ({ change }) => toColumnText(change.record)],
  ["entry", "text", ({ change }) => toColumnText(change.entry)],
];

/** The columns that each change writes as they are in the input. */
const WRITTEN = [
  "commit_id",
  "kind",
  "state",
  "needs_attention",
  "to_hand_over",
  "committed_at",
  "finished_at",
  "due_at",
  "due_work",
  "due_description",
  "queue",
  "client",
  "terminal",
  "amount",
  "currency",
  "correlation",
  "record",
];

/** A clock that was behind must not make old what has ended now. So nothing has ended before the last run of retention. */
const FINISHED_AT =
  "CASE WHEN i.finished_at IS NOT NULL THEN greatest(i.finished_at, (SELECT retention_at FROM store)) END";

/** What a column becomes, by the change `i`. */
const givenFor = (name: string): string => (name === "finished_at" ? FINISHED_AT : `i.${name}`);

/** What follows from a transaction that was written: its columns in the schedule, the journal and the counts. */
const FOLLOWED = [
  "id",
  "row_id",
  "version",
  "state",
  "needs_attention",
  "due_at",
  "due_work",
  "queue",
  "client",
  "owner",
  "committed_at",
  "amount",
  "currency",
];

const parameter = (index: number): string => `$${index + 1}`;
const [OWNER, BOOT, BOOT_MS] = [0, 1, 2].map((each) => parameter(INPUT.length + each));
const OWN = `${OWNER}::integer, ${BOOT}::text, ${BOOT_MS}::bigint`;

const IDS = parameter(INPUT.findIndex(([name]) => name === "id"));

/** No other transaction holds the exclusive key of the change `i`. */
const IS_PERMITTED = `(i.exclusive_key IS NULL OR NOT EXISTS (
        SELECT FROM transactions holder WHERE holder.exclusive_key = i.exclusive_key AND holder.id <> i.id
      ))`;

const list = (prefix: string, names: readonly string[]): string => names.map((name) => `${prefix}${name}`).join(", ");

export const WRITE_CHANGES: Statement = {
  name: "write-changes",
  text: `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest(${INPUT.map(([, type], index) => `${parameter(index)}::${type}[]`).join(", ")})
      AS i (${list(
        "",
        INPUT.map(([name]) => name),
      )})
  ),
  before AS MATERIALIZED (
    SELECT i.*, t.row_id, t.version AS old_version, t.state AS old_state, t.needs_attention AS old_attention
    FROM input i JOIN transactions t ON t.id = i.id
    WHERE t.id = ANY(${IDS}::text[]) ORDER BY t.id FOR NO KEY UPDATE OF t
  ),
  updated AS (
    UPDATE transactions t SET version = t.version + 1, redacted = false, owner = ${OWNER}, boot = ${BOOT}, boot_ms = ${BOOT_MS},
      ${WRITTEN.map((name) => `${name} = ${givenFor(name)}`).join(", ")},
      exclusive_key = CASE WHEN i.sets_key THEN i.exclusive_key ELSE t.exclusive_key END
    FROM before i
    WHERE t.row_id = i.row_id AND t.row_id = ANY(ARRAY(SELECT row_id FROM before)) AND i.old_version = i.expected
      AND ${IS_PERMITTED}
    RETURNING ${list("t.", FOLLOWED)}, i.old_state, i.old_attention
  ),
  inserted AS (
    INSERT INTO transactions (id, version, owner, boot, boot_ms, ${list("", WRITTEN)}, exclusive_key)
    SELECT i.id, 1, ${OWN}, ${WRITTEN.map(givenFor).join(", ")}, i.exclusive_key
    FROM input i
    WHERE i.expected = 0 AND NOT EXISTS (SELECT FROM before b WHERE b.n = i.n) AND ${IS_PERMITTED}
    ORDER BY i.n
    ON CONFLICT (id) DO NOTHING
    RETURNING ${list("", FOLLOWED)}
  ),
  written AS MATERIALIZED (
    SELECT * FROM updated UNION ALL SELECT *, NULL, NULL FROM inserted
  ),
  journalled AS (
    INSERT INTO journal (row_id, version, commit_id, entry)
    SELECT w.row_id, w.version, i.journal_commit_id, i.entry FROM written w JOIN input i ON i.id = w.id
  ),
  unscheduled AS (
    DELETE FROM schedule s WHERE s.row_id = ANY(ARRAY(SELECT row_id FROM written WHERE due_at IS NULL))
  ),
  scheduled AS (
    INSERT INTO schedule (row_id, version, work, queue, client, due_at, available_at, owner, committed_at, amount,
      currency)
    SELECT row_id, version, due_work, queue, client, due_at, due_at, owner, committed_at, amount, currency FROM written
    WHERE due_at IS NOT NULL
    ON CONFLICT (row_id) DO UPDATE SET version = excluded.version, work = excluded.work, queue = excluded.queue,
      client = excluded.client, due_at = excluded.due_at, available_at = excluded.available_at, owner = excluded.owner,
      committed_at = excluded.committed_at, amount = excluded.amount, currency = excluded.currency, is_repeat = false, postponed = 0, held_at = NULL, instance = NULL, worker = NULL,
      claim_id = NULL, cause = NULL, reason = NULL
  ),
  counted AS (
    INSERT INTO state_counts (state, needs_attention, count)
    SELECT state, needs_attention, sum(count) FROM (
      SELECT state, needs_attention, 1 AS count FROM written
      UNION ALL
      SELECT old_state, old_attention, -1 FROM updated
    ) each
    GROUP BY state, needs_attention HAVING sum(count) <> 0
  )
  SELECT id FROM written`,
};

/** The values of {@link WRITE_CHANGES}: an array for each column. `owner` is the number of this process. */
export const valuesOfChanges = (
  changes: readonly IdentifiedChange[],
  owner: number,
  clock: HostClock,
): readonly unknown[] => [...INPUT.map(([, , valueOf]) => changes.map(valueOf)), owner, clock.boot, clock.readMs()];
