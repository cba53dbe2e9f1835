// The engine's loop. It takes one transaction from one step to the next:
//
//   PendingStep → commit the change → execute its command → the command's result is a fact → PendingStep → …
//
// Rules
// 1. Commit, then act. A command is executed only after the step that asks for it is durable. So a crash can lose an effect,
//    which recovery repeats; it can never leave an effect that no record tells of.
// 2. A transaction waits for one thing at a time, so a step has at most one command, and the loop has no queue.
// 3. The version is the fence. If another process was first, the commit is a conflict. The loop then applies the same entry
//    to the record that won, and tries again. A fact always applies; an intent may be refused by what won.
// 4. An error ends the loop. The transaction stays as it was stored before the step that failed, and the claim loops of
//    `background/` take it up again.
// 5. The decisions are pure: `nextAction`, `afterCommit` and `afterCommand` say what to do next as data. `runTransaction` only
//    does it. The model checker runs the same three functions, and so can an engine of your own (DBOS, Temporal).
//
// What the loop does not know: HTTP, time, who waits for the result, whether an advice is delivered, and how a commit whose
// outcome is uncertain is resolved (`resolve-uncertain-commits.ts` wraps the outbox for that).

import type { Command, DamagedRecord, Entry, Fact, Instant, Refusal, Step, Transaction } from "@electrum-vouchers/core";
import type {
  Change,
  CommitConflict,
  CommitError,
  CommitUncertain,
  KeyTaken,
  OutboxUnavailable,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import {
  factStep,
  intentStep,
  type PendingStep,
  readRecord,
  toChange,
  type VersionedTransaction,
} from "./stored-step.ts";

/** What the loop needs from outside. */
export interface EnginePorts {
  /** Makes a change durable. */
  commit(change: Change): ResultAsync<void, CommitError>;
  /**
   * Executes a command whose step is durable. Gives the fact that came of it, or `undefined` if the forwarder, the recovery or
   * a later process will feed the fact. `at` is the time now, as the transaction counts it (`transaction-time.ts`); the fact's goes on from
   * there.
   */
  execute(command: Command, transaction: Transaction, at: Instant): Promise<Fact | undefined>;
  /** Called for every step once it is durable. */
  onCommitted?(step: CommittedStep): void;
  /**
   * A clock that cannot be set, in milliseconds. It tells how long a commit took, which must not be mistaken for a wall clock that was
   * set. Default: commits take no time.
   */
  monotonicMs?(): number;
}

/** A step that has become durable. */
export interface CommittedStep extends VersionedTransaction {
  readonly before?: Transaction;
  readonly entry: Entry;
}

/** Why the loop could not go on. The transaction is stored as it was before the step that failed. */
export type EngineError =
  | OutboxUnavailable
  | CommitUncertain
  /** Another transaction holds the exclusive key. */
  | KeyTaken
  /** Another step came first, and leaves no room for this one. The winner may hold secrets: do not log it. */
  | { readonly type: "refused"; readonly refusal: Refusal; readonly winner: VersionedTransaction }
  /** It was to be started, but exists already. */
  | { readonly type: "exists"; readonly winner: VersionedTransaction }
  /** The record is no longer there. */
  | { readonly type: "gone" }
  | { readonly type: "damaged"; readonly damage: DamagedRecord };

/** Three actions for each attempt of the longest policy, and as many conflicts. A transaction that needs more is in a loop. */
const MAX_ACTIONS = 3_000;

/**
 * Runs a transaction until nothing of it is under way in this process: commit the step, execute its command, feed the fact
 * that came of it, repeat.
 *
 * @example
 * const sale = await startStep({ type: "provisionStarted", start }).asyncAndThen((step) => runTransaction(step, ports));
 */
export const runTransaction = (step: PendingStep, ports: EnginePorts): ResultAsync<VersionedTransaction, EngineError> =>
  new ResultAsync(runLoop(step, ports));

async function runLoop(step: PendingStep, ports: EnginePorts): Promise<Result<VersionedTransaction, EngineError>> {
  const readMs = (): number => ports.monotonicMs?.() ?? 0;
  let action = nextAction(step);
  let decidedMs = readMs();
  for (let actions = 0; actions < MAX_ACTIONS; actions += 1) {
    switch (action.type) {
      case "commit": {
        const result = await ports.commit(action.change);
        if (result.isOk()) ports.onCommitted?.(action.committedStep);
        action = afterCommit(action, result);
        break;
      }
      case "execute": {
        const { command, current } = action;
        const at = action.at + Math.round(readMs() - decidedMs);
        action = afterCommand(current, await ports.execute(command, current.transaction, at));
        decidedMs = readMs();
        break;
      }
      case "done":
        return ok(action.current);
      case "fail":
        return err(action.error);
    }
  }
  throw new Error(`a transaction took more than ${MAX_ACTIONS} actions`);
}

/**
 * What a driver has to do next. `nextAction` gives the first action; `afterCommit` and `afterCommand` give the one that
 * follows.
 */
export type EngineAction =
  /** Make the change durable, then call `afterCommit`. */
  | {
      readonly type: "commit";
      readonly change: Change;
      /** What will be stored once the change is durable. */
      readonly committedStep: CommittedStep;
      readonly step: Step<Transaction>;
    }
  /** Execute the command, whose step is durable, then call `afterCommand`. */
  | {
      readonly type: "execute";
      readonly command: Command;
      readonly current: VersionedTransaction;
      /** The time of its step. */
      readonly at: Instant;
    }
  /** Nothing is under way any more. */
  | { readonly type: "done"; readonly current: VersionedTransaction }
  | { readonly type: "fail"; readonly error: EngineError };

/** A step is stored before its command is executed. A step that changed nothing is stored already. */
export function nextAction(pending: PendingStep): EngineAction {
  const { before, step, version, entry, at } = pending;
  const { transaction } = step;
  if (entry === undefined || transaction === before) return executeOrFinish(step, { transaction, version }, at);
  const committedStep = { transaction, version: version + 1, entry, ...(before === undefined ? {} : { before }) };
  return { type: "commit", change: toChange(pending, entry), committedStep, step };
}

/** After the commit. On a version conflict the same entry is applied to the record that won, and tried again. */
export function afterCommit(
  { change, committedStep: { transaction, version, entry }, step }: Extract<EngineAction, { type: "commit" }>,
  result: Result<void, CommitError>,
): EngineAction {
  if (result.isOk()) return executeOrFinish(step, { transaction, version }, change.at);
  const { error } = result;
  if (error.type !== "conflict") return { type: "fail", error };
  const { exclusiveKey } = change;
  const taking = typeof exclusiveKey === "string" ? { exclusiveKey } : {};
  return reapply(entry, error).match(
    (pending) => nextAction({ ...pending, ...taking }),
    (reason): EngineAction => ({ type: "fail", error: reason }),
  );
}

/** After the command: with the fact that came of it, or `undefined` if something else will feed the fact. */
export const afterCommand = (current: VersionedTransaction, fact: Fact | undefined): EngineAction =>
  fact === undefined ? { type: "done", current } : nextAction(factStep(current, fact));

const executeOrFinish = (
  { commands: [command] }: Step<Transaction>,
  current: VersionedTransaction,
  at: Instant,
): EngineAction => (command === undefined ? { type: "done", current } : { type: "execute", command, current, at });

/** The same entry, on the record that won. */
function reapply(entry: Entry, { winner: stored }: CommitConflict): Result<PendingStep, EngineError> {
  if (stored === undefined) return err({ type: "gone" });
  return readRecord(stored).andThen((winner): Result<PendingStep, EngineError> => {
    switch (entry.type) {
      case "fact":
        return ok(factStep(winner, entry.fact));
      case "intent":
        return intentStep(winner, entry.intent).mapErr((refusal) => ({ type: "refused", refusal, winner }));
      default:
        return err({ type: "exists", winner });
    }
  });
}
