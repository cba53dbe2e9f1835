import {
  type Change,
  isolateErrors,
  type OutboxUnavailable,
  type Postponement,
  type RetentionRequest,
  type RetentionResult,
} from "@electrum-vouchers/core/ports";
import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import { createGroupQueue, type GroupQueue } from "./commit-queue.ts";
import { createFolding } from "./counts.ts";
import { postgresOutboxClosed, toOutboxFailure } from "./failures.ts";
import { type CommitOutcome, createCommitGroup } from "./group-commit.ts";
import type { HostClock } from "./host-clock.ts";
import { createColumnCorrection } from "./inspection/correct-page.ts";
import { createPostgresInspection } from "./inspection/inspection.ts";
import { repeatPatiently } from "./patience.ts";
import type { PostgresOutbox } from "./postgres-outbox.ts";
import { applyToPage } from "./retention/apply-retention.ts";
import { beginRetentionRun } from "./retention/begin-retention.ts";
import { eraseRemoved } from "./retention/erase.ts";
import { createPostgresSchedule, type PostgresSchedule } from "./schedule/schedule.ts";
import type { ServerConnections, Statement } from "./server-connections.ts";
import type { Session } from "./session.ts";
import { RECORD_COLUMNS, toRecord, type TransactionRow } from "./stored-row.ts";

/**
 * The bounds of a group (items, and characters of their texts) and of the queue. A group is small enough that a statement takes some
 * milliseconds. A caller beyond the queue's bound is refused at once, which is better than a long wait.
 */
const GROUP_BOUNDS = { maxItems: 128, maxSize: 2 ** 20, maxWaiting: 10_000 };

const overloaded: OutboxUnavailable = {
  type: "unavailable",
  reason: "busy",
  detail: `${GROUP_BOUNDS.maxWaiting} calls are waiting already`,
};

export interface PostgresOutboxParts {
  readonly connections: ServerConnections;
  readonly session: Session;
  readonly clock: HostClock;
  readonly clockAheadMs: number;
  readonly committers: number;
  readonly patienceMs: number;
  readonly onCommit: (changes: number) => void;
}

const LOAD: Statement = { name: "load", text: `SELECT ${RECORD_COLUMNS} FROM transactions t WHERE t.id = $1` };

const READ_SECRET: Statement = { name: "read-secret", text: "SELECT secret FROM store" };

export function createPostgresOutbox(parts: PostgresOutboxParts): PostgresOutbox {
  const { connections, session, clock, clockAheadMs, patienceMs } = parts;
  const { operator, reads } = connections;
  const schedule = createPostgresSchedule({ pool: connections.schedule, session, clock, patienceMs });
  const inspection = createPostgresInspection(operator);
  const correction = createColumnCorrection(operator);
  const applyRetention = createApplyRetention(connections, correction.note);
  const commits = createCommits(parts);
  const postponements = createPostponements(schedule);
  const calls = createOpenCalls();

  const whenOpen = <Value, Failure>(
    work: () => Promise<Result<Value, Failure>>,
  ): ResultAsync<Value, Failure | OutboxUnavailable> =>
    calls.isClosed() ? errAsync(postgresOutboxClosed) : new ResultAsync(calls.track(work()));
  /** What reads alone may be asked twice. */
  const whenReadable = <Value>(work: () => Promise<Value>): ResultAsync<Value, OutboxUnavailable> =>
    whenOpen(() => repeatPatiently(patienceMs, work));

  return {
    clockAheadMs,
    commit: (change) => whenOpen(() => commits.add(change)),
    load: (id) =>
      whenReadable(async () => {
        const [row] = await reads.run<TransactionRow>(LOAD, [id]);
        return row === undefined ? undefined : toRecord(row, clock);
      }),
    claim: (request) => whenOpen(() => schedule.claim(request)),
    findAhead: (request) => whenOpen(() => schedule.findAhead(request)),
    postpone: (postponement) => whenOpen(() => postponements.add(postponement)),
    advance: (request) => whenOpen(() => schedule.advance(request)),
    release: (release) => whenOpen(() => schedule.release(release)),
    correctColumns: (query) => whenReadable(() => correction.correctPage(query)),
    undelivered: (queue) => whenReadable(() => inspection.undelivered(queue)),
    secret: () =>
      whenReadable(async () => {
        const [row] = await reads.run<{ secret: string }>(READ_SECRET);
        return row?.secret ?? "";
      }),
    watch: (listener) => (calls.isClosed() ? () => {} : session.watch(listener)),
    close: () =>
      calls.isClosed()
        ? errAsync(postgresOutboxClosed)
        : new ResultAsync(
            calls.close(async () => {
              await session.close();
              await connections.close();
            }),
          ),
    summary: (now) => whenReadable(() => inspection.summary(now)),
    list: (query) => whenReadable(() => inspection.list(query)),
    journal: (id) => whenReadable(() => inspection.journal(id)),
    check: () => whenReadable(inspection.check),
    repair: (request) =>
      whenReadable(() => inspection.planRepair(request))
        .andThen((planned) => planned)
        .andThen((change) => whenOpen(() => commits.add(change))),
    beginRetention: (request) => whenOpen(() => tryOnce(() => beginRetentionRun(operator, request))),
    applyRetention: (request) => whenOpen(() => tryOnce(() => applyRetention(request))),
  };
}

