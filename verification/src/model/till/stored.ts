import { decode, type Transaction } from "@electrum-vouchers/core";
import type { Change, Due } from "@electrum-vouchers/core/ports";
import { essenceOf } from "../essence/essence.ts";
import { later } from "../time/time.ts";

/** What the outbox holds of the transaction. */
export interface Stored {
  readonly transaction: Transaction;
  /** What wakes a till up; the state alone wakes nobody. */
  readonly due?: Due;
}

export const storedBy = ({ record, due }: Change): Stored =>
  later({ transaction: decode(record)._unsafeUnwrap(), ...(due === undefined ? {} : { due }) }, 0);

/** Two records with the same key go on alike. */
export const storedKey = ({ transaction, due }: Stored): string => `${essenceOf(transaction)} ${JSON.stringify(due)}`;
