import {
  attentionOf,
  type Instant,
  labelsOf,
  type LedgerAmount,
  type OutboxReader,
  printable,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { ListedRecord, ListQuery, OutboxUnavailable, StoredRecord } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { choicesFor } from "./choices.ts";
import { readPages } from "./read-pages.ts";
import { toReadable } from "./readable-transaction.ts";
import { whyText } from "./words.ts";

/** One transaction in a list, without a secret. */
export interface ListedTransaction {
  readonly id: Uuid;
  readonly kind: string;
  /** The state's name, or `damaged` or `newer` if its record cannot be read. */
  readonly state: string;
  /** The last commit: it is in its state at least since. */
  readonly committedAt: Instant;
  readonly amount?: LedgerAmount;
  readonly queue?: string;
  readonly client?: string;
  readonly terminal?: string;
  readonly correlation?: string;
  readonly needsAttention: boolean;
  /** Why it needs attention, in a few words each. */
  readonly why: readonly string[];
  /** The commands that settle what needs attention. */
  readonly settledBy: readonly string[];
}

export interface TransactionList {
  readonly rows: readonly ListedTransaction[];
  /** There are more than were asked for. */
  readonly isCut: boolean;
}

/** The transactions that a query finds, oldest first, with what needs attention about each. */
export const listTransactions = async (
  reader: Pick<OutboxReader, "list">,
  query: Omit<ListQuery, "limit" | "after">,
  max: number,
  now: Instant,
): Promise<Result<TransactionList, OutboxUnavailable>> =>
  (await readPages(reader, query, max)).map(({ records, isCut }) => ({
    rows: records.map((record) => toListedTransaction(record, now)),
    isCut,
  }));

/** A record as it is loaded or listed. */
export type RowSource = StoredRecord & Partial<Omit<ListedRecord, keyof StoredRecord>>;

/** A stored record as a row of a list. What stands beside the record is used only if the record cannot be read. */
export function toListedTransaction(listed: RowSource, now: Instant): ListedTransaction {
  const { id, committedAt } = listed;
  const read = toReadable(listed);
  if (read.type === "readable") return toReadableRow(read.transaction, committedAt, now);
  const { kind = "unknown", state = "", amount, queue, client, terminal, correlation, needsAttention = false } = listed;
  const columns = { id, kind, committedAt, ...withoutAbsent({ amount, queue, client, terminal, correlation }) };
  return read.type === "newer"
    ? { ...columns, state: "newer", needsAttention, why: [`format ${read.version} of a newer release`], settledBy: [] }
    : {
        ...columns,
        state: "damaged",
        needsAttention: true,
        why: [`${read.fault}, was ${printable(state)}`],
        settledBy: ["repair"],
      };
}

function toReadableRow(transaction: Transaction, committedAt: Instant, now: Instant): ListedTransaction {
  const { id, kind, state } = transaction;
  const reasons = attentionOf(transaction);
  const settling = choicesFor(transaction, now).filter(({ verb }) => verb !== "hold");
  return {
    id,
    kind,
    state,
    committedAt,
    ...labelsOf(transaction),
    needsAttention: reasons.length > 0,
    why: reasons.map(whyText),
    settledBy: reasons.length === 0 ? [] : [...new Set(settling.map(({ verb }) => verb))],
  };
}

type Columns = Pick<RowSource, "amount" | "queue" | "client" | "terminal" | "correlation">;

const withoutAbsent = ({
  amount,
  queue,
  client,
  terminal,
  correlation,
}: { [Name in keyof Columns]-?: Columns[Name] | undefined }): Columns => ({
  ...(amount === undefined ? {} : { amount }),
  ...(queue === undefined ? {} : { queue }),
  ...(client === undefined ? {} : { client }),
  ...(terminal === undefined ? {} : { terminal }),
  ...(correlation === undefined ? {} : { correlation }),
});
