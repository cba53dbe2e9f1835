import {
  decide,
  type Entry,
  type Intent,
  sameJson,
  startProvision,
  startRedemption,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { drive, type Hands, type Progress, readRecord, type Versioned } from "./drive.ts";
import type { Driven } from "./driven.ts";
import { type TillError, tillErrorOf } from "./errors.ts";

/** What a till does with transactions of either kind. */
export interface Transactions {
  find(id: Uuid): ResultAsync<Transaction, TillError>;
  /** Starts a transaction, or joins the one that was started by the same request. */
  start(entry: StartEntry): ResultAsync<Transaction, TillError>;
  /** Applies an intent, and drives on what follows from it. */
  intend(id: Uuid, intent: Intent): ResultAsync<Transaction, TillError>;
}

export type StartEntry = Extract<Entry, { readonly start: unknown }>;

export interface TransactionsOptions {
  readonly outbox: Pick<Outbox, "load">;
  readonly hands: Hands;
  readonly driven: Driven;
  /** Aborted once the till takes no more calls. */
  readonly stopping: AbortSignal;
}

export function createTransactions({ outbox, hands, driven, stopping }: TransactionsOptions): Transactions {
  const run = (id: Uuid, progress: Progress): Promise<Result<Transaction, TillError>> =>
    driven.run(id, () =>
      drive(progress, hands)
        .map(({ transaction }) => transaction)
        .mapErr((error) => tillErrorOf(id, error)),
    );

  async function load(id: Uuid): Promise<Result<Versioned, TillError>> {
    if (stopping.aborted) return err({ type: "stopped" });
    const loaded = await outbox.load(id);
    if (loaded.isErr()) return err({ type: "outboxUnavailable", error: loaded.error });
    if (loaded.value === undefined) return err({ type: "unknownTransaction", id });
    return readRecord(loaded.value).mapErr((error) => tillErrorOf(id, error));
  }

  const find = async (id: Uuid): Promise<Result<Transaction, TillError>> =>
    (await load(id)).map(({ transaction }) => transaction);

  /** What somebody here is at already is worth waiting for: it ends as this call would. */
  async function joined(transaction: Transaction): Promise<Result<Transaction, TillError>> {
    const { id } = transaction;
    if (!driven.has(id)) return ok(transaction);
    await driven.ended(id);
    return find(id);
  }

  async function start(entry: StartEntry): Promise<Result<Transaction, TillError>> {
    if (stopping.aborted) return err({ type: "stopped" });
    const started = entry.type === "provisionStarted" ? startProvision(entry.start) : startRedemption(entry.start);
    if (started.isErr()) return err({ type: "refused", refusal: started.error });
    const step = started.value;
    const { id } = step.transaction;
    const ran = await run(id, { step, version: 0, entry, at: entry.start.at });
    if (ran.isOk() || ran.error.type !== "otherRequest") return ran;
    const { transaction } = ran.error;
    return isStartOf(transaction, entry) ? joined(transaction) : ran;
  }

  async function intend(id: Uuid, intent: Intent): Promise<Result<Transaction, TillError>> {
    const loaded = await load(id);
    if (loaded.isErr()) return err(loaded.error);
    const { transaction, version } = loaded.value;
    const decided = decide(transaction, intent);
    if (decided.isErr()) return err({ type: "refused", refusal: decided.error, transaction });
    const entry: Entry = { type: "intent", intent };
    const ran = await run(id, { before: transaction, step: decided.value, version, entry, at: intent.at });
    // A request wants its answer; a decision only to be durable.
    const isRequest = intent.type === "redeem" || intent.type === "lookUp";
    return isRequest && ran.isOk() ? joined(ran.value) : ran;
  }

  return {
    find: (id) => new ResultAsync(find(id)),
    start: (entry) => new ResultAsync(start(entry)),
    intend: (id, intent) => new ResultAsync(intend(id, intent)),
  };
}

/** Whether this is what started the transaction, but for the ids and the time that each start mints. */
const isStartOf = (transaction: Transaction, entry: StartEntry): boolean =>
  transaction.kind === "provision"
    ? entry.type === "provisionStarted" && sameJson(transaction.start.request, entry.start.request)
    : entry.type === "redemptionStarted" && sameJson(transaction.start.lookup, entry.start.lookup);
