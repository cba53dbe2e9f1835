import {
  type HttpResponse,
  type Command,
  decide,
  nextDue,
  type Fact,
  type Instant,
  type Intent,
  observe,
  type Policy,
  type NoResponseCause,
  startProvision,
  startRedemption,
  startRefund,
  type Step,
  type Transaction,
} from "@electrum-vouchers/core";
import { abstractionOf } from "./abstraction.ts";
import {
  provisionStarts,
  redemptionRequest,
  redemptionStarts,
  refundStarts,
  tenders,
  TRANSACTION_ID,
} from "../fixtures.ts";
import { adviceOf } from "../../oracle/messages.ts";
import { age, NOW } from "../time/time.ts";

/** How many transactions differ in full, how many differ by their abstraction, and which of these behave in two ways. */
export interface AbstractionComparison {
  readonly transactions: number;
  readonly abstractions: number;
  readonly steps: number;
  /** Each names the event that has two different outcomes for one abstraction. */
  readonly differences: readonly string[];
}

/**
 * Shows that what the model checker leaves out of its states changes nothing: the cause of an unknown outcome, who decided, and
 * how long ago things happened. Every history of a transaction is run here with nothing left out and with a clock that runs on,
 * up to `until`. Transactions with the same abstraction must then behave alike, whatever happens.
 */
export function compareAbstraction(
  kind: Transaction["kind"],
  policy: Policy,
  until: Instant,
  abstraction: (transaction: Transaction) => string = abstractionOf,
  hasMarks = false,
): AbstractionComparison {
  const seen = new Set<string>();
  const open: TimedTransaction[] = [];
  const outcomesByView = new Map<string, ReadonlyMap<string, string>>();
  const differences: string[] = [];
  let steps = 0;

  /** As the model checker sees it: relative to the present, and without what is left out. */
  const viewOf = ({ transaction, now }: TimedTransaction): string => {
    const present = age(transaction, now - NOW);
    return `${abstraction(present)} ${Math.max(NOW, nextDue(present)?.at ?? 0)}`;
  };
  const visit = (timed: TimedTransaction): void => {
    const key = JSON.stringify(timed);
    if (!seen.has(key)) open.push(timed);
    seen.add(key);
  };

  visit({ transaction: startTransaction(kind, policy), now: NOW });
  for (let timed = open.pop(); timed !== undefined; timed = open.pop()) {
    const { transaction, now } = timed;
    const outcomes = new Map<string, string>();
    for (const [event, { transaction: next, commands }] of stepsFrom(timed, hasMarks)) {
      steps += 1;
      const isUnchanged = next === transaction && commands.length === 0;
      if (!isUnchanged) visit({ transaction: next, now });
      const outcome = isUnchanged ? "nothing" : `${viewOf({ transaction: next, now })} ${viewCommands(commands, now)}`;
      if ((outcomes.get(event) ?? outcome) !== outcome) differences.push(`${transaction.state}: ${event}, in two ways`);
      outcomes.set(event, outcome);
    }
    const view = viewOf(timed);
    const known = outcomesByView.get(view) ?? outcomes;
    outcomesByView.set(view, known);
    const events = new Set([...known.keys(), ...outcomes.keys()]);
    differences.push(
      ...[...events]
        .filter((event) => known.get(event) !== outcomes.get(event))
        .map((event) => `${transaction.state}: ${event}`),
    );
    if (now < until) visit({ transaction, now: now + 1 });
  }
  return { transactions: seen.size, abstractions: outcomesByView.size, steps, differences };
}

interface TimedTransaction {
  readonly transaction: Transaction;
  readonly now: Instant;
}

const viewCommands = (commands: readonly Command[], now: Instant): string =>
  JSON.stringify(age({ commands }, now - NOW));

const CODE = "1234";

function startTransaction(kind: Transaction["kind"], policy: Policy): Transaction {
  const [sale] = provisionStarts(policy);
  const [redemption] = redemptionStarts(policy, CODE);
  const [refund] = refundStarts(policy, CODE);
  if (sale === undefined || redemption === undefined || refund === undefined)
    throw new RangeError("there is a way to start");
  switch (kind) {
    case "provision":
      return startProvision(sale)._unsafeUnwrap().transaction;
    case "redemption":
      return startRedemption(redemption)._unsafeUnwrap().transaction;
    case "refund":
      return startRefund(refund)._unsafeUnwrap().transaction;
  }
}

