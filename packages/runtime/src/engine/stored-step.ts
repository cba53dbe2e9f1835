import {
  columnsOf,
  type DamagedRecord,
  decide,
  decodeStored,
  type Digester,
  encode,
  encodeEntry,
  holdsExclusively,
  type Entry,
  type Fact,
  type Instant,
  type Intent,
  observe,
  parseIntent,
  type Refusal,
  resume,
  type StartEntry,
  startProvision,
  startRedemption,
  startRefund,
  type Step,
  toJournalEntry,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Change, StoredRecord } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";

// A step of the core, together with what the outbox must know to store it: the version that it replaces, and the journal
// entry that led to it. Everything here is pure.

/** A transaction and the version under which it is stored; 0 if it is not stored yet. */
export interface VersionedTransaction {
  readonly transaction: Transaction;
  readonly version: number;
}

/** A step that is not stored yet: what a journal entry made of a transaction. */
export interface PendingStep {
  /** The transaction as it was. Absent if the step starts one. */
  readonly before?: Transaction;
  readonly step: Step<Transaction>;
  /** The version that the step's transaction replaces. If the step changed nothing, the version that it has. */
  readonly version: number;
  /** Absent if nothing has to be stored: the transaction is only resumed. */
  readonly entry?: Entry;
  /** What the step takes for itself: its commit is `taken` if another transaction holds it. */
  readonly exclusiveKey?: string;
  readonly at: Instant;
}

/** The first step of a transaction, or what is wrong with its request. The entry holds the start as it was validated and copied. */
export function startStep(entry: StartEntry): Result<PendingStep, Refusal> {
  const { type } = entry;
  switch (type) {
    case "provisionStarted":
      return startProvision(entry.start).map((step) => firstStep(step, { type, start: step.transaction.start }));
    case "redemptionStarted":
      return startRedemption(entry.start).map((step) => firstStep(step, { type, start: step.transaction.start }));
    case "refundStarted":
      return startRefund(entry.start).map((step) => firstStep(step, { type, start: step.transaction.start }));
  }
}

const firstStep = (step: Step<Transaction>, entry: StartEntry): PendingStep => ({
  step,
  version: 0,
  entry,
  at: entry.start.at,
});

/** What an intent makes of a stored transaction, or why the intent is refused. The entry holds the intent as it was copied. */
export const intentStep = (
  { transaction, version }: VersionedTransaction,
  intent: Intent,
  digester?: Digester,
): Result<PendingStep, Refusal> =>
  parseIntent(intent).andThen((parsed) =>
    decide(transaction, parsed, digester).map(
      (step): PendingStep => ({
        before: transaction,
        step,
        version,
        entry: { type: "intent", intent: parsed },
        at: parsed.at,
      }),
    ),
  );

/** What a fact makes of a stored transaction. */
export const factStep = ({ transaction, version }: VersionedTransaction, fact: Fact): PendingStep => ({
  before: transaction,
  step: observe(transaction, fact),
  version,
  entry: { type: "fact", fact },
  at: fact.at,
});

/** What must be done about a stored transaction after a restart. */
export const resumeStep = ({ transaction, version }: VersionedTransaction, at: Instant): PendingStep => ({
  before: transaction,
  step: resume(transaction),
  version,
  at,
});

/** The step as data for the outbox: the state, the entry that led to it, and what is due next, in one commit. */
export const toChange = (pending: PendingStep, entry: Entry): Change => {
  const {
    step: { transaction },
    version,
    at,
  } = pending;
  return {
    ...columnsOf(transaction),
    ...exclusiveKeyIn(pending),
    id: transaction.id,
    expectedVersion: version,
    record: encode(transaction),
    entry: encodeEntry(toJournalEntry(entry, transaction)),
    at,
  };
};

/** The key that the step takes, or that it gives back what it held. */
function exclusiveKeyIn({ before, step, exclusiveKey }: PendingStep): Pick<Change, "exclusiveKey"> {
  if (exclusiveKey !== undefined) return { exclusiveKey };
  return before !== undefined && holdsExclusively(before) && !holdsExclusively(step.transaction)
    ? { exclusiveKey: null }
    : {};
}

/** The stored transaction, checked; see the core's `decodeStored`. */
export const readRecord = (
  stored: StoredRecord,
): Result<VersionedTransaction, { readonly type: "damaged"; readonly damage: DamagedRecord }> =>
  decodeStored(stored)
    .map((transaction) => ({ transaction, version: stored.version }))
    .mapErr((damage) => ({ type: "damaged", damage }));
