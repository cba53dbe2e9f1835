import { emptyMap, get, type PersistentMap, remove, set } from "../persistent-map.ts";

/** An immutable first-in-first-out queue. Its operations are cheap at any length. */
export interface Queue<Item> {
  /** The position of the head. */
  readonly first: number;
  /** The position of the next item to be added. */
  readonly next: number;
  readonly items: PersistentMap<Item>;
}

export const emptyQueue: Queue<never> = { first: 0, next: 0, items: emptyMap };

export const lengthOf = (queue: Queue<unknown>): number => queue.next - queue.first;

export const enqueue = <Item>(queue: Queue<Item>, item: Item): Queue<Item> => ({
  ...queue,
  next: queue.next + 1,
  items: set(queue.items, String(queue.next), item),
});

/** The item with `offset` others before it. */
export const itemAt = <Item>(queue: Queue<Item>, offset: number): Item | undefined =>
  get(queue.items, String(queue.first + offset));

/** Replaces an item that is there. */
export const replaceAt = <Item>(queue: Queue<Item>, offset: number, item: Item): Queue<Item> => ({
  ...queue,
  items: set(queue.items, String(queue.first + offset), item),
});

export const dequeue = <Item>(queue: Queue<Item>): Queue<Item> =>
  lengthOf(queue) === 0 ? queue : { ...queue, first: queue.first + 1, items: remove(queue.items, String(queue.first)) };

/** The first `limit` items, in order. */
export function peek<Item>(queue: Queue<Item>, limit: number): readonly Item[] {
  const keys = Array.from({ length: Math.min(limit, lengthOf(queue)) }, (_, index) => String(queue.first + index));
  return keys.flatMap((key) => get(queue.items, key) ?? []);
}