/** Everything that can happen, by its name in the model checker, with its outcome. */
function stepsFrom(
  { transaction, now }: TimedTransaction,
  hasMarks: boolean,
): readonly (readonly [string, Step<Transaction>])[] {
  return [
    ...factsAt(transaction, now).map(([name, fact]) => [name, observe(transaction, fact)] as const),
    ...[...intentsAt(transaction, now), ...(hasMarks ? marksAt(now) : [])].flatMap(([name, intent]) =>
      decide(transaction, intent)
        .map((step) => [[name, step] as const])
        .unwrapOr([]),
    ),
  ];
}

/** As many as any of the histories has: a request and its retry, two lookups and the redemption, or one refund. */
const attempts = { provision: [0, 1], redemption: [0, 1, 2], refund: [0] } as const;

/** Responses, by their names in the model checker. Those of one name must have the same outcome. */
const requestResponses: readonly (readonly [name: string, status: number, body: object | string])[] = [
  ["approved", 201, { id: TRANSACTION_ID, voucher: { code: CODE }, thirdPartyIdentifiers: [] }],
  ["declined", 400, { id: TRANSACTION_ID, errorType: "TRANSACTION_DECLINED" }],
  // It names no message, but its type is one that Electrum has published.
  ["declined", 400, { errorType: "TRANSACTION_DECLINED" }],
  ["open", 500, ""],
  ["open", 400, { id: TRANSACTION_ID, errorType: "DUPLICATE_RECORD" }],
  ["foreign", 404, ""],
  ["foreign", 201, "{"],
];

const noResponseCauses: readonly NoResponseCause[] = ["deadline", "unreachable", "interrupted"];

const adviceResponses: readonly (readonly [name: string, status: number, body: object | string])[] = [
  ["acknowledged", 202, { requestId: TRANSACTION_ID }],
  ["unnamed", 202, ""],
  ["unnamed", 202, {}],
  ["not there, unnamed", 404, ""],
  ["to be repeated", 500, ""],
  ["to be repeated", 404, "<html></html>"],
  ["refused", 400, { errorType: "FORMAT_ERROR" }],
  ["not there", 404, { errorType: "UNABLE_TO_LOCATE_RECORD" }],
  ["seen before", 400, { errorType: "DUPLICATE_RECORD" }],
  ["credentials refused", 401, ""],
];

const toResponse = (status: number, body: object | string): HttpResponse => ({
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

function factsAt(transaction: Transaction, at: Instant): readonly (readonly [string, Fact])[] {
  const adviceId = adviceOf(transaction)?.message.id;
  return [
    ...attempts[transaction.kind].flatMap((attempt): readonly (readonly [string, Fact])[] => [
      ...requestResponses.map(
        ([name, status, body]) =>
          [`${name} ${attempt}`, { type: "response", attempt, ...toResponse(status, body), at }] as const,
      ),
      ...noResponseCauses.map(
        (cause) => [`no response ${attempt}`, { type: "noResponse", attempt, cause, at }] as const,
      ),
      [`no response ${attempt}`, { type: "interruption", attempt, at }],
      ...(["retry", "lookup", "decision", "expiry"] as const).map(
        (timer) => [`${timer} timer ${attempt}`, { type: "timer", timer, attempt, at }] as const,
      ),
    ]),
    ...(adviceId === undefined ? [] : adviceResponses).map(
      ([name, status, body]) =>
        [name, { type: "adviceResponse", adviceId: adviceId ?? "", ...toResponse(status, body), at }] as const,
    ),
  ];
}

function intentsAt({ kind }: Transaction, at: Instant): readonly (readonly [string, Intent])[] {
  const intents: readonly Intent[] = [
    kind === "provision" ? { type: "confirm", tenders, at } : { type: "confirm", at },
    { type: "cancel", at },
    { type: "lookUp", at },
    { type: "redeem", request: redemptionRequest("standard", CODE), at },
    { type: "resend", by: "the operator", reason: "both sides were asked", at },
    { type: "resolve", resolution: "confirmed", by: "the operator", reason: "both sides were asked", at },
    { type: "resolve", resolution: "reversed", by: "the operator", reason: "both sides were asked", at },
  ];
  return intents.map((intent) => [intent.type === "resolve" ? `resolve as ${intent.resolution}` : intent.type, intent]);
}

/** What the till and the operator say of a transaction without moving it on. */
const marksAt = (at: Instant): readonly (readonly [string, Intent])[] => [
  ["paymentStarted", { type: "paymentStarted", at }],
  ["hold", { type: "hold", by: "the operator", reason: "both sides were asked", at }],
  ["unhold", { type: "unhold", by: "the operator", reason: "both sides were asked", at }],
  ["reconcile", { type: "reconcile", outcome: "agrees", by: "the operator", reason: "both sides were asked", at }],
];
