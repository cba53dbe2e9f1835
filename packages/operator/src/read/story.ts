// The story of a transaction, as sentences: each step of its journal, and each delivery. It shows no voucher, no card number, no body of a
// message: of what Electrum sent, the status and the type of the error; of what a person wrote, the name and the reason.

import {
  decodeEntry,
  type Fact,
  type Instant,
  type Intent,
  type JournalEntry,
  type LedgerAmount,
  printable,
  type Transaction,
  type TransactionFields,
} from "@electrum-vouchers/core";
import { amountText } from "../text/amount-text.ts";
import { kindWord } from "./words.ts";

/** One thing that happened. */
export interface StoryLine {
  /** The version that it made; absent of a delivery, which makes none. */
  readonly version?: number;
  readonly at?: Instant;
  readonly actor: "till" | "Electrum" | "operator" | "time" | "forwarder" | "store";
  readonly text: string;
  /** The state that it led to. */
  readonly state?: Transaction["state"];
}

/** The story that a journal tells, oldest first. An entry that cannot be read has its line, too. */
export function tellStory(entries: readonly string[]): readonly StoryLine[] {
  let version = 0;
  // A redemption counts its lookups and its request together: there the number of an attempt says nothing to an operator.
  const hasRetries = decodeFirst(entries)?.type === "provisionStarted";
  return entries.map((stored): StoryLine => {
    const entry = decodeEntry(stored);
    if (entry.isErr()) {
      version += 1;
      const text = entry.error.type === "newer" ? "written by a newer release" : "this entry is damaged";
      return { version, actor: "store", text };
    }
    if (entry.value.type === "delivery") return tellDelivery(entry.value);
    version += 1;
    return { version, state: entry.value.state, ...tellStep(entry.value, hasRetries) };
  });
}

type Telling = Pick<StoryLine, "at" | "actor" | "text">;

function tellDelivery({ delivery }: Extract<JournalEntry, { type: "delivery" }>): StoryLine {
  const { operation, attempt, outcome, sentAt, at } = delivery;
  const result = "status" in outcome ? String(outcome.status) : `no response (${outcome.noResponse})`;
  return { at: sentAt, actor: "forwarder", text: `${operation} try ${attempt + 1}: ${result}  (${at - sentAt} ms)` };
}

const decodeFirst = ([first]: readonly string[]): JournalEntry | undefined =>
  first === undefined ? undefined : decodeEntry(first).unwrapOr(undefined);

function tellStep(entry: Exclude<JournalEntry, { type: "delivery" }>, hasRetries: boolean): Telling {
  switch (entry.type) {
    case "fact":
      return tellFact(entry.fact, hasRetries);
    case "intent":
      return tellIntent(entry.intent);
    case "repair":
      return {
        at: entry.repair.at,
        actor: "operator",
        text: `rebuilt the record from its journal${signed(entry.repair)}`,
      };
    case "provisionStarted":
      return { at: entry.start.at, actor: "till", text: requestText("provision", entry.start.request) };
    case "refundStarted":
      return { at: entry.start.at, actor: "till", text: requestText("refund", entry.start.request) };
    default:
      return { at: entry.start.at, actor: "till", text: `began a ${kindWord("redemption")}: looked the voucher up` };
  }
}

type Requested = Pick<TransactionFields, "originator"> & {
  readonly amounts?: { readonly requestAmount?: LedgerAmount };
};

function requestText(kind: Transaction["kind"], { amounts, originator }: Requested): string {
  const amount = amounts?.requestAmount;
  const money = amount === undefined ? "" : ` of ${amountText(amount)}`;
  return `asked for a ${kindWord(kind)}${money}, terminal ${printable(originator.terminalId)}`;
}

function tellFact(fact: Fact, hasRetries: boolean): Telling {
  const { at } = fact;
  const attemptText = (attempt: number): string => (attempt === 0 || !hasRetries ? "" : `, try ${attempt + 1}`);
  switch (fact.type) {
    case "response":
      return { at, actor: "Electrum", text: `answered ${answerText(fact)}${attemptText(fact.attempt)}` };
    case "noResponse":
      return { at, actor: "Electrum", text: `gave no response (${fact.cause})${attemptText(fact.attempt)}` };
    case "interruption":
      return { at, actor: "time", text: `its deadline passed without a known response${attemptText(fact.attempt)}` };
    case "timer":
      return { at, actor: "time", text: TIMERS[fact.timer] };
    case "adviceResponse": {
      const tries = fact.repeats === undefined || fact.repeats === 0 ? "" : `, after ${fact.repeats} tries before`;
      return { at, actor: "Electrum", text: `answered the advice with ${answerText(fact)}${tries}` };
    }
    case "clockSetBack":
      return { at, actor: "time", text: "the clock was set back: its waits began anew" };
  }
}

const TIMERS: Readonly<Record<Extract<Fact, { type: "timer" }>["timer"], string>> = {
  retry: "time to try again, with the same message",
  lookup: "time to look it up again",
  decision: "the till's time to decide was over",
  expiry: "given up: the till made nothing of the lookup",
};

/** The status, and the type of the error if the body names one. Nothing else of a body is shown. */
function answerText({ status, body }: { readonly status: number; readonly body: string }): string {
  const [, errorType] = /"errorType"\s*:\s*"([A-Z_]{1,60})"/.exec(body) ?? [];
  return errorType === undefined ? String(status) : `${status} ${errorType}`;
}

function tellIntent(intent: Intent): Telling {
  const { at } = intent;
  const by = "by" in intent && intent.by !== undefined ? ` (${printable(intent.by)})` : "";
  switch (intent.type) {
    case "lookUp":
      return { at, actor: "till", text: `looked it up again${by}` };
    case "redeem":
      return { at, actor: "till", text: `redeem${by}` };
    case "confirm":
      return { at, actor: "till", text: `confirm${intent.handOver === true ? ", and hand over" : ""}${by}` };
    case "cancel":
      return intent.operator === undefined
        ? { at, actor: "till", text: `cancel${by}` }
        : { at, actor: "operator", text: `cancel${signed(intent.operator)}` };
    case "paymentStarted": {
      const reference = intent.reference === undefined ? "" : `, reference ${printable(intent.reference)}`;
      return { at, actor: "till", text: `the customer is about to pay${reference}${by}` };
    }
    case "handOver":
      return intent.copy === undefined
        ? { at, actor: "till", text: `hand over${by}` }
        : { at, actor: "operator", text: `handed over again, as a copy${signed(intent.copy)}` };
    case "printed":
      return { at, actor: "till", text: `printed${by}` };
    case "resolve":
      return { at, actor: "operator", text: `resolve as ${intent.resolution}${signed(intent)}` };
    case "reconcile": {
      const items = intent.items === undefined ? "" : ` item ${intent.items.join(", ")}`;
      return { at, actor: "operator", text: `reconcile${items}: ${intent.outcome}${signed(intent)}` };
    }
    default:
      return { at, actor: "operator", text: `${intent.type}${signed(intent)}` };
  }
}

const signed = ({ by, reason }: { readonly by: string; readonly reason: string }): string =>
  ` (${printable(by)}): ${printable(reason)}`;
