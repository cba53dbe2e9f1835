import { err, ok, type Result } from "neverthrow";
import { awaitsHandOver } from "./machines/handing-over.ts";
import { labelsOf } from "./labels.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { RecordColumns } from "./ports.ts";
import { type DamagedRecord, decode } from "./storage/record.ts";
import { isFinal, needsAttention, nextDue, type Transaction } from "./transaction.ts";

// What a store keeps beside a record, so that it can be found. All of it follows from the record: a store that keeps a
// transaction takes it from here, and so does the check of what is stored.
//
// What is not here, since no record knows it: who committed it and when, leases and postponements, and an exclusive key.

/** The columns that a transaction gives its record. */
export function columnsOf(transaction: Transaction): RecordColumns {
  const due = nextDue(transaction);
  return {
    kind: transaction.kind,
    state: transaction.state,
    final: isFinal(transaction),
    needsAttention: needsAttention(transaction),
    ...(awaitsHandOver(transaction) ? { toHandOver: true } : {}),
    ...(due === undefined ? {} : { due }),
    labels: labelsOf(transaction),
  };
}

/**
 * The transaction that is stored under an id, checked. Its own id is checked too: a damaged index leads to a sound record of another
 * transaction, and so to another customer's voucher.
 */
export const decodeStored = ({
  id,
  record,
}: {
  readonly id: Uuid;
  readonly record: string;
}): Result<Transaction, DamagedRecord> =>
  decode(record).andThen((transaction) => (transaction.id === id ? ok(transaction) : err(misplaced)));

const misplaced: DamagedRecord = { type: "damaged", fault: "content" };
