// Group commit: what is asked for in one turn of the event loop is handled together.
//
// An fsync costs the same for one change as for a hundred, and it is most of what a commit costs. So all changes that arrive in
// one turn share one SQLite transaction. Databases call this *group commit*.
//
// Rules
// 1. No timer: the batch runs as soon as the turn ends (`setImmediate`). A lone item does not wait for others. Under load,
//    batches grow by themselves, since more items arrive while one batch waits for the disk.
// 2. A batch is bounded in number and in size, so that the event loop is not blocked for long. A larger item runs alone. The
//    rest runs in the next turn, so that other callbacks come in between.
// 3. Items run in the order in which they were added.
// 4. Each item gets an outcome of its own. What `run` throws is a bug and rejects the whole batch; the next one runs all the same.
// 5. The queue is bounded too. If it is full, an item gets the outcome `overloaded` at once: this is back-pressure, and an
//    unbounded queue would only hide it.
// 6. `flush` runs everything at once, for closing.
//
// What it does not know: what an item is. `group-commit.ts` commits changes with it, `outbox.ts` stores postponements.

import { setImmediate } from "node:timers";

export interface BatcherOptions<Item, Outcome> {
  /** Handles a batch and returns one outcome for each item, in the same order. If it throws, all are rejected. */
  run(items: readonly Item[]): readonly Outcome[];
  /** The size of an item, in the unit of `maxSize`. */
  sizeOf(item: Item): number;
  /** The most items in a batch. */
  readonly maxItems: number;
  /** The largest sum of sizes in a batch. A larger item is handled alone. */
  readonly maxSize: number;
  /** The most items that may wait. One more gets the outcome `overloaded`. */
  readonly maxWaiting: number;
  readonly overloaded: Outcome;
}

export interface Batcher<Item, Outcome> {
  /** Resolves with the item's outcome, once it was handled. */
  add(item: Item): Promise<Outcome>;
  /** Handles all waiting items at once. */
  flush(): void;
}

interface QueuedItem<Item, Outcome> {
  readonly item: Item;
  readonly size: number;
  resolve(outcome: Outcome): void;
  reject(bug: unknown): void;
}

/**
 * A batcher: it handles together what is added in one turn of the event loop.
 *
 * @example
 * const commits = createBatcher({ run: commitAll, sizeOf, maxItems: 128, maxSize: 2 ** 20, maxWaiting: 10_000, overloaded });
 * await commits.add(change);
 */
export function createBatcher<Item, Outcome>(options: BatcherOptions<Item, Outcome>): Batcher<Item, Outcome> {
  let queued: QueuedItem<Item, Outcome>[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      runNext();
      if (queued.length > 0) schedule();
    });
  }

  function runNext(): void {
    const batch = queued.slice(0, countOf(queued));
    if (batch.length === 0) return;
    queued = queued.slice(batch.length);
    try {
      const outcomes = options.run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(outcomeOf(outcomes[index]));
    } catch (bug) {
      for (const { reject } of batch) reject(bug);
    }
  }

  /** How many of the waiting items fit into one batch: at least one. */
  function countOf(candidates: readonly QueuedItem<Item, Outcome>[]): number {
    let size = 0;
    const beyond = candidates.findIndex((each, index) => {
      size += each.size;
      return index > 0 && (index === options.maxItems || size > options.maxSize);
    });
    return beyond === -1 ? candidates.length : beyond;
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        if (queued.length === options.maxWaiting) return resolve(options.overloaded);
        queued.push({ item, size: options.sizeOf(item), resolve, reject });
        schedule();
      }),
    flush: () => {
      while (queued.length > 0) runNext();
    },
  };
}

function outcomeOf<Outcome>(outcome: Outcome | undefined): Outcome {
  if (outcome === undefined) throw new RangeError("every item has an outcome");
  return outcome;
}
