import type { Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  CommitError,
  KeyTaken,
  Outbox,
  OutboxInspection,
  OutboxUnavailable,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { createMemoryInspection } from "./memory-inspection.ts";
import { type MemoryRow, toStoredRecord, toStoredRecordIfAny } from "./memory-row.ts";
import { createMemorySchedule } from "./memory-schedule.ts";

/**
 * The outbox in memory: as simple as it can be, so that it shows what the port means. It forgets everything when the process
 * ends, and behaves the same in every run.
 */
export function createMemoryOutbox(): Outbox & OutboxInspection {
  /** In the order of arrival. */
  const rows = new Map<Uuid, MemoryRow>();
  const schedule = createMemorySchedule(rows);
  let isClosed = false;

  const runIfOpen = <Value, Failure = never>(
    work: () => Result<Value, Failure>,
  ): ResultAsync<Value, Failure | OutboxUnavailable> =>
    new ResultAsync<Value, Failure | OutboxUnavailable>(Promise.resolve(isClosed ? err(closed) : work()));

  return {
    commit: (change) => runIfOpen(() => commit(rows, change)),
    load: (id) => runIfOpen(() => ok(toStoredRecordIfAny(rows.get(id)))),
    claim: (request) => runIfOpen(() => ok(schedule.claim(request))),
    postpone: (postponement) =>
      runIfOpen(() => {
        schedule.postpone(postponement);
        return ok();
      }),
    advance: (request) => runIfOpen(() => ok(schedule.advance(request))),
    release: (release) =>
      runIfOpen(() => {
        schedule.release(release);
        return ok();
      }),
    close: () =>
      runIfOpen(() => {
        isClosed = true;
        return ok();
      }),
    ...createMemoryInspection(rows, runIfOpen),
  };
}

const closed: OutboxUnavailable = { type: "unavailable", reason: "closed", detail: "the outbox was closed" };

/** Checks in this order: whether this very commit was written already, the version, the exclusive key. */
function commit(rows: Map<Uuid, MemoryRow>, change: Change): Result<void, CommitError> {
  const { id, expectedVersion, commitId, entry } = change;
  const stored = rows.get(id);
  if (commitId !== undefined && stored?.journal[expectedVersion]?.commitId === commitId) return ok();
  if ((stored?.version ?? 0) !== expectedVersion)
    return err({ type: "conflict", ...(stored === undefined ? {} : { winner: toStoredRecord(stored) }) });
  const key = change.exclusiveKey === undefined ? stored?.exclusiveKey : (change.exclusiveKey ?? undefined);
  const taken = findHolder(rows, id, key);
  if (taken !== undefined) return err(taken);

  rows.set(id, {
    change,
    version: expectedVersion + 1,
    journal: [...(stored?.journal ?? []), { entry, ...(commitId === undefined ? {} : { commitId }) }],
    isRedacted: false,
    postponed: 0,
    ...(key === undefined ? {} : { exclusiveKey: key }),
  });
  return ok();
}

/** Another record that holds the key. */
function findHolder(rows: ReadonlyMap<Uuid, MemoryRow>, id: Uuid, key: string | undefined): KeyTaken | undefined {
  if (key === undefined) return undefined;
  const holder = [...rows.values()].find(({ change, exclusiveKey }) => exclusiveKey === key && change.id !== id);
  return holder === undefined ? undefined : { type: "taken", holder: toStoredRecord(holder) };
}
