import {
  type DamagedRecord,
  decide,
  decode,
  encode,
  encodeEntry,
  type Entry,
  type Fact,
  type Instant,
  type Intent,
  isFinal,
  labelsOf,
  needsAttention,
  nextDue,
  observe,
  type Refusal,
  resume,
  startProvision,
  startRedemption,
  type Step,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Change, StoredRecord } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";

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
  readonly at: Instant;
}

/** A journal's first entry. */
export type StartEntry = Extract<Entry, { readonly start: unknown }>;

/** The first step of a transaction, or what is wrong with its request. */
export function startStep(entry: StartEntry): Result<PendingStep, Refusal> {
  const { at } = entry.start;
  const first: Result<Step<Transaction>, Refusal> = entry.type === "provisionStarted"
    ? startProvision(entry.start)
    : startRedemption(entry.start);
  return first.map((step) => ({ step, version: 0, entry, at }));
}

/** What an intent makes of a stored transaction, or why the intent is refused. */
export const intentStep = (
  { transaction, version }: VersionedTransaction,
  intent: Intent,
): Result<PendingStep, Refusal> =>
  decide(transaction, intent).map((step) => ({
    before: transaction,
    step,
    version,
    entry: { type: "intent", intent },
    at: intent.at,
  }));

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
export function toChange({ step: { transaction }, version, at }: PendingStep, entry: Entry): Change {
  const due = nextDue(transaction);
  return {
    id: transaction.id,
    expectedVersion: version,
    kind: transaction.kind,
    state: transaction.state,
    final: isFinal(transaction),
    needsAttention: needsAttention(transaction),
    record: encode(transaction),
    entry: encodeEntry(entry),
    ...(due === undefined ? {} : { due }),
    at,
    labels: labelsOf(transaction),
  };
}

/**
 * The stored transaction, checked. Its id is checked too: a damaged index leads to a sound record of another transaction, and
 * so to another customer's voucher.
 */
export const readRecord = ({
  id,
  record,
  version,
}: StoredRecord): Result<VersionedTransaction, { readonly type: "damaged"; readonly damage: DamagedRecord }> =>
  decode(record)
    .andThen((transaction) => (transaction.id === id ? ok(transaction) : err(misplaced)))
    .map((transaction) => ({ transaction, version }))
    .mapErr((damage) => ({ type: "damaged", damage }));

const misplaced: DamagedRecord = { type: "damaged", fault: "content" };
