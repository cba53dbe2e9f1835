import {
  type Intent,
  isFinal,
  type StartEntry,
  type Refusal,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { runTransaction, type EngineError, type EnginePorts } from "./engine/run-transaction.ts";
import { intentStep, type PendingStep, startStep, type VersionedTransaction } from "./engine/stored-step.ts";
import { transactionTime } from "./engine/transaction-time.ts";
import type { StepSignal } from "./step-signal.ts";
import { createStoredTransactions, type StoredTransactions, untilStopped } from "./stored-transactions.ts";
import type { PendingCalls } from "./pending-calls.ts";
import type { Repeats } from "./repeats.ts";
import type { ActiveTransactions } from "./active-transactions.ts";
import { refused, type TillError, tillErrorOf, wrongKind } from "./errors.ts";

/** What a till does with transactions of every kind. */
export interface TransactionService {
  find(id: Uuid): ResultAsync<Transaction, TillError>;
  /** Starts a transaction. If the same request has started it before, waits for that one. */
  start(entry: StartEntry, exclusiveKey?: string): ResultAsync<Transaction, TillError>;
  /** Applies an intent, and runs what follows from it. */
  applyIntent(id: Uuid, intent: Intent, terms?: IntentTerms): ResultAsync<Transaction, TillError>;
  /** Waits until the transaction is final, whichever process brings that about. */
  awaitFinal(id: Uuid): ResultAsync<Transaction, TillError>;
}

/** What an intent is accepted for, beside what it says. */
export interface IntentTerms {
  /** What it takes for its transaction. */
  readonly exclusiveKey?: string;
  /** Only for a transaction of this kind: the confirmations of a redemption and of a refund say the same. Default: of any. */
  readonly kind?: Transaction["kind"];
}

export interface TransactionServiceOptions {
  readonly outbox: Pick<Outbox, "load">;
  readonly enginePorts: EnginePorts;
  readonly activeTransactions: ActiveTransactions;
  /** Aborts when the till takes no more calls. */
  readonly stopping: AbortSignal;
  readonly pendingCalls: PendingCalls;
  readonly steps: StepSignal;
  readonly repeats: Repeats;
  /** A call could not go on. */
  onFailed(): void;
}

export function createTransactionService({
  outbox,
  enginePorts,
  activeTransactions,
  stopping,
  pendingCalls,
  steps,
  repeats,
  onFailed,
}: TransactionServiceOptions): TransactionService {
  const stored = createStoredTransactions(outbox);
  const { load, find } = untilStopped(stored, stopping);

  /** Nothing if the till has stopped meanwhile. */
  const run = (progress: PendingStep): Promise<Result<Transaction, EngineError> | undefined> =>
    pendingCalls.untilAbandoned(
      activeTransactions
        .track(idOf(progress), () => runTransaction(progress, enginePorts).map(({ transaction }) => transaction))
        // What it could not do may be due already, and recovery has left it to this call.
        .then((ran) => ran.orTee(onFailed)),
    );

  /** If a call in this process runs the transaction already, waits for it: it ends as this call would. */
  async function awaitActive(transaction: Transaction): Promise<Result<Transaction, TillError>> {
    const { id } = transaction;
    if (!activeTransactions.has(id)) return ok(transaction);
    await pendingCalls.untilAbandoned(activeTransactions.whenDone(id));
    return stored.find(id);
  }

  async function start(entry: StartEntry, taking: Taking): Promise<Result<Transaction, TillError>> {
    if (stopping.aborted) return err({ type: "stopped" });
    const first = startStep(entry);
    if (first.isErr()) return err({ type: "refused", refusal: first.error });
    const result = await run({ ...first.value, ...taking });
    if (result === undefined)
      return answerStopped(stored, idOf(first.value), ({ transaction }) => repeats.isStart(entry, transaction));
    if (result.isErr() && result.error.type === "exists" && repeats.isStart(entry, result.error.winner.transaction))
      return awaitActive(result.error.winner.transaction);
    return result.mapErr((error) => tillErrorOf(idOf(first.value), error));
  }

  async function intend(
    id: Uuid,
    wanted: Intent,
    { kind, ...taking }: IntentTerms,
  ): Promise<Result<Transaction, TillError>> {
    const loaded = await load(id);
    if (loaded.isErr()) return err(loaded.error);
    const { record, ...current } = loaded.value;
    if (kind !== undefined && current.transaction.kind !== kind) return err(wrongKind(current.transaction));
    const intent = { ...wanted, at: transactionTime(record, wanted.at) };
    const next = intentStep(current, intent, repeats.digester);
    if (next.isErr()) return err(refused(next.error, current.transaction));
    repeats.note(intent, current.transaction);
    const ran = await run({ ...next.value, ...taking });
    // The same again changes nothing.
    if (ran === undefined) return answerStopped(stored, id, (found) => isAccepted(intentStep(found, intent)));
    // A request waits for its response; a decision only has to be durable.
    const isRequest = intent.type === "redeem" || intent.type === "lookUp";
    return isRequest && ran.isOk() ? awaitActive(ran.value) : ran.mapErr((error) => tillErrorOf(id, error));
  }

  return {
    find: (id) => new ResultAsync(find(id)),
    start: (entry, exclusiveKey) => new ResultAsync(pendingCalls.track(start(entry, taking(exclusiveKey)))),
    applyIntent: (id, intent, terms = {}) => new ResultAsync(pendingCalls.track(intend(id, intent, terms))),
    awaitFinal: (id) => new ResultAsync(pendingCalls.track(awaitFinal(id, find, () => steps.next(stopping)))),
  };
}

/** The till has stopped, and does not wait any longer. If what was asked for is stored, the call has succeeded so far. */
async function answerStopped(
  stored: StoredTransactions,
  id: Uuid,
  isStored: (current: VersionedTransaction) => boolean,
): Promise<Result<Transaction, TillError>> {
  const current = await stored.load(id);
  return current.isOk() && isStored(current.value) ? ok(current.value.transaction) : err({ type: "stopped" });
}

type Taking = Pick<PendingStep, "exclusiveKey">;

const taking = (exclusiveKey: string | undefined): Taking => (exclusiveKey === undefined ? {} : { exclusiveKey });

async function awaitFinal(
  id: Uuid,
  find: StoredTransactions["find"],
  nextStep: () => Promise<void>,
): Promise<Result<Transaction, TillError>> {
  for (;;) {
    // Before the look, so that no step between the look and the wait is missed.
    const stepped = nextStep();
    const found = await find(id);
    if (found.isErr() || isFinal(found.value)) return found;
    await stepped;
  }
}

const isAccepted = (step: Result<PendingStep, Refusal>): boolean =>
  step.isOk() && step.value.step.transaction === step.value.before;

const idOf = ({ step }: PendingStep): Uuid => step.transaction.id;
