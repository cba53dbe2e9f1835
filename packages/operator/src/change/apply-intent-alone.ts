// What an operator decides about one transaction: a commit like any other, with the version as the fence, and nothing else. No message is
// sent, no forwarder starts, and no password is needed. What then is owed is sent by a till that has the outbox open, or by `deliver`.
//
// If another operator or a till was first, the same intent is applied to what won: it may change nothing any more, or be refused.

import { randomUUID } from "node:crypto";
import type { Instant, Intent, Refusal, Transaction, Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import {
  type CommittedStep,
  type EngineError,
  intentStep,
  readRecord,
  resolveUncertainCommits,
  runTransaction,
  transactionTime,
} from "@electrum-vouchers/runtime/engine";
import { err, ok, type Result } from "neverthrow";

/** What came of a change. */
export interface AppliedChange {
  readonly id: Uuid;
  readonly before: Transaction;
  readonly after: Transaction;
  /** The version that is stored now. */
  readonly version: number;
  /** False if the same had been decided before: nothing was written. */
  readonly isNew: boolean;
}

/** Why nothing was changed. */
export type ChangeFailure =
  | { readonly type: "unknown"; readonly id: Uuid }
  /** The transaction does not take it now. `winner` is what another process has stored meanwhile. */
  | {
      readonly type: "refused";
      readonly refusal: Refusal;
      readonly state: Transaction["state"];
      readonly isLate: boolean;
    }
  | Exclude<EngineError, { readonly type: "refused" | "exists" }>;

/** Applies an intent to a stored transaction, durably, and does nothing else. `at` of the intent is replaced by the transaction's time. */
export async function applyIntentAlone(
  outbox: Outbox,
  id: Uuid,
  intent: Intent,
  now: Instant,
): Promise<Result<AppliedChange, ChangeFailure>> {
  const loaded = await outbox.load(id);
  if (loaded.isErr()) return err(loaded.error);
  const record = loaded.value;
  if (record === undefined) return err({ type: "unknown", id });
  const read = readRecord(record);
  if (read.isErr()) return err(read.error);
  const { transaction: before } = read.value;
  const step = intentStep(read.value, { ...intent, at: transactionTime(record, now) });
  if (step.isErr()) return err({ type: "refused", refusal: step.error, state: before.state, isLate: false });
  let committed: CommittedStep | undefined;
  const { commit } = resolveUncertainCommits(outbox, randomUUID);
  const ran = await runTransaction(step.value, {
    commit,
    // A request is the till's to send. No intent of an operator's leads to one.
    execute: () => Promise.resolve(undefined),
    onCommitted: (each) => {
      committed = each;
    },
  });
  if (ran.isErr()) return err(toFailure(ran.error));
  const { transaction: after, version } = ran.value;
  return ok({ id, before: committed?.before ?? before, after, version, isNew: committed !== undefined });
}

function toFailure(error: EngineError): ChangeFailure {
  if (error.type === "refused")
    return { type: "refused", refusal: error.refusal, state: error.winner.transaction.state, isLate: true };
  // Only a start meets a transaction that exists.
  return error.type === "exists" ? { type: "gone" } : error;
}
