import { type Instant, type OutboxReader, printable, type Uuid, type WorkAttempts } from "@electrum-vouchers/core";
import type { ListedRecord, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, type Result } from "neverthrow";
import { readPages } from "./read-pages.ts";
import { type ListedTransaction, toListedTransaction } from "./list-transactions.ts";

/** Something that is due, or waits for its time. */
export interface QueuedWork extends ListedTransaction {
  /** The operation to send, or the timer that runs. */
  readonly description: string;
  readonly dueAt: Instant;
  /** How often it was tried since its last commit, as far as the store knows. */
  readonly tries: number;
  /** Why it was put off. */
  readonly reason?: string;
  /** When it is tried next, if that is not at once. */
  readonly nextAt?: Instant;
  /** A till is at work on it. */
  readonly isLeased: boolean;
}

export interface WorkQueue {
  readonly work: readonly QueuedWork[];
  readonly isCut: boolean;
}

/** What waits to be sent and to be done, what is due first first. */
export async function readQueue(
  reader: OutboxReader,
  now: Instant,
  max: number,
  queue?: string,
): Promise<Result<WorkQueue, OutboxUnavailable>> {
  const found = await readPages(reader, { only: "unfinished", ...(queue === undefined ? {} : { queue }) }, max);
  if (found.isErr()) return err(found.error);
  const records = found.value.records.filter(({ due }) => due !== undefined);
  return reader.attempts(records.map(({ id }) => id)).map((attempts) => ({
    work: toWork(records, attempts, now).toSorted((a, b) => a.dueAt - b.dueAt),
    isCut: found.value.isCut,
  }));
}

function toWork(
  records: readonly ListedRecord[],
  attempts: readonly WorkAttempts[],
  now: Instant,
): readonly QueuedWork[] {
  const known = new Map<Uuid, WorkAttempts>(attempts.map((each) => [each.id, each]));
  return records.flatMap((record) => {
    const { due, id } = record;
    if (due === undefined) return [];
    const attempt = known.get(id);
    const nextAt = Math.max(due.at, attempt?.notBefore ?? due.at);
    return [
      {
        ...toListedTransaction(record, now),
        description: due.description,
        dueAt: due.at,
        tries: attempt?.postponed ?? 0,
        ...(attempt?.reason === undefined ? {} : { reason: printable(attempt.reason) }),
        ...(nextAt > now ? { nextAt } : {}),
        isLeased: attempt?.isLeased ?? false,
      },
    ];
  });
}
