// THE JOURNAL
//
// What led to a transaction's state, entry by entry, and what an auditor asks for beside it.
//
// Rules
// 1. A *step* (a start, a fact, an intent) makes one version of the transaction. Replaying the steps gives the transaction that is stored.
// 2. A *note* (a delivery, a repair) makes nothing of the transaction. Replaying passes over it.
// 3. Each step says what the state became, and by which version of the rules. So a replay by this release's rules can tell whether it goes
//    the way that was gone then. Where it does not, it stops: a record that is rebuilt from a guess is worse than a damaged one.
// 4. A delivery that settled its advice is a fact. The others are notes: they may be lost in a crash, and only so many are kept.
//
// What it does not know: how entries are stored, in what order, and which record they belong to.

import { err, ok, type Result } from "neverthrow";
import { beginProvision } from "../machines/provision.ts";
import { beginRedemption } from "../machines/redemption.ts";
import { beginRefund } from "../machines/refund.ts";
import { type Advice, operationsOf } from "../messages/operations.ts";
import type { Uuid } from "../messages/uuid.ts";
import { withoutPin } from "../messages/voucher.ts";
import type { NoResponseCause } from "../responses/http-response.ts";
import type { ProvisionStart, RedemptionStart, RefundStart } from "../start.ts";
import type { Fact, Intent, IntendedByOperator, Refusal } from "../step.ts";
import type { Digester, Sameness } from "../input-digest.ts";
import { sameJson } from "../json.ts";
import { compareStarts } from "./digest.ts";
import type { Instant } from "../time.ts";
import { decideValidated, observe, type Transaction } from "../transaction.ts";
import { stepShapes } from "./entry-shape.ts";
import { isInstant, isNumber, isObjectWith, isOneOf, isTaggedBy, isText, type Shape } from "./shape.ts";

/** The version of the rules: what a step makes of a state. It rises when a later release makes something else of the same step. */
export const RULES_VERSION = 1;

/** What led to a transaction's state: its start, then its facts and intents, one entry for each step. */
export type Entry =
  | { readonly type: "provisionStarted"; readonly start: ProvisionStart }
  | { readonly type: "redemptionStarted"; readonly start: RedemptionStart }
  | { readonly type: "refundStarted"; readonly start: RefundStart }
  | { readonly type: "fact"; readonly fact: Fact }
  | { readonly type: "intent"; readonly intent: Intent };

/** A journal's first entry. */
export type StartEntry = Extract<Entry, { readonly start: unknown }>;

/** An entry as it is stored. */
export type JournalEntry = ((Entry | RepairNote) & Made) | DeliveryNote;

/** What an entry made, so that a replay can be compared with it. */
interface Made {
  /** The version of the rules that it was made under. */
  readonly rules: number;
  /** The state that the transaction then had. */
  readonly state: Transaction["state"];
}

/** An operator had the record rebuilt from the journal. */
export interface RepairNote {
  readonly type: "repair";
  readonly repair: IntendedByOperator;
}

/** An advice was delivered, and that did not settle it. */
export interface DeliveryNote {
  readonly type: "delivery";
  readonly delivery: Delivery;
}

/** What went out and when, and what came back. */
export interface Delivery {
  readonly adviceId: Uuid;
  readonly operation: Advice["operation"];
  /** 0 is the first since the state was stored. */
  readonly attempt: number;
  readonly sentAt: Instant;
  readonly outcome: { readonly status: number } | { readonly noResponse: NoResponseCause };
  /** When that was known. */
  readonly at: Instant;
}

/** A journal that cannot be replayed. */
export interface BrokenJournal {
  /** The position of the first entry that does not fit. */
  readonly index: number;
  /**
   * `stateDiffers`: the replay came to another state than the entry says · `newerRules`: the entry was made by a newer release
   */
  readonly reason: "empty" | "noStart" | "secondStart" | "stateDiffers" | "newerRules" | Refusal;
}

/** The entry of a step, with what it made. */
export const toJournalEntry = (entry: Entry | RepairNote, { state }: Pick<Transaction, "state">): JournalEntry => ({
  ...entry,
  rules: RULES_VERSION,
  state,
});

/**
 * The transaction that a journal leads to. The journal of a stored transaction leads to what is stored, by way of every state that its
 * entries say.
 */
