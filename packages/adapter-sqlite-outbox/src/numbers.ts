import type { Uuid } from "@electrum-vouchers/core";

/**
 * Where the transactions are that this process has lately dealt with. Ids are random, and so scattered over their index: whoever
 * knows the number reads one page less of a long backlog. What is forgotten is looked up.
 */
export interface Numbers {
  get(id: Uuid): number | undefined;
  remember(id: Uuid, number: number): void;
}

/** More than are under way at once, and yet little memory. */
const MAX_REMEMBERED = 10_000;

export function createNumbers(): Numbers {
  const numbers = new Map<Uuid, number>();
  return {
    get: (id) => numbers.get(id),
    remember: (id, number) => {
      if (numbers.size === MAX_REMEMBERED) numbers.clear();
      numbers.set(id, number);
    },
  };
}
