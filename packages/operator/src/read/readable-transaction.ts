import { decodeStored, type DamagedRecord, type Transaction, type Uuid } from "@electrum-vouchers/core";

/** A stored transaction as far as it can be read: its record may be damaged, or a newer release's. */
export type ReadableTransaction = { readonly type: "readable"; readonly transaction: Transaction } | DamagedRecord;

export const toReadable = (stored: { readonly id: Uuid; readonly record: string }): ReadableTransaction =>
  decodeStored(stored).match(
    (transaction): ReadableTransaction => ({ type: "readable", transaction }),
    (damage): ReadableTransaction => damage,
  );
