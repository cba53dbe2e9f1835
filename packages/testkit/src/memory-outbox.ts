import type { Uuid } from "@electrum-vouchers/core";
import {
  type Change,
  type CommitError,
  type CorrectedRecord,
  type KeyTaken,
  type Outbox,
  type OutboxInspection,
  type OutboxUnavailable,
  findOptionFaults,
  functionOption,
  ifGiven,
  toOptionsError,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { correctPage } from "./memory-columns.ts";
import { createMemoryInspection } from "./memory-inspection.ts";
import { type MemoryProcess, type MemoryRow, toStoredRecord, toStoredRecordIfAny } from "./memory-row.ts";
import { createMemoryRetention, type LastRetention } from "./memory-retention.ts";
import { createMemorySchedule } from "./memory-schedule.ts";

/** The outbox in memory, as one process has it open. */
export interface MemoryOutbox extends Outbox, OutboxInspection {
  /** The same records, opened by another process. */
  connect(): MemoryOutbox;
  /** This process ends, without closing anything. */
  crash(): void;
}

/**
 * The outbox in memory: as simple as it can be, so that it shows what the port means. It forgets everything when the process
 * ends, and behaves the same in every run.
 *
 * @param readMs a clock that cannot be set, in milliseconds. Default: none, as if the machine had been started since each commit
 */
export function createMemoryOutbox(readMs?: () => number): MemoryOutbox {
  const faults = findOptionFaults({ readMs }, { readMs: ifGiven(functionOption) });
  if (faults.length > 0) throw toOptionsError("createMemoryOutbox", faults);
  return openMemoryOutbox({
    rows: new Map(),
    lastRow: { number: 0 },
    retention: {},
    watchers: new Map(),
    ...(readMs === undefined ? {} : { readMs }),
  });
}

/** What all processes share. */
interface MemoryStore {
  /** In the order of arrival. */
  readonly rows: Map<Uuid, MemoryRow>;
  /** No number is given twice. */
  readonly lastRow: LastRow;
  readonly retention: LastRetention;
  readonly watchers: Map<() => void, MemoryProcess>;
  readonly readMs?: () => number;
}

interface LastRow {
  number: number;
}

function openMemoryOutbox(store: MemoryStore): MemoryOutbox {
  const { rows, watchers, readMs } = store;
  const own: MemoryProcess = { isAlive: true };
  const schedule = createMemorySchedule(rows, own, readMs);
  const noted: CorrectedRecord[] = [];
  let isClosed = false;

  const runIfOpen = <Value, Failure = never>(
    work: () => Result<Value, Failure>,
  ): ResultAsync<Value, Failure | OutboxUnavailable> =>
    new ResultAsync<Value, Failure | OutboxUnavailable>(Promise.resolve(isClosed ? err(closed) : work()));

  /** Tells the other processes, after this turn. */
  function tellOthers(): void {
    for (const [listener, process] of watchers) {
      if (process === own) continue;
      queueMicrotask(() => {
        if (watchers.has(listener)) listener();
      });
    }
  }

  function end(): void {
    own.isAlive = false;
    for (const [listener, process] of watchers) if (process === own) watchers.delete(listener);
    tellOthers();
  }

  const commitNow = (change: Change): Result<void, CommitError> =>
    commit(store, change, { owner: own, ...committedNow(store) }).map(tellOthers);

  function close(): Result<void, never> {
    isClosed = true;
    end();
    return ok();
  }

  return {
    commit: (change) => runIfOpen(() => commit(store, change, { owner: own, ...committedNow(store) }).map(tellOthers)),
    load: (id) => runIfOpen(() => ok(toStoredRecordIfAny(rows.get(id), readMs?.()))),
    claim: (request) => runIfOpen(() => ok(schedule.claim(request))),
    findAhead: (request) => runIfOpen(() => ok(schedule.findAhead(request))),
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
    correctColumns: (query) => runIfOpen(() => ok(correctPage(rows, query, noted))),
    secret: () => runIfOpen(() => ok(SECRET)),
    watch: (listener) => {
      // Wrapped, so that each watch is one of its own.
      const watcher = (): void => listener();
      watchers.set(watcher, own);
      return () => void watchers.delete(watcher);
    },
    close: () => runIfOpen(close),
    ...createMemoryInspection(rows, runIfOpen, commitNow),
    ...createMemoryRetention(rows, store.retention, runIfOpen, noted),
    connect: () => openMemoryOutbox(store),
    crash: end,
  };
}

/** Nothing leaves this memory, so it hides nothing. */
const SECRET = "the secret of every store in memory";

const committedNow = ({ readMs }: MemoryStore): Pick<MemoryRow, "committedMs"> =>
  readMs === undefined ? {} : { committedMs: readMs() };

const closed: OutboxUnavailable = { type: "unavailable", reason: "closed", detail: "the outbox was closed" };

/** Checks in this order: whether this very commit was written already, the version, the exclusive key. */
function commit(
  { rows, lastRow, retention }: Pick<MemoryStore, "rows" | "lastRow" | "retention">,
  change: Change,
  ownership: Pick<MemoryRow, "owner" | "committedMs">,
): Result<void, CommitError> {
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
    row: stored?.row ?? (lastRow.number += 1),
    version: expectedVersion + 1,
    journal: [...(stored?.journal ?? []), { entry, ...(commitId === undefined ? {} : { commitId }) }],
    deliveries: stored?.deliveries ?? [],
    isRedacted: false,
    finishedAt: Math.max(change.at, retention.at ?? change.at),
    postponed: 0,
    ...ownership,
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
