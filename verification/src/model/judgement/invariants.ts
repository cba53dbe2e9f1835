import {
  type Advice,
  decide,
  decodeEntry,
  type Entry,
  isFinal,
  isJsonObject,
  type Json,
  observe,
  parseJson,
  replay,
  sameJson,
  type Transaction,
} from "@electrum-vouchers/core";
import { adviceOf, requestOf } from "../../messages-of.ts";
import type { CommitTurn } from "../till/activity.ts";
import { essenceOf } from "../essence/essence.ts";
import { TRANSACTION_ID } from "../fixtures.ts";
import { leaks, scrubbed, type Stepped } from "./scrubbing.ts";
import { later } from "../time/time.ts";

/** What must hold always, by the name under which a report says that it was broken. */
export const invariants = {
  oneFinalState: "a final state is never left",
  agreement: "till, switch and provider agree once nothing is under way",
  oneAdvice: "never a confirmation and a reversal, and never one under another id or with another body",
  nothingAfterAdvice: "no request is sent once an advice about it was",
  reversalWaits: "no reversal is sent while a request of ours may be under way",
  onTime: "no request is sent from its deadline on",
  sentOnce: "no attempt is sent twice",
  sameRequest: "every attempt carries the original message unchanged",
  commitFirst: "nothing is done before the step that asks for it is durable",
  decisionStands: "what the till has decided, durably, stands",
  handOver: "a voucher is handed over only if it is confirmed or completed in the end",
  identifiersEchoed: "third-party identifiers go back unaltered",
  journalReplays: "the journal replays to the stored state",
  scrubbedReplays: "the scrubbed journal replays to the scrubbed state",
  noSecret: "no voucher code is left in what was scrubbed",
  itEnds: "nothing waits for ever once faults stop",
} as const;

export type Invariant = keyof typeof invariants;

/** What a commit breaks of the invariants that are about one step. */
export function brokenByCommit(
  before: Transaction | undefined,
  { change, stepped }: CommitTurn,
): Invariant | undefined {
  const { transaction: after, entry } = stepped;
  if (before !== undefined && isFinal(before) && before.state !== after.state) return "oneFinalState";
  const step: Stepped = { ...(before === undefined ? {} : { before }), entry, after };
  if (
    !decodeEntry(change.entry)
      .map((stored) => replays({ ...step, entry: stored }))
      .unwrapOr(false)
  )
    return "journalReplays";
  if (leaks(step)) return "noSecret";
  if (!replays(scrubbed(step))) return "scrubbedReplays";
  const advice = adviceOf(after);
  const isNew = advice !== undefined && (before === undefined || adviceOf(before) === undefined);
  return isNew && !echoes(before, entry, advice) ? "identifiersEchoed" : undefined;
}

/** By induction over the steps: what the journal so far replays to, and this entry, give what comes after. */
function replays({ before, entry, after }: Stepped): boolean {
  const replayed = applied(before, entry);
  return replayed !== undefined && looksNow(replayed) === looksNow(after);
}

const looksNow = (transaction: Transaction): string => essenceOf(later(transaction, 0));

function applied(stored: Transaction | undefined, entry: Entry): Transaction | undefined {
  if (stored === undefined) return replay([entry]).unwrapOr(undefined);
  switch (entry.type) {
    case "fact":
      return observe(stored, entry.fact).transaction;
    case "intent":
      return decide(stored, entry.intent)
        .map(({ transaction }) => transaction)
        .unwrapOr(undefined);
    default:
      return undefined;
  }
}

/** An advice repeats the identifiers of the last approval, or, where there was none, of the request. */
function echoes(stored: Transaction | undefined, entry: Entry, advice: Advice): boolean {
  const approval = stored === undefined ? undefined : approvalOf(stored, entry);
  const approved = isJsonObject(approval) ? approval["thirdPartyIdentifiers"] : undefined;
  return sameJson(advice.message.thirdPartyIdentifiers, approved ?? requestOf(stored)?.thirdPartyIdentifiers);
}

/** The approval that stands, or that the entry brings in time. */
function approvalOf(stored: Transaction, entry: Entry): Json | undefined {
  if ("approval" in stored) return stored.approval.response;
  if (entry.type !== "fact" || entry.fact.type !== "reply" || entry.fact.status > 201) return undefined;
  const isInTime = "deadlineAt" in stored && entry.fact.at <= stored.deadlineAt;
  const body = parseJson(entry.fact.body);
  return isInTime && isJsonObject(body) && body["id"] === TRANSACTION_ID && isJsonObject(body["voucher"])
    ? body
    : undefined;
}
