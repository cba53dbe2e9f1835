import { type Intent, sameJson, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import {
  decided,
  drive,
  type DriveError,
  type Hands,
  type Progress,
  readRecord,
  type StartEntry,
  started,
  type Versioned,
} from "./drive.ts";
import type { Driven } from "./driven.ts";
import { refused, type TillError, tillErrorOf } from "./errors.ts";

/** What a till does with transactions of either kind. */
export interface Transactions {
  find(id: Uuid): ResultAsync<Transaction, TillError>;
  /** Starts a transaction, or joins the one that was started by the same request. */
  start(entry: StartEntry): ResultAsync<Transaction, TillError>;
  /** Applies an intent, and drives on what follows from it. */
  intend(id: Uuid, intent: Intent): ResultAsync<Transaction, TillError>;
}

export interface TransactionsOptions {
  readonly outbox: Pick<Outbox, "load">;
  readonly hands: Hands;
  readonly driven: Driven;
  /** Aborted once the till takes no more calls. */
  readonly stopping: AbortSignal;
}

export function createTransactions({ outbox, hands, driven, stopping }: TransactionsOptions): Transactions {
  const run = (progress: Progress): Promise<Result<Transaction, DriveError>> =>
    driven.run(idOf(progress), () => drive(progress, hands).map(({ transaction }) => transaction));

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
    const first = started(entry);
    if (first.isErr()) return err({ type: "refused", refusal: first.error });
    const ran = await run(first.value);
    if (ran.isErr() && ran.error.type === "exists" && isStartOf(ran.error.winner.transaction, entry)) {
      return joined(ran.error.winner.transaction);
    }
    return ran.mapErr((error) => tillErrorOf(idOf(first.value), error));
  }

  async function intend(id: Uuid, intent: Intent): Promise<Result<Transaction, TillError>> {
    const loaded = await load(id);
    if (loaded.isErr()) return err(loaded.error);
    const next = decided(loaded.value, intent);
    if (next.isErr()) return err(refused(next.error, loaded.value.transaction));
    const ran = await run(next.value);
    // A request wants its answer; a decision only to be durable.
    const isRequest = intent.type === "redeem" || intent.type === "lookUp";
    return isRequest && ran.isOk() ? joined(ran.value) : ran.mapErr((error) => tillErrorOf(id, error));
  }

  return {
    find: (id) => new ResultAsync(find(id)),
    start: (entry) => new ResultAsync(start(entry)),
    intend: (id, intent) => new ResultAsync(intend(id, intent)),
  };
}

const idOf = ({ step }: Progress): Uuid => step.transaction.id;

/** Whether this is what started the transaction, but for the ids and the time that each start mints. */
const isStartOf = (transaction: Transaction, entry: StartEntry): boolean =>
  transaction.kind === "provision"
    ? entry.type === "provisionStarted" && sameJson(transaction.start.request, entry.start.request)
    : entry.type === "redemptionStarted" && sameJson(transaction.start.lookup, entry.start.lookup);
