import {
  type Answer,
  decide,
  type Entry,
  type Fact,
  type Instant,
  type Intent,
  observe,
  type Policy,
  policy,
  startProvision,
  startRedemption,
  stellr,
  type Transaction,
  wake,
} from "@electrum-vouchers/core";
import {
  answerOf,
  CODE,
  CONFIRMATION_ID,
  errorDetail,
  ID,
  lookupResponse,
  provisionRequest,
  provisionResponse,
  redemptionRequest,
  redemptionResponse,
  REVERSAL_ID,
} from "./messages.ts";

/** A transaction that a hostile answer may meet, and how it came about. */
export interface Situation {
  readonly transaction: Transaction;
  readonly journal: readonly Entry[];
}

/** When everything happens: moments matter to the machines only as before or after a deadline. */
export const NOW: Instant = 1_000;

const policies: readonly Policy[] = [
  policyOf({ retries: 1, lookupRepeats: 1, decisionDeadlineMs: 1_000 }),
  policyOf({ messaging: "single", retries: 0, lookupRepeats: 0 }),
  policyOf({ provider: stellr }),
];

function policyOf(choices: Partial<Policy>): Policy {
  return policy(choices).match(
    (made) => made,
    (faults) => {
      throw new Error(JSON.stringify(faults));
    },
  );
}

const answers: readonly Answer[] = [
  answerOf(201, provisionResponse),
  answerOf(201, redemptionResponse),
  answerOf(200, lookupResponse),
  answerOf(400, errorDetail("INVALID_AMOUNT", ID)),
  answerOf(503, errorDetail("UPSTREAM_UNAVAILABLE", ID)),
];

const settlingAnswers: readonly Answer[] = [
  { status: 202, body: "" },
  answerOf(400, errorDetail("FORMAT_ERROR", ID)),
  answerOf(404, errorDetail("UNABLE_TO_LOCATE_RECORD", ID)),
];

const intents: readonly Intent[] = [
  { type: "confirm", tenders: [], at: NOW },
  { type: "confirm", at: NOW },
  { type: "cancel", at: NOW },
  { type: "redeem", request: redemptionRequest, at: NOW },
  { type: "lookUp", at: NOW },
  { type: "resend", at: NOW },
  { type: "resolve", as: "confirmed", by: "Thandi", why: "seen live", at: NOW },
];

/** Everything ordinary that may happen next. */
function ordinaryEntries(transaction: Transaction): readonly Entry[] {
  const attempt = attemptOf(transaction);
  const facts: readonly Fact[] = [
    ...answers.map((answer): Fact => ({ type: "reply", attempt, at: NOW, ...answer })),
    { type: "silence", attempt, cause: "deadline", at: NOW },
    ...(["retry", "lookup", "decision"] as const).map((timer) =>
      wake({ type: "wakeAt", timer, attempt, at: NOW }, NOW),
    ),
    ...settlingAnswers.map(
      (answer): Fact => ({ type: "adviceAnswered", adviceId: adviceIdOf(transaction), at: NOW, ...answer }),
    ),
  ];
  return [
    ...facts.map((fact): Entry => ({ type: "fact", fact })),
    ...intents.map((intent): Entry => ({ type: "intent", intent })),
  ];
}

/** The attempt that a transaction waits for, or waited for last. */
export function attemptOf(transaction: Transaction): number {
  if ("attempt" in transaction) return transaction.attempt;
  if ("redeem" in transaction) return transaction.redeem.attempt;
  return "approval" in transaction ? transaction.approval.attempt : 0;
}

/** The advice that it owes, if any. */
export const adviceIdOf = (transaction: Transaction): string =>
  "advice" in transaction ? transaction.advice.message.id : ID;

/** Longer than any way to a state that is new. */
const MAX_STEPS = 12;

/** One transaction for each state in which the machines can be, under each policy. Found once, by walking all ordinary ways. */
export const allSituations = (): readonly Situation[] => {
  explored ??= explore();
  return explored;
};

let explored: readonly Situation[] | undefined;

function explore(): readonly Situation[] {
  const found = new Map<string, Situation>();
  let newest: readonly Situation[] = starts();
  for (let steps = 0; newest.length > 0; steps += 1) {
    if (steps > MAX_STEPS) throw new Error("the machines have no end of states");
    const fresh = newest.filter((situation) => !found.has(nameOf(situation)));
    for (const situation of fresh) if (!found.has(nameOf(situation))) found.set(nameOf(situation), situation);
    newest = fresh.flatMap(successors);
  }
  return [...found.values()];
}

function starts(): readonly Situation[] {
  return policies.flatMap((each) => {
    const ids = { confirmationId: CONFIRMATION_ID, reversalId: REVERSAL_ID, policy: each, at: 0 };
    const sale = { ...ids, request: provisionRequest };
    const redemption = { ...ids, id: ID, lookup: { voucherCode: CODE } };
    return [
      ...startProvision(sale).match(
        ({ transaction }) => [{ transaction, journal: [{ type: "provisionStarted", start: sale } as const] }],
        () => [],
      ),
      ...startRedemption(redemption).match(
        ({ transaction }) => [{ transaction, journal: [{ type: "redemptionStarted", start: redemption } as const] }],
        () => [],
      ),
    ];
  });
}

const successors = ({ transaction, journal }: Situation): readonly Situation[] =>
  ordinaryEntries(transaction).flatMap((entry) => {
    const after = applied(transaction, entry);
    return after === transaction ? [] : [{ transaction: after, journal: [...journal, entry] }];
  });

function applied(transaction: Transaction, entry: Entry): Transaction {
  if (entry.type === "fact") return observe(transaction, entry.fact).transaction;
  if (entry.type !== "intent") return transaction;
  return decide(transaction, entry.intent).match(
    (step) => step.transaction,
    () => transaction,
  );
}

/** What tells one situation from another. */
export function nameOf({ transaction }: Pick<Situation, "transaction">): string {
  const { kind, state, start, marks } = transaction;
  return [
    `${kind} ${state}`,
    ...("attempt" in transaction && transaction.attempt > 0 ? ["not the first attempt"] : []),
    ...("cancelledAt" in transaction ? ["cancelled"] : []),
    ...("doubt" in transaction ? ["in doubt"] : []),
    ...("decision" in transaction ? [`decided by ${transaction.decision.by}`] : []),
    ...("of" in transaction ? [`of ${transaction.of.state}`] : []),
    ...marks.map(({ reason }) => reason),
    `${start.policy.messaging} messaging`,
    start.policy.provider.name,
  ].join(", ");
}