export function replay(journal: readonly (Entry | JournalEntry)[]): Result<Transaction, BrokenJournal> {
  const [first, ...rest] = journal.map((entry, index) => ({ entry, index })).filter(isPlaced);
  if (first === undefined) return err({ index: 0, reason: "empty" });
  const started = applyStart(first.entry);
  if (started === undefined) return err({ index: first.index, reason: "noStart" });
  return rest.reduce<Result<Transaction, BrokenJournal>>(
    (sofar, placed) =>
      sofar
        .andThen((transaction) => applyEntry(transaction, placed))
        .andThen((transaction) => meetState(transaction, placed)),
    meetState(started, first),
  );
}

/**
 * Whether the entry starts this same transaction again. Compares the message only: its caller makes the other ids and the time
 * anew at each call. What is left of a redacted transaction's message is compared by its digest.
 */
export function compareStart(transaction: Transaction, entry: StartEntry, digester?: Digester): Sameness {
  if (entry.type !== `${transaction.kind}Started`) return "different";
  const message = messageOf(entry);
  if (transaction.start.redacted === true) return compareStarts(transaction, message, digester);
  const first = transaction.kind === "redemption" ? transaction.start.lookup : transaction.start.request;
  return sameJson(first, message) ? "same" : "different";
}

/** What a start asks for, as it is stored. */
function messageOf(entry: StartEntry): unknown {
  switch (entry.type) {
    case "provisionStarted":
      return entry.start.request;
    case "redemptionStarted":
      return entry.start.lookup;
    case "refundStarted":
      return withoutPin(entry.start.request);
  }
}

/** An entry with its position in the journal. A delivery has no state to compare, and no place in a replay. */
interface Placed<Each = Exclude<Entry | JournalEntry, DeliveryNote>> {
  readonly entry: Each;
  readonly index: number;
}

const isPlaced = (placed: Placed<Entry | JournalEntry>): placed is Placed => placed.entry.type !== "delivery";

function applyStart(entry: Placed["entry"]): Transaction | undefined {
  switch (entry.type) {
    case "provisionStarted":
      return beginProvision(entry.start).transaction;
    case "redemptionStarted":
      return beginRedemption(entry.start).transaction;
    case "refundStarted":
      return beginRefund(entry.start).transaction;
    default:
      return undefined;
  }
}

function applyEntry(transaction: Transaction, { entry, index }: Placed): Result<Transaction, BrokenJournal> {
  if (entry.type === "repair") return ok(transaction);
  if (entry.type === "fact") return ok(observe(transaction, entry.fact).transaction);
  if (entry.type !== "intent") return err({ index, reason: "secondStart" });
  return (
    decideValidated(transaction, entry.intent)
      .map((step) => step.transaction)
      // It was accepted when it was made. In a redacted journal nothing is left to compare.
      .orElse((reason) => (reason.type === "secretsNotCompared" ? ok(transaction) : err({ index, reason })))
  );
}

/** An entry that is not stored yet says no state. */
function meetState(transaction: Transaction, { entry, index }: Placed): Result<Transaction, BrokenJournal> {
  if (!("rules" in entry)) return ok(transaction);
  if (entry.rules > RULES_VERSION) return err({ index, reason: "newerRules" });
  return entry.state === transaction.state ? ok(transaction) : err({ index, reason: "stateDiffers" });
}

/** Whether a value is an entry, as far as its checksum does not show that it is what was written. */
export const isEntry = (value: unknown): value is Entry => hasEntryShape(value);

/** As {@link isEntry}, for one as it is stored. */
export const isJournalEntry = (value: unknown): value is JournalEntry => hasJournalEntryShape(value);

const hasEntryShape = isTaggedBy("type", stepShapes);

const made = isObjectWith({ rules: isNumber, state: isText });

const hasMadeEntryShape = isTaggedBy("type", {
  ...stepShapes,
  repair: isObjectWith({ repair: isObjectWith({ by: isText, reason: isText, at: isInstant }) }),
});

const hasDeliveryShape = isTaggedBy("type", {
  delivery: isObjectWith({
    delivery: isObjectWith({
      adviceId: isText,
      operation: isOneOf(...operationsOf("confirmation"), ...operationsOf("reversal")),
      attempt: isNumber,
      sentAt: isInstant,
      outcome: isObjectWith({ "status?": isNumber, "noResponse?": isText }),
      at: isInstant,
    }),
  }),
});

const hasJournalEntryShape: Shape = (value) => hasDeliveryShape(value) || (made(value) && hasMadeEntryShape(value));
