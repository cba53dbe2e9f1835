import type { Change, OutboxUnavailable, Postponement } from "@electrum-vouchers/core/ports";
import { err, errAsync, type Result, ResultAsync } from "neverthrow";
import { type CommitOutcome, createCommitter } from "./commit.ts";
import type { Connections } from "./connection.ts";
import { attempt, closed } from "./failure.ts";
import { createGroup } from "./group.ts";
import { createHolds } from "./holds.ts";
import { createInspection } from "./inspection.ts";
import { createNumbers } from "./numbers.ts";
import { createRetention } from "./retention.ts";
import { STORED, type StoredRow, storedOf } from "./rows.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";
import { createTally } from "./tally.ts";
import { createUpkeep, type Upkeep } from "./upkeep.ts";

/**
 * The bounds of what shares a transaction: few enough that the event loop is not held up for long, many enough that an fsync
 * is little to each. And of what waits: whoever has more callers than that at once is better told so than kept waiting.
 */
const GROUP_BOUNDS = { maxMembers: 128, maxSize: 2 ** 20, maxWaiting: 10_000 };

const crowded: OutboxUnavailable = {
  type: "unavailable",
  reason: "busy",
  detail: `${GROUP_BOUNDS.maxWaiting} calls are waiting already`,
};

export function createSqliteOutbox(connections: Connections, onCommit: (changes: number) => void): SqliteOutbox {
  const { durable, hasty, emptyLog, close } = connections;
  const numbers = createNumbers();
  const tally = createTally(durable);
  const holds = createHolds(hasty, numbers);
  const inspection = createInspection(durable, tally);
  const retain = createRetention(durable, tally);
  const load = durable.prepare<[string], StoredRow>(`SELECT ${STORED} FROM transactions WHERE id = ?`);

  const upkeep = upkeepOf(connections);
  const tell = sheltered(onCommit);
  const commits = createGroup<Change, CommitOutcome>({
    run: createCommitter(durable, numbers, (changes) => {
      upkeep.changed(changes);
      tell(changes);
    }),
    sizeOf: ({ record, entry }) => record.length + entry.length,
    crowded: err(crowded),
    ...GROUP_BOUNDS,
  });
  const postponements = createGroup<Postponement, Result<void, OutboxUnavailable>>({
    run: (members) => {
      const outcome = attempt(() => holds.postpone(members));
      return members.map(() => outcome);
    },
    sizeOf: ({ why }) => why.length,
    crowded: err(crowded),
    ...GROUP_BOUNDS,
  });

  const whenOpen = <Value>(work: () => Value): ResultAsync<Value, OutboxUnavailable> =>
    new ResultAsync(Promise.resolve(durable.open ? attempt(work) : err(closed)));

  return {
    commit: (change) => (durable.open ? new ResultAsync(commits.add(change)) : errAsync(closed)),
    load: (id) =>
      whenOpen(() => {
        const row = load.get(id);
        return row === undefined ? undefined : storedOf(row);
      }),
    claim: (request) => whenOpen(() => holds.claim(request)),
    postpone: (postponement) => (durable.open ? new ResultAsync(postponements.add(postponement)) : errAsync(closed)),
    release: (release) => whenOpen(() => holds.release(release)),
    close: () =>
      whenOpen(() => {
        commits.flush();
        postponements.flush();
        close();
      }),
    summary: () => whenOpen(inspection.summary),
    list: (query) => whenOpen(() => inspection.list(query)),
    journal: (id) => whenOpen(() => inspection.journal(id)),
    retain: (request) =>
      whenOpen(() => {
        const retained = retain(request);
        if (retained.scrubbed + retained.removed < request.limit) emptyLog();
        return retained;
      }),
    check: () => whenOpen(inspection.check),
  };
}

/** An observer that cannot harm a till: what it throws is a bug of its owner, who is warned of the first one only. */
function sheltered(onCommit: (changes: number) => void): (changes: number) => void {
  let isWarned = false;
  return (changes) => {
    try {
      onCommit(changes);
    } catch (error) {
      if (isWarned) return;
      isWarned = true;
      const detail = error instanceof Error && error.stack !== undefined ? error.stack : String(error);
      process.emitWarning("The outbox's onCommit failed; the outbox goes on, and reports no further failure.", {
        detail,
      });
    }
  };
}

/** Begins with what a former process has left. */
function upkeepOf({ durable, hasty, unlessBusy, copyLog }: Connections): Upkeep {
  const addUp = hasty.transaction(createTally(hasty).addUp).immediate;
  // Where it fails, the next time does it all.
  const unlessClosed = (work: () => void) => (): void => {
    if (durable.open) attempt(work).unwrapOr(undefined);
  };
  const addUpAll = unlessClosed(() => unlessBusy(addUp));
  addUpAll();
  return createUpkeep([addUpAll, unlessClosed(copyLog)]);
}
