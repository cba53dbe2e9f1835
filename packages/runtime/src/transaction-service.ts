import { type Intent, isSameStart, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { runTransaction, type EngineError, type EnginePorts } from "./engine/run-transaction.ts";
import {
  intentStep,
  type PendingStep,
  readRecord,
  type StartEntry,
  startStep,
  type VersionedTransaction,
} from "./engine/stored-step.ts";
import type { ActiveTransactions } from "./active-transactions.ts";
import { refused, type TillError, tillErrorOf } from "./errors.ts";

/** What a till does with transactions of every kind. */
export interface TransactionService {
  find(id: Uuid): ResultAsync<Transaction, TillError>;
  /** Starts a transaction. If the same request has started it before, waits for that one. */
  start(entry: StartEntry): ResultAsync<Transaction, TillError>;
  /** Applies an intent, and runs what follows from it. */
  applyIntent(id: Uuid, intent: Intent): ResultAsync<Transaction, TillError>;
}

export interface TransactionServiceOptions {
  readonly outbox: Pick<Outbox, "load">;
  readonly enginePorts: EnginePorts;
  readonly activeTransactions: ActiveTransactions;
  /** Aborts when the till takes no more calls. */
  readonly stopping: AbortSignal;
}

export function createTransactionService({
  outbox,
  enginePorts,
  activeTransactions,
  stopping,
}: TransactionServiceOptions): TransactionService {
  const run = (progress: PendingStep): Promise<Result<Transaction, EngineError>> =>
    activeTransactions.track(idOf(progress), () =>
      runTransaction(progress, enginePorts).map(({ transaction }) => transaction),
    );

  async function load(id: Uuid): Promise<Result<VersionedTransaction, TillError>> {
    if (stopping.aborted) return err({ type: "stopped" });
    const loaded = await outbox.load(id);
    if (loaded.isErr()) return err({ type: "outboxUnavailable", error: loaded.error });
    if (loaded.value === undefined) return err({ type: "unknownTransaction", id });
    return readRecord(loaded.value).mapErr((error) => tillErrorOf(id, error));
  }

  const find = async (id: Uuid): Promise<Result<Transaction, TillError>> =>
    (await load(id)).map(({ transaction }) => transaction);

  /** If a call in this process runs the transaction already, waits for it: it ends as this call would. */
  async function awaitActive(transaction: Transaction): Promise<Result<Transaction, TillError>> {
    const { id } = transaction;
    if (!activeTransactions.has(id)) return ok(transaction);
    await activeTransactions.whenDone(id);
    return find(id);
  }

  async function start(entry: StartEntry): Promise<Result<Transaction, TillError>> {
    if (stopping.aborted) return err({ type: "stopped" });
    const first = startStep(entry);
    if (first.isErr()) return err({ type: "refused", refusal: first.error });
    const result = await run(first.value);
    if (result.isErr() && result.error.type === "exists" && isSameStart(result.error.winner.transaction, entry)) {
      return awaitActive(result.error.winner.transaction);
    }
    return result.mapErr((error) => tillErrorOf(idOf(first.value), error));
  }

  async function intend(id: Uuid, intent: Intent): Promise<Result<Transaction, TillError>> {
    const loaded = await load(id);
    if (loaded.isErr()) return err(loaded.error);
    const next = intentStep(loaded.value, intent);
    if (next.isErr()) return err(refused(next.error, loaded.value.transaction));
    const ran = await run(next.value);
    // A request waits for its response; a decision only has to be durable.
    const isRequest = intent.type === "redeem" || intent.type === "lookUp";
    return isRequest && ran.isOk() ? awaitActive(ran.value) : ran.mapErr((error) => tillErrorOf(id, error));
  }

  return {
    find: (id) => new ResultAsync(find(id)),
    start: (entry) => new ResultAsync(start(entry)),
    applyIntent: (id, intent) => new ResultAsync(intend(id, intent)),
  };
}

const idOf = ({ step }: PendingStep): Uuid => step.transaction.id;
