// A bounded number of slots. A claimed record waits in the queue for its slot; its lease bounds how long.

import type { Instant } from "@electrum-vouchers/core";
import type { ClaimedRecord } from "@electrum-vouchers/core/ports";

/** A claimed record that waits for a slot. */
export interface QueuedRecord {
  readonly record: ClaimedRecord;
  /** Its work is due from then on. A clock that was set back since the claim may show less. */
  readonly notBefore: Instant;
  /** The last moment at which its lease covers its work. */
  readonly startBy: Instant;
}

/** Whether its work may begin now: it is due, and its lease covers it. */
export const isWithinLease = ({ notBefore, startBy }: QueuedRecord, now: Instant): boolean =>
  notBefore <= now && now <= startBy;

/** A bounded number of slots in which records are worked on, and the records that wait for one, oldest first. */
export interface WorkerPool {
  freeSlots(): number;
  /** The records that wait, oldest first. */
  queued(): readonly QueuedRecord[];
  /** Adds records that wait. */
  add(claimed: readonly QueuedRecord[]): void;
  /** Takes records out of the queue. */
  remove(some: readonly QueuedRecord[]): void;
  /** Begins the work on queued records whose lease covers it, in as many free slots as there are. */
  dispatch(now: Instant): void;
  /** Resolves once all work that was dispatched has ended. */
  whenIdle(): Promise<void>;
}

export interface WorkerPoolOptions {
  readonly slots: number;
  /** The work on a record. Never rejects. */
  work(record: ClaimedRecord): Promise<void>;
  /** Called when a slot has become free. */
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
