/** All states seen so far. Each is a row of `width` whole numbers, with the state from which it was first reached. */
export interface StateTable {
  /** The index of the row. A new row is added, as reached from `parent`. */
  add(row: readonly number[], parent: number): number;
  /** The index of the row, or -1. */
  find(row: readonly number[]): number;
  rowAt(index: number): readonly number[];
  parentOf(index: number): number;
  readonly size: () => number;
}

const FIRST_CAPACITY = 1 << 14;

/** An open-addressing hash table over typed arrays. It takes some forty bytes a state, so tens of millions of states fit. */
export function createStateTable(width: number): StateTable {
  let capacity = FIRST_CAPACITY;
  let rows = new Int32Array(capacity * width);
  let parents = new Int32Array(capacity);
  let slots = new Int32Array(capacity * 2).fill(EMPTY);
  let size = 0;

  const matches = (index: number, row: readonly number[]): boolean => {
    const start = index * width;
    for (let column = 0; column < width; column += 1) if (rows[start + column] !== row[column]) return false;
    return true;
  };

  /** The slot that holds the row, or the free one where it belongs. */
  const slotOf = (row: readonly number[]): number => {
    const mask = slots.length - 1;
    let slot = hashOf(row) & mask;
    for (let index = slots[slot] ?? EMPTY; index !== EMPTY && !matches(index, row); index = slots[slot] ?? EMPTY) {
      slot = (slot + 1) & mask;
    }
    return slot;
  };

  const rowAt = (index: number): readonly number[] => {
    const row: number[] = [];
    for (let column = index * width; column < (index + 1) * width; column += 1) row.push(rows[column] ?? 0);
    return row;
  };

  const grow = (): void => {
    capacity *= 2;
    const [oldRows, oldParents] = [rows, parents];
    rows = new Int32Array(capacity * width);
    rows.set(oldRows);
    parents = new Int32Array(capacity);
    parents.set(oldParents);
    slots = new Int32Array(capacity * 2).fill(EMPTY);
    for (let index = 0; index < size; index += 1) slots[slotOf(rowAt(index))] = index;
  };

  return {
    add: (row, parent) => {
      const known = slots[slotOf(row)] ?? EMPTY;
      if (known !== EMPTY) return known;
      if (size === capacity) grow();
      const index = size;
      slots[slotOf(row)] = index;
      rows.set(row, index * width);
      parents[index] = parent;
      size += 1;
      return index;
    },
    find: (row) => slots[slotOf(row)] ?? EMPTY,
    rowAt,
    parentOf: (index) => parents[index] ?? EMPTY,
    size: () => size,
  };
}

const EMPTY = -1;

function hashOf(row: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of row) {
    hash = Math.imul(hash ^ number, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
