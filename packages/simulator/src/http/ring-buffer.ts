/** Keeps the last items, oldest first. Earlier ones are only counted. */
export interface RingBuffer<Item> {
  add(item: Item): void;
  /** How many were ever added. */
  total(): number;
  latest(limit: number): readonly Item[];
  clear(): void;
}

export function createRingBuffer<Item>(capacity: number): RingBuffer<Item> {
  const items: Item[] = [];
  let total = 0;
  return {
    add(item) {
      items[total % capacity] = item;
      total += 1;
    },
    total: () => total,
    latest(limit) {
      const start = total <= capacity ? 0 : total % capacity;
      return [...items.slice(start), ...items.slice(0, start)].slice(-Math.max(1, limit));
    },
    clear() {
      items.length = 0;
      total = 0;
    },
  };
}
