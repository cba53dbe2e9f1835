import fc from "fast-check";
import {
  decide,
  type Entry,
  type Fact,
  type Intent,
  netcare,
  observe,
  parseIntent,
  type Policy,
  type Refusal,
  type Step,
  startProvision,
  startRedemption,
  startRefund,
  stellr,
  type Transaction,
} from "../src/index.ts";
import type { Event } from "./events.ts";
import {
  lookup,
  policyOf,
  provisionRequest,
  provisionStart,
  redemptionStart,
  refundRequest,
  refundStart,
  SECONDS,
} from "./messages.ts";
import { unwrap } from "./unwrap.ts";
import { provisionEvents } from "./provision-events.ts";
import { redemptionEvents } from "./redemption-events.ts";
import { secretEvents, secretLookup, secretProvisionRequest, secretRefundRequest } from "./secrets.ts";

/** One event of a walk. */
export interface Tried {
  readonly before: Transaction;
  readonly entry: ReturnType<Event>;
  /** Absent if the intent was refused. */
  readonly step?: Step<Transaction>;
  readonly refusal?: Refusal;
}

/** A random sequence of events from a transaction's start on. */
export interface Walk {
  readonly start: Step<Transaction>;
  readonly tried: readonly Tried[];
  /** The start, and every entry that was accepted. */
  readonly journal: readonly Entry[];
  readonly end: Transaction;
}

interface Plan {
  readonly kind: Transaction["kind"];
  readonly policy: Policy;
  readonly isSecret: boolean;
  readonly moves: readonly Move[];
}

interface Move {
  readonly event: Event;
  /** How much earlier or later than its proper time an event happens: clocks may be wrong. */
  readonly shiftMs: number;
}

const policies: fc.Arbitrary<Policy> = fc
  .record(
    {
      messaging: fc.constantFrom("dual", "dual", "single"),
      provider: fc.constantFrom(policyOf().provider, netcare, stellr),
      retries: fc.integer({ min: 0, max: 3 }),
      unnamedRepeatMs: fc.constantFrom(0, 3_600 * SECONDS),
      customerWaitMs: fc.constantFrom(20 * SECONDS, 90 * SECONDS),
      decisionDeadlineMs: fc.constant(300 * SECONDS),
      lookupRetries: fc.integer({ min: 0, max: 2 }),
    },
    { requiredKeys: ["messaging", "provider"] },
  )
  .map(policyOf);

const underWay: readonly Event[] = [
  provisionEvents.approved,
  provisionEvents.approved,
  secretEvents["approved, with secrets"],
  provisionEvents["approved for more"],
  provisionEvents.declined,
  provisionEvents["unknown: status"],
  provisionEvents["foreign: page, 403"],
  provisionEvents["no response: deadline"],
  provisionEvents.interruption,
  provisionEvents.cancel,
];

/** It was approved already, or is over: what comes now is evidence at most. */
const over: readonly Event[] = [
  provisionEvents.approved,
  secretEvents["approved, another voucher, with secrets"],
  provisionEvents["reconcile all"],
];

const undecided: readonly Event[] = [
  secretEvents["approved, another voucher, with secrets"],
  provisionEvents.confirm,
  secretEvents["confirm, with a card"],
  redemptionEvents.confirm,
  redemptionEvents.confirm,
  provisionEvents.cancel,
  provisionEvents["decision timer"],
  provisionEvents["payment started"],
];

const onItsWay: readonly Event[] = [
  provisionEvents["advice accepted"],
  provisionEvents["advice to repeat"],
  provisionEvents["advice unnamed, health page"],
  provisionEvents["advice unnamed, health page, two days later"],
  provisionEvents["advice not found"],
  provisionEvents["advice not found, no body, two days later"],
  provisionEvents.approved,
  secretEvents["approved, another voucher, with secrets"],
  provisionEvents["advice not redeemed"],
  provisionEvents["advice not refunded"],
  provisionEvents["advice contradicted"],
  provisionEvents["advice refused"],
  provisionEvents.hold,
  provisionEvents.unhold,
];

/** The events that are likely next, and move the transaction on. */
const likely: Readonly<Record<Transaction["state"], readonly Event[]>> = {
  requesting: underWay,
  lookingUp: underWay,
  redeeming: underWay,
  waitingToRetry: [provisionEvents["retry timer"], provisionEvents["retry timer"], provisionEvents.cancel],
  waitingToLookUp: [redemptionEvents["lookup timer"]],
  lookupFailed: [redemptionEvents.lookUp, redemptionEvents["expiry timer"]],
  found: [redemptionEvents.redeem, redemptionEvents["redeem, Stellr"], secretEvents["redeem, with secrets"]],
  issued: undecided,
  redeemed: undecided,
  refunded: undecided,
  confirming: onItsWay,
  reversing: onItsWay,
  disputed: [provisionEvents.resend, provisionEvents["resolve as reversed"], provisionEvents.approved],
  completed: over,
  declined: over,
  abandoned: over,
  confirmed: over,
  reversed: over,
  resolved: over,
};

