// A bounded number of slots. A claimed record waits in the queue for its slot; its lease bounds how long. Work that waits long for
// something outside may be *detached*: it leaves its slot to others, goes on, and still counts when the pool becomes idle.

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

/** A bounded number of slots in which records are worked on, and the records that wait for one. */
export interface WorkerPool {
  /** The records in slots. */
  active(): readonly ClaimedRecord[];
  freeSlots(): number;
  /** The records that wait, in the order in which they were claimed. */
  queued(): readonly QueuedRecord[];
  /** Adds records that wait. */
  add(claimed: readonly QueuedRecord[]): void;
  /** Takes records out of the queue. */
  remove(some: readonly QueuedRecord[]): void;
  /** Begins the work on queued records whose lease covers it, in as many free slots as there are. */
  dispatch(now: Instant): void;
  /** Resolves once all work that was dispatched has ended, detached or not. */
  whenIdle(): Promise<void>;
}

/** What the work may do with its slot. */
export interface Slot {
  /**
   * Leaves the slot to others. The work goes on. What waits for a slot of the same queue lets its lease go: it would be likely to
   * hold the next slot as long, and whatever else is due should have its turn first.
   */
  detach(): void;
}

export interface WorkerPoolOptions {
  readonly slots: number;
  /** The work on a record. Never rejects. */
  work(record: ClaimedRecord, slot: Slot): Promise<void>;
  /** Called when a slot has become free. */
  onSlotFree(): void;
}

export function createWorkerPool({ slots, work, onSlotFree }: WorkerPoolOptions): WorkerPool {
  const inSlots = new Set<ClaimedRecord>();
  const underWay = new Set<Promise<void>>();
  let queued: readonly QueuedRecord[] = [];

  function leaveSlot(record: ClaimedRecord): void {
    if (inSlots.delete(record)) onSlotFree();
  }

  function detach(record: ClaimedRecord): void {
    queued = queued.map((each) =>
      each.record.queue === record.queue ? { ...each, startBy: Number.NEGATIVE_INFINITY } : each,
    );
    leaveSlot(record);
  }

  function start(record: ClaimedRecord): void {
    inSlots.add(record);
    const working = work(record, { detach: () => detach(record) }).then(() => {
      underWay.delete(working);
      leaveSlot(record);
    });
    underWay.add(working);
  }

  function remove(some: readonly QueuedRecord[]): void {
    const removed = new Set(some);
    queued = queued.filter((each) => !removed.has(each));
  }

  return {
    active: () => [...inSlots],
    freeSlots: () => slots - inSlots.size,
    queued: () => queued,
    add: (claimed) => {
      queued = [...queued, ...claimed];
    },
    remove,
    dispatch: (now) => {
      const dispatched = queued.filter((each) => isWithinLease(each, now)).slice(0, slots - inSlots.size);
      remove(dispatched);
      for (const { record } of dispatched) start(record);
    },
    whenIdle: async () => {
      await Promise.all(underWay);
    },
  };
}
