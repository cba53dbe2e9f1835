/** Gives every value a small number. Values with the same key get the same number. 0 stands for no value. */
export interface Interner<Value> {
  idOf(value: Value): number;
  /** The first value that came with this number's key. */
  valueOf(id: number): Value;
  readonly size: () => number;
}

export function createInterner<Value>(keyOf: (value: Value) => string): Interner<Value> {
  const ids = new Map<string, number>();
  const values: Value[] = [];
  return {
    idOf: (value) => {
      const key = keyOf(value);
      const known = ids.get(key);
      if (known !== undefined) return known;
      values.push(value);
      ids.set(key, values.length);
      return values.length;
    },
    valueOf: (id) => {
      const value = values[id - 1];
      if (value === undefined) throw new RangeError(`no value has the number ${id}`);
      return value;
    },
    size: () => values.length,
  };
}

/** Remembers the results of a pure function of a few numbers. */
export function memoize<Numbers extends readonly number[], Value>(
  compute: (...numbers: Numbers) => Value,
): (...numbers: Numbers) => Value {
  const known = new Map<number, { readonly value: Value }>();
  return (...numbers) => {
    let key = 0;
    for (const number of numbers) {
      if (number >= MEMO_RADIX) throw new RangeError(`${number} values are more than can be told apart`);
      key = key * MEMO_RADIX + number;
    }
    const found = known.get(key) ?? { value: compute(...numbers) };
    known.set(key, found);
    return found.value;
  };
}

/** Three numbers below this, packed into one, still fit exactly into a double. */
const MEMO_RADIX = 2 ** 17;