/** What may not be done twice. */
const tryOnce = async <Value>(work: () => Promise<Value>): Promise<Result<Value, OutboxUnavailable>> => {
  try {
    return ok(await work());
  } catch (error) {
    return err(toOutboxFailure(error));
  }
};

/** The calls under way, and whether there may be more. */
function createOpenCalls() {
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  return {
    isClosed: () => isClosed,
    track: <Value>(call: Promise<Value>): Promise<Value> => {
      underWay.add(call);
      const forget = (): void => void underWay.delete(call);
      call.then(forget, forget);
      return call;
    },
    close: async (end: () => Promise<void>): Promise<Result<void, OutboxUnavailable>> => {
      isClosed = true;
      await Promise.allSettled(underWay);
      return tryOnce(end);
    },
  };
}

function createCommits({ connections, session, clock, committers, patienceMs, onCommit }: PostgresOutboxParts) {
  const notify = isolateErrors(onCommit, (detail) =>
    process.emitWarning("The outbox's onCommit failed. The outbox goes on, and reports no further failure.", {
      detail,
    }),
  );
  const fold = createFolding(connections.schedule);
  const commitGroup = createCommitGroup({ commits: connections.commits, owner: session.instance, clock, patienceMs });
  return createGroupQueue<Change, CommitOutcome>({
    run: async (changes) => {
      const outcomes = await commitGroup(changes);
      const committed = outcomes.filter((outcome) => outcome.isOk()).length;
      if (committed > 0) {
        session.notifyOthers();
        fold();
        // After the callers have got their outcomes.
        queueMicrotask(() => notify(committed));
      }
      return outcomes;
    },
    keysOf: ({ id, exclusiveKey }) => (typeof exclusiveKey === "string" ? [id, `key ${exclusiveKey}`] : [id]),
    sizeOf: ({ record, entry }) => record.length + entry.length,
    overloaded: err(overloaded),
    maxGroups: committers,
    ...GROUP_BOUNDS,
  });
}

type PostponementOutcome = Result<void, OutboxUnavailable>;

const createPostponements = (
  schedule: Pick<PostgresSchedule, "postpone">,
): GroupQueue<Postponement, PostponementOutcome> =>
  createGroupQueue<Postponement, PostponementOutcome>({
    run: async (postponements) => {
      const outcome = await schedule.postpone(postponements);
      return postponements.map(() => outcome);
    },
    keysOf: ({ id }) => [id],
    sizeOf: ({ reason }) => reason.length,
    overloaded: err(overloaded),
    maxGroups: 1,
    ...GROUP_BOUNDS,
  });

function createApplyRetention(
  { operator }: ServerConnections,
  note: (corrected: readonly { readonly id: string; readonly columns: readonly string[] }[]) => void,
): (request: RetentionRequest) => Promise<RetentionResult> {
  // Another process may have died before it had removed what it deleted.
  let mustErase = true;

  return async (request) => {
    const { corrected, ...page } = await applyToPage(operator, request);
    note(corrected.map(({ id, columns }) => ({ id, columns })));
    mustErase ||= page.redacted + page.deleted > 0;
    if (page.next !== undefined) return { ...page, isErased: false };
    if (mustErase) mustErase = !(await eraseRemoved(operator));
    return { ...page, isErased: !mustErase };
  };
}
