import { decode, type Transaction } from "@electrum-vouchers/core";
import type { Change, Due } from "@electrum-vouchers/core/ports";
import { abstractionOf } from "../abstraction/abstraction.ts";
import { age } from "../time/time.ts";

/** What the outbox holds of the transaction. */
export interface StoredState {
  readonly transaction: Transaction;
  /** What wakes a till up. The state alone does not. */
  readonly due?: Due;
}

export const toStored = ({ record, due }: Change): StoredState =>
  age({ transaction: decode(record)._unsafeUnwrap(), ...(due === undefined ? {} : { due }) }, 0);

/** Two records with the same key behave alike. */
export const storedKey = ({ transaction, due }: StoredState): string =>
  `${abstractionOf(transaction)} ${JSON.stringify(due)}`;
