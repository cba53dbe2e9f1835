import { err, ok, type Result } from "neverthrow";
import { beginProvision } from "../machines/provision.ts";
import { beginRedemption } from "../machines/redemption.ts";
import type { ProvisionStart, RedemptionStart } from "../start.ts";
import type { Fact, Intent, Refusal } from "../step.ts";
import { sameJson } from "../json.ts";
import { decideValidated, observe, type Transaction } from "../transaction.ts";

/** What led to a transaction's state: its start, then its facts and intents, one entry for each step. */
export type Entry =
  | { readonly type: "provisionStarted"; readonly start: ProvisionStart }
  | { readonly type: "redemptionStarted"; readonly start: RedemptionStart }
  | { readonly type: "fact"; readonly fact: Fact }
  | { readonly type: "intent"; readonly intent: Intent };

/** A journal that cannot be replayed. */
export interface BrokenJournal {
  /** The position of the first entry that does not fit. */
  readonly index: number;
  readonly reason: "empty" | "noStart" | "secondStart" | Refusal;
}

/** The transaction that a journal leads to. The journal of a stored transaction leads to what is stored. */
export function replay(journal: readonly Entry[]): Result<Transaction, BrokenJournal> {
  const [first, ...rest] = journal;
  if (first === undefined) return err({ index: 0, reason: "empty" });
  const started = applyStart(first);
  if (started === undefined) return err({ index: 0, reason: "noStart" });
  return rest.reduce<Result<Transaction, BrokenJournal>>(
    (sofar, entry, index) => sofar.andThen((transaction) => applyEntry(transaction, entry, index + 1)),
    ok(started),
  );
}

/**
 * Whether the entry starts this same transaction again. Compares the message only: its caller makes the other ids and the time
 * anew at each call.
 */
export const isSameStart = (transaction: Transaction, entry: Entry): boolean =>
  transaction.kind === "provision"
    ? entry.type === "provisionStarted" && sameJson(transaction.start.request, entry.start.request)
    : entry.type === "redemptionStarted" && sameJson(transaction.start.lookup, entry.start.lookup);

function applyStart(entry: Entry): Transaction | undefined {
  if (entry.type === "provisionStarted") return beginProvision(entry.start).transaction;
  if (entry.type === "redemptionStarted") return beginRedemption(entry.start).transaction;
  return undefined;
}

function applyEntry(transaction: Transaction, entry: Entry, index: number): Result<Transaction, BrokenJournal> {
  if (entry.type === "fact") return ok(observe(transaction, entry.fact).transaction);
  if (entry.type !== "intent") return err({ index, reason: "secondStart" });
  return decideValidated(transaction, entry.intent)
    .map((step) => step.transaction)
    .mapErr((reason) => ({ index, reason }));
}

/** Whether a value read from a store is an entry. Its checksum has shown that it is what was written. */
export const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" &&
  value !== null &&
  (("start" in value && "type" in value && (value.type === "provisionStarted" || value.type === "redemptionStarted")) ||
    ("fact" in value && "type" in value && value.type === "fact") ||
    ("intent" in value && "type" in value && value.type === "intent"));
