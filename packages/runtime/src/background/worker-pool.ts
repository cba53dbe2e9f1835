import type { Instant } from "@electrum-vouchers/core";
import type { ClaimedRecord } from "@electrum-vouchers/core/ports";

/** A claimed record that waits for its place. */
export interface QueuedRecord {
  readonly record: ClaimedRecord;
  /** Its work is due from here on; a clock that was set back since the claim may show less. */
  readonly notBefore: Instant;
  /** The last moment at which its lease covers its work. */
  readonly startBy: Instant;
}

/** Whether its work may begin now. */
export const isWithinLease = ({ notBefore, startBy }: QueuedRecord, now: Instant): boolean =>
  notBefore <= now && now <= startBy;

/** A bounded number of places at which records are worked on, and those that wait for one, oldest first. */
export interface WorkerPool {
  freeSlots(): number;
  /** Those that wait, oldest first. */
  queued(): readonly QueuedRecord[];
  /** More that wait. */
  add(claimed: readonly QueuedRecord[]): void;
  /** Takes away from those that wait. */
  remove(some: readonly QueuedRecord[]): void;
  /** Begins the work on those that wait and still may begin, on as many as there are free places. */
  dispatch(now: Instant): void;
  /** Resolves once all work that has begun has ended. */
  whenIdle(): Promise<void>;
}

export interface WorkerPoolOptions {
  readonly slots: number;
  /** The work on a record; never rejects. */
  work(record: ClaimedRecord): Promise<void>;
  /** A place has come free. */
  onSlotFree(): void;
}

export function createWorkerPool({ slots, work, onSlotFree }: WorkerPoolOptions): WorkerPool {
  const busy = new Set<Promise<void>>();
  let queued: readonly QueuedRecord[] = [];

  function start(record: ClaimedRecord): void {
    const working = work(record).then(() => {
      busy.delete(working);
      onSlotFree();
    });
    busy.add(working);
  }

  function remove(some: readonly QueuedRecord[]): void {
    const deleted = new Set(some);
    queued = queued.filter((each) => !deleted.has(each));
  }

  return {
    freeSlots: () => slots - busy.size,
    queued: () => queued,
    add: (claimed) => {
      queued = [...queued, ...claimed];
    },
    remove,
    dispatch: (now) => {
      const dispatched = queued.filter((each) => isWithinLease(each, now)).slice(0, slots - busy.size);
      remove(dispatched);
      for (const { record } of dispatched) start(record);
    },
    whenIdle: async () => {
      await Promise.all(busy);
    },
  };
}
