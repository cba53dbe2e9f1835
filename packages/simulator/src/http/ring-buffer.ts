/** Keeps the last items, oldest first. Earlier ones are only counted. */
export interface RingBuffer<Item> {
  add(item: Item): void;
  /** How many were ever added. */
  total(): number;
  latest(limit: number): readonly Item[];
  clear(): void;
}

export interface RingBufferBounds<Item> {
  readonly maxItems: number;
  /** The largest sum of sizes. The last item is kept however large it is. Default: no bound. */
  readonly maxSize?: number;
  /** The size of an item, in the unit of `maxSize`. Default 0. */
  sizeOf?(item: Item): number;
}

export function createRingBuffer<Item>({
  maxItems,
  maxSize = Number.POSITIVE_INFINITY,
  sizeOf = () => 0,
}: RingBufferBounds<Item>): RingBuffer<Item> {
  let items: { readonly item: Item; readonly size: number }[] = [];
  let size = 0;
  let total = 0;

  /** Removes the oldest in one go, and not with each item that is added: that would move all the others each time. */
  function removeOldest(): void {
    let first = Math.max(items.length - maxItems, 0);
    let left = items.slice(first).reduce((sum, each) => sum + each.size, 0);
    while (left > maxSize && first < items.length - 1) {
      left -= items[first]?.size ?? 0;
      first += 1;
    }
    items = items.slice(first);
    size = left;
  }

  return {
    add(item) {
      items.push({ item, size: sizeOf(item) });
      size += sizeOf(item);
      total += 1;
      if (items.length >= 2 * maxItems || size > maxSize) removeOldest();
    },
    total: () => total,
    latest: (limit) => items.slice(-Math.min(Math.max(1, limit), maxItems)).map(({ item }) => item),
    clear() {
      items = [];
      size = 0;
      total = 0;
    },
  };
}
