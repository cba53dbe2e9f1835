// Commits a group of changes, and finds out what became of each.
//
// Rules
// 1. If the connection is lost, nobody knows whether the server has committed, or still will: to read the record proves nothing. So the same
//    statement is sent again, until it is answered. A commit that was written before finds its own id in the journal: it has succeeded.
// 2. That goes on for as long as patience lasts. Then the end is unknown to the caller as well (`uncertain`).
// 3. A change that was not written has lost to another: the same commit, another version, or the holder of its key. If by then neither
//    can be found, the other has gone again, and the change is tried once more.
// 4. A change that the server refuses must not fail the others: each is then tried alone.

import { randomUUID } from "node:crypto";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change, CommitError, StoredRecord } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { type IdentifiedChange, valuesOfChanges, WRITE_CHANGES } from "./commit-statement.ts";
import { isConnectionFailure, toOutboxFailure } from "./failures.ts";
import type { HostClock } from "./host-clock.ts";
import { createPatience } from "./patience.ts";
import type { Connection, ConnectionPool } from "./server-connections.ts";
import { RECORD_COLUMNS, toRecord, type TransactionRow } from "./stored-row.ts";
import { toColumnTextOrNull } from "./texts.ts";

export type CommitOutcome = Result<void, CommitError>;

export interface GroupCommitOptions {
  readonly commits: Pick<ConnectionPool, "use">;
  /** The number of this process. */
  readonly owner: number;
  readonly clock: HostClock;
  readonly patienceMs: number;
}

/** Nothing if it cannot be told yet. */
type Finding = CommitOutcome | undefined;

export function createCommitGroup(
  options: GroupCommitOptions,
): (changes: readonly Change[]) => Promise<readonly CommitOutcome[]> {
  const { commits, owner, clock, patienceMs } = options;

  /** One attempt. */
  async function write(connection: Connection, changes: readonly IdentifiedChange[]): Promise<readonly Finding[]> {
    const rows = await connection.run<{ id: Uuid }>(WRITE_CHANGES, valuesOfChanges(changes, owner, clock));
    const written = new Set(rows.map(({ id }) => id));
    const losers = changes.filter(({ change }) => !written.has(change.id));
    const findings = losers.length === 0 ? new Map<Uuid, Finding>() : await findReasons(connection, losers);
    return changes.map(({ change }) => (written.has(change.id) ? ok() : findings.get(change.id)));
  }

  async function commit(changes: readonly IdentifiedChange[]): Promise<readonly CommitOutcome[]> {
    const patience = createPatience(patienceMs);
    let mayBeWritten = false;
    let findings: readonly Finding[] = changes.map(() => undefined);
    for (;;) {
      const open = openAmong(changes, findings);
      if (open.length === 0) return findings.map((finding) => finding ?? lost());
      let isSent = false;
      try {
        const attempt = await commits.use((connection) => {
          isSent = true;
          return write(connection, open);
        });
        const found = attempt.values();
        findings = findings.map((finding) => finding ?? found.next().value);
      } catch (error) {
        mayBeWritten ||= isSent && isConnectionFailure(error);
        if (await patience.permits(error)) continue;
        const failure = toOutboxFailure(error);
        if (!mayBeWritten && open.length > 1 && mayBeOneChanges(failure)) return apart(changes, findings);
        const outcome: CommitOutcome = err(mayBeWritten ? { type: "uncertain", detail: failure.detail } : failure);
        return findings.map((finding) => finding ?? outcome);
      }
    }
  }

  async function apart(
    changes: readonly IdentifiedChange[],
    findings: readonly Finding[],
  ): Promise<readonly CommitOutcome[]> {
    const outcomes: CommitOutcome[] = [];
    for (const [index, each] of changes.entries()) {
      const [outcome] = findings[index] === undefined ? await commit([each]) : [findings[index]];
      outcomes.push(outcome ?? lost());
    }
    return outcomes;
  }

  return (changes) => commit(changes.map((change) => ({ change, journalCommitId: change.commitId ?? randomUUID() })));
}

/** Those whose outcome is not known yet. */
const openAmong = (changes: readonly IdentifiedChange[], findings: readonly Finding[]): readonly IdentifiedChange[] =>
  changes.filter((_, index) => findings[index] === undefined);

/** An outcome that nobody has: a bug. */
const lost = (): never => {
  throw new RangeError("every change has an outcome");
};

/** Whether one change may be the cause: the server does not accept it. */
const mayBeOneChanges = ({ reason }: { readonly reason: string }): boolean => reason === "failed" || reason === "busy";

interface LoserRow extends TransactionRow {
  readonly n: number;
  /** The commit that wrote the version after the expected one. */
  readonly written_by: Uuid | null;
}

const FIND_STORED = {
  name: "find-stored",
  text: `SELECT i.n, ${RECORD_COLUMNS},
      (SELECT commit_id FROM journal WHERE journal.row_id = t.row_id AND journal.version = i.expected + 1) AS written_by
    FROM unnest($1::integer[], $2::text[], $3::integer[]) AS i (n, id, expected)
    JOIN transactions t ON t.id = i.id WHERE t.id = ANY($2::text[])`,
};

const FIND_HOLDERS = {
  name: "find-holders",
  text: `SELECT t.exclusive_key, ${RECORD_COLUMNS} FROM transactions t WHERE t.exclusive_key = ANY($1::text[])`,
};

/** Why changes were not written, by the ids of their transactions. */
async function findReasons(
  connection: Connection,
  losers: readonly IdentifiedChange[],
): Promise<ReadonlyMap<Uuid, Finding>> {
  const changes = losers.map(({ change }) => change);
  const stored = await connection.run<LoserRow>(FIND_STORED, [
    changes.map((_, index) => index),
    changes.map(({ id }) => id),
    changes.map(({ expectedVersion }) => expectedVersion),
  ]);
  const keys = changes.flatMap(({ exclusiveKey }) => toColumnTextOrNull(exclusiveKey) ?? []);
  const holders =
    keys.length === 0 ? [] : await connection.run<TransactionRow & { exclusive_key: string }>(FIND_HOLDERS, [keys]);
  const holderOf = new Map(holders.map((row) => [row.exclusive_key, toRecord(row)]));
  return new Map(
    losers.map((loser, index) => {
      const row = stored.find(({ n }) => n === index);
      const key = toColumnTextOrNull(loser.change.exclusiveKey);
      return [loser.change.id, findReason(loser, row, key === null ? undefined : holderOf.get(key))];
    }),
  );
}

function findReason(
  { change, journalCommitId }: IdentifiedChange,
  row: LoserRow | undefined,
  holder: StoredRecord | undefined,
): Finding {
  if (row?.written_by === journalCommitId) return ok();
  if ((row?.version ?? 0) !== change.expectedVersion)
    return err({ type: "conflict", ...(row === undefined ? {} : { winner: toRecord(row) }) });
  return holder === undefined || holder.id === change.id ? undefined : err({ type: "taken", holder });
}
