// What an operator can do about a transaction. The core says what is possible: each choice is tried on the transaction as it is, and what
// changes nothing or is refused is no choice. Nothing is stored here.

import {
  attentionOf,
  decide,
  type Instant,
  type Intent,
  type ReconciliationOutcome,
  type Transaction,
} from "@electrum-vouchers/core";

/** The commands that decide something about one transaction. */
export type OperatorVerb = "hold" | "unhold" | "resend" | "resolve" | "reconcile" | "cancel";

export interface OperatorChoice {
  readonly verb: OperatorVerb;
  /** What says the choice among those of one verb: `confirmed`, `agrees`. */
  readonly outcome?: string;
  /** The state that it leads to. */
  readonly state: Transaction["state"];
  /** How many reasons for attention are left then. */
  readonly attention: number;
  /** What it does to messages and money, as a sentence. */
  readonly effect: string;
}

/** What an operator wants, without who, why and when. */
export type OperatorWish =
  | { readonly verb: "hold" | "unhold" | "resend" | "cancel" }
  | { readonly verb: "resolve"; readonly outcome: "confirmed" | "reversed" }
  | { readonly verb: "reconcile"; readonly outcome: ReconciliationOutcome; readonly items?: readonly number[] };

export interface OperatorNote {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** The core's intent for what an operator wants. */
export function toIntent(wish: OperatorWish, note: OperatorNote): Intent {
  switch (wish.verb) {
    case "resolve":
      return { type: "resolve", resolution: wish.outcome, ...note };
    case "reconcile":
      return {
        type: "reconcile",
        outcome: wish.outcome,
        ...(wish.items === undefined ? {} : { items: wish.items }),
        ...note,
      };
    case "cancel": {
      const { at, ...operator } = note;
      return { type: "cancel", operator, at };
    }
    default:
      return { type: wish.verb, ...note };
  }
}

const WISHES: readonly OperatorWish[] = [
  { verb: "unhold" },
  { verb: "resend" },
  { verb: "resolve", outcome: "confirmed" },
  { verb: "resolve", outcome: "reversed" },
  { verb: "reconcile", outcome: "agrees" },
  { verb: "reconcile", outcome: "corrected" },
  { verb: "reconcile", outcome: "writtenOff" },
  { verb: "cancel" },
  { verb: "hold" },
];

/** What an operator can do about the transaction now, what settles it first. */
export const choicesFor = (transaction: Transaction, at: Instant): readonly OperatorChoice[] =>
  WISHES.flatMap((wish) =>
    decide(transaction, toIntent(wish, { by: "operator", reason: "what would follow", at })).match(
      (step): readonly OperatorChoice[] =>
        step.transaction === transaction
          ? []
          : [
              {
                verb: wish.verb,
                ...("outcome" in wish ? { outcome: wish.outcome } : {}),
                state: step.transaction.state,
                attention: attentionOf(step.transaction).length,
                effect: effectOf(wish, transaction, step.transaction),
              },
            ],
      () => [],
    ),
  );

function effectOf(wish: OperatorWish, before: Transaction, after: Transaction): string {
  switch (wish.verb) {
    case "unhold":
      return `the ${adviceWord(before)} may be sent again: a till with this outbox sends it, or "deliver"`;
    case "hold":
      return `the ${adviceWord(before)} is not sent until it is unheld; Electrum may go on to hold the opposite`;
    case "resend":
      return `the same ${adviceWord(before)} is sent once more; the opposite is never sent`;
    case "resolve":
      return `ends it as ${wish.outcome} in the till's books, and sends nothing: Electrum and the provider must hold the same`;
    case "reconcile":
      return RECONCILED[wish.outcome];
    case "cancel":
      return after.state === "reversing"
        ? "a reversal is owed from now on: the voucher is undone once Electrum has it"
        : "the till gives it up; nothing has to be undone so far";
  }
}

const RECONCILED: Readonly<Record<ReconciliationOutcome, string>> = {
  agrees: "notes that Electrum and the provider hold the same: nothing was lost",
  corrected: "notes that they did not, and that it was put right outside of the till",
  writtenOff: "notes that they did not, and that the loss is borne",
};

const adviceWord = (transaction: Transaction): string =>
  ("finalizing" in transaction ? transaction.finalizing.state : transaction.state) === "reversing"
    ? "reversal"
    : "confirmation";
