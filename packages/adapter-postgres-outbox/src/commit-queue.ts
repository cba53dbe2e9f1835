// Group commit over a network: what is asked for in one turn of the event loop goes to the server together.
//
// A round trip and an fsync cost the same for one change as for a hundred. So changes that arrive together share a statement.
//
// Rules
// 1. No timer: a group goes as soon as the turn ends, if fewer than `maxGroups` are under way. Under load groups grow by themselves, since
//    more arrives while they are.
// 2. A group is bounded in number and in size. A larger item goes alone.
// 3. Items that have a key in common go one after the other, in the order in which they were added: never in one group, nor in two that
//    are under way at once. All other items may overtake them.
// 4. Each item gets an outcome of its own. What `run` throws is a bug and rejects the whole group; the next one goes all the same.
// 5. The queue is bounded. If it is full, an item gets the outcome `overloaded` at once.
//
// What it does not know: what an item is.

import { setImmediate } from "node:timers";

export interface GroupQueueOptions<Item, Outcome> {
  /** Handles a group and gives one outcome for each item, in the same order. */
  run(items: readonly Item[]): Promise<readonly Outcome[]>;
  /** What an item must not share with another that is under way. */
  keysOf(item: Item): readonly string[];
  /** The size of an item, in the unit of `maxSize`. */
  sizeOf(item: Item): number;
  readonly maxGroups: number;
  readonly maxItems: number;
  readonly maxSize: number;
  /** The most items that may wait. */
  readonly maxWaiting: number;
  readonly overloaded: Outcome;
}

export interface GroupQueue<Item, Outcome> {
  /** Resolves with the item's outcome. */
  add(item: Item): Promise<Outcome>;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly keys: readonly string[];
  readonly size: number;
  resolve(outcome: Outcome): void;
  reject(bug: unknown): void;
}

export function createGroupQueue<Item, Outcome>(options: GroupQueueOptions<Item, Outcome>): GroupQueue<Item, Outcome> {
  let waiting: Waiting<Item, Outcome>[] = [];
  const busyKeys = new Set<string>();
  let groups = 0;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.length === 0 || groups >= options.maxGroups) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      const group = takeGroup();
      if (group.length > 0) void runGroup(group);
      if (group.length > 0) schedule();
    });
  }

  /** The first that fit and that are kept back by nothing. */
  function takeGroup(): readonly Waiting<Item, Outcome>[] {
    const blocked = new Set(busyKeys);
    const taken: Waiting<Item, Outcome>[] = [];
    let size = 0;
    waiting = waiting.filter((each) => {
      if (taken.length === options.maxItems) return true;
      const fits = taken.length === 0 || size + each.size <= options.maxSize;
      const isTaken = fits && !each.keys.some((key) => blocked.has(key));
      for (const key of each.keys) blocked.add(key);
      if (!isTaken) return true;
      size += each.size;
      taken.push(each);
      return false;
    });
    return taken;
  }

  async function runGroup(group: readonly Waiting<Item, Outcome>[]): Promise<void> {
    groups += 1;
    const keys = group.flatMap((each) => each.keys);
    for (const key of keys) busyKeys.add(key);
    try {
      const outcomes = await options.run(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(outcomeAt(outcomes, index));
    } catch (bug) {
      for (const { reject } of group) reject(bug);
    }
    for (const key of keys) busyKeys.delete(key);
    groups -= 1;
    schedule();
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= options.maxWaiting) return resolve(options.overloaded);
        waiting.push({ item, keys: options.keysOf(item), size: options.sizeOf(item), resolve, reject });
        schedule();
      }),
  };
}

function outcomeAt<Outcome>(outcomes: readonly Outcome[], index: number): Outcome {
  const outcome = outcomes[index];
  if (outcome === undefined) throw new RangeError("every item has an outcome");
  return outcome;
}