/** One of the likely events, by number. Which one it is depends on the state. */
const likelyEvent =
  (number: number): Event =>
  (transaction) => {
    const events = likely[transaction.state];
    const [event] = events.slice(number % events.length);
    return (event ?? provisionEvents.approved)(transaction);
  };

const everyEvent: readonly Event[] = [
  ...Object.values(provisionEvents),
  ...Object.values(redemptionEvents),
  ...Object.values(secretEvents),
];

/** Any fact at all, about any attempt and any advice. */
const anyFact: fc.Arbitrary<Event> = fc
  .record({
    attempt: fc.integer({ min: -1, max: 5 }),
    at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    status: fc.integer({ min: 100, max: 599 }),
    body: fc.oneof(fc.string(), fc.json(), fc.constant("")),
    adviceId: fc.string(),
    repeats: fc.nat({ max: 3 }),
    timer: fc.constantFrom("retry", "lookup", "decision"),
    cause: fc.constantFrom("deadline", "stopped"),
    type: fc.constantFrom("response", "noResponse", "interruption", "timer", "adviceResponse"),
  })
  .map(
    (fields): Event =>
      () => ({ type: "fact", fact: fields }),
  );

const moves: fc.Arbitrary<Move> = fc.record({
  event: fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 1_000 }).map(likelyEvent) },
    { weight: 3, arbitrary: fc.constantFrom(...everyEvent) },
    { weight: 1, arbitrary: anyFact },
  ),
  shiftMs: fc.oneof(fc.constant(0), fc.integer({ min: -7_200 * SECONDS, max: 7_200 * SECONDS })),
});

/** Walks of transactions of every kind, with every kind of policy. */
export const walks: fc.Arbitrary<Walk> = fc
  .record({
    kind: fc.constantFrom("provision", "redemption", "refund"),
    policy: policies,
    isSecret: fc.boolean(),
    moves: fc.array(moves, { maxLength: 25, size: "max" }),
  })
  .map(walk);

function walk({ kind, policy, isSecret, moves }: Plan): Walk {
  const [entry, start] = begin(kind, policy, isSecret);
  const tried: Tried[] = [];
  const journal: Entry[] = [entry];
  let end = start.transaction;
  for (const { event, shiftMs } of moves) {
    const next = attempt(end, shiftEntry(event(end), shiftMs));
    tried.push(next);
    if (next.step === undefined) continue;
    journal.push(next.entry);
    end = next.step.transaction;
  }
  return { start, tried, journal, end };
}

/** The journal's first entry is the start as it was validated and copied. */
function begin(kind: Plan["kind"], policy: Policy, isSecret: boolean): readonly [Entry, Step<Transaction>] {
  if (kind === "provision") {
    const step = unwrap(startProvision(provisionStart(policy, isSecret ? secretProvisionRequest : provisionRequest)));
    return [{ type: "provisionStarted", start: step.transaction.start }, step];
  }
  if (kind === "refund") {
    const step = unwrap(startRefund(refundStart(policy, isSecret ? secretRefundRequest : refundRequest)));
    return [{ type: "refundStarted", start: step.transaction.start }, step];
  }
  const step = unwrap(startRedemption(redemptionStart(policy, isSecret ? secretLookup : lookup)));
  return [{ type: "redemptionStarted", start: step.transaction.start }, step];
}

function attempt(before: Transaction, entry: ReturnType<Event>): Tried {
  if (entry.type === "fact") return { before, entry, step: observe(before, entry.fact) };
  return parseIntent(entry.intent)
    .andThen((intent) => decide(before, intent).map((step): Tried => ({ before, entry: { ...entry, intent }, step })))
    .unwrapOr({ before, entry });
}

function shiftEntry(entry: ReturnType<Event>, byMs: number): ReturnType<Event> {
  const shiftTime = <Happening extends Fact | Intent>(happening: Happening): Happening => ({
    ...happening,
    at: Math.max(0, happening.at + byMs),
  });
  return entry.type === "fact"
    ? { ...entry, fact: shiftTime(entry.fact) }
    : { ...entry, intent: shiftTime(entry.intent) };
}
