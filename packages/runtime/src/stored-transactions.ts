import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { Outbox, StoredRecord } from "@electrum-vouchers/core/ports";
import { err, type Result } from "neverthrow";
import { readRecord, type VersionedTransaction } from "./engine/stored-step.ts";
import { type TillError, tillErrorOf } from "./errors.ts";

/** The transactions as they are stored. */
export interface StoredTransactions {
  load(id: Uuid): Promise<Result<StoredTransaction, TillError>>;
  find(id: Uuid): Promise<Result<Transaction, TillError>>;
}

export interface StoredTransaction extends VersionedTransaction {
  readonly record: StoredRecord;
}

export function createStoredTransactions(outbox: Pick<Outbox, "load">): StoredTransactions {
  async function load(id: Uuid): Promise<Result<StoredTransaction, TillError>> {
    const loaded = await outbox.load(id);
    if (loaded.isErr()) return err({ type: "outboxUnavailable", error: loaded.error });
    const record = loaded.value;
    if (record === undefined) return err({ type: "unknownTransaction", id });
    return readRecord(record)
      .map((current) => ({ ...current, record }))
      .mapErr((error) => tillErrorOf(id, error));
  }

  return { load, find: async (id) => (await load(id)).map(({ transaction }) => transaction) };
}

/** The same until the till stops: then it takes no more calls. */
export function untilStopped({ load, find }: StoredTransactions, stopping: AbortSignal): StoredTransactions {
  const stopped = err<never, TillError>({ type: "stopped" });
  return {
    load: async (id) => (stopping.aborted ? stopped : load(id)),
    find: async (id) => (stopping.aborted ? stopped : find(id)),
  };
}
