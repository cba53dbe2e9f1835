import {
  type HttpResponse,
  decide,
  type Entry,
  type Fact,
  type Instant,
  type Intent,
  observe,
  parseIntent,
  type Policy,
  parsePolicy,
  startProvision,
  startRedemption,
  stellr,
  type Transaction,
  timerFact,
} from "@electrum-vouchers/core";
import {
  toResponse,
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
export interface TransactionFixture {
  readonly transaction: Transaction;
  readonly journal: readonly Entry[];
}

/** When everything happens: moments matter to the machines only as before or after a deadline. */
export const FIXTURE_NOW: Instant = 1_000;

const policies: readonly Policy[] = [
  policyOf({ retries: 2, lookupRetries: 1, decisionDeadlineMs: 1_000 }),
  policyOf({ messaging: "single", retries: 0, lookupRetries: 0 }),
  policyOf({ provider: stellr }),
];

function policyOf(choices: Partial<Policy>): Policy {
  return parsePolicy(choices).match(
    (made) => made,
    (faults) => {
      throw new Error(JSON.stringify(faults));
    },
  );
}

const responses: readonly HttpResponse[] = [
  toResponse(201, provisionResponse),
  toResponse(201, redemptionResponse),
  toResponse(200, lookupResponse),
  toResponse(400, errorDetail("INVALID_AMOUNT", ID)),
  toResponse(503, errorDetail("UPSTREAM_UNAVAILABLE", ID)),
  { status: 403, body: "<html>blocked</html>" },
];

const adviceResponses: readonly HttpResponse[] = [
  toResponse(202, { requestId: ID }),
  toResponse(400, errorDetail("FORMAT_ERROR", ID)),
  toResponse(404, errorDetail("UNABLE_TO_LOCATE_RECORD", ID)),
];

const intents: readonly Intent[] = [
  { type: "confirm", tenders: [], at: FIXTURE_NOW },
  { type: "confirm", at: FIXTURE_NOW },
  { type: "cancel", at: FIXTURE_NOW },
  { type: "redeem", request: redemptionRequest, at: FIXTURE_NOW },
  { type: "lookUp", at: FIXTURE_NOW },
  { type: "paymentStarted", reference: "P-1", at: FIXTURE_NOW },
  { type: "hold", by: "Thandi", reason: "INC-4411", at: FIXTURE_NOW },
  { type: "unhold", by: "Thandi", reason: "INC-4411", at: FIXTURE_NOW },
  { type: "reconcile", outcome: "agrees", by: "Thandi", reason: "INC-4411", at: FIXTURE_NOW },
  { type: "resend", by: "Thandi", reason: "Electrum has mended it", at: FIXTURE_NOW },
  { type: "resolve", resolution: "confirmed", by: "Thandi", reason: "seen live", at: FIXTURE_NOW },
];

/** Everything ordinary that may happen next. */
function possibleEntries(transaction: Transaction): readonly Entry[] {
  const attempt = attemptOf(transaction);
  const facts: readonly Fact[] = [
    ...responses.map((response): Fact => ({ type: "response", attempt, at: FIXTURE_NOW, ...response })),
    { type: "noResponse", attempt, cause: "deadline", at: FIXTURE_NOW },
    ...(["retry", "lookup", "decision", "expiry"] as const).map((timer) =>
      timerFact({ type: "wakeAt", timer, attempt, at: FIXTURE_NOW }, FIXTURE_NOW),
    ),
    ...adviceResponses.map(
      (response): Fact => ({ type: "adviceResponse", adviceId: adviceIdOf(transaction), at: FIXTURE_NOW, ...response }),
    ),
    // A success that names no message counts only once it has come for longer than the policy waits.
    {
      type: "adviceResponse",
      adviceId: adviceIdOf(transaction),
      at: FIXTURE_NOW + 2 * transaction.start.policy.unnamedRepeatMs,
      status: 202,
      body: "",
    },
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
export const allFixtures = (): readonly TransactionFixture[] => {
  cachedFixtures ??= exploreStates();
  return cachedFixtures;
};

let cachedFixtures: readonly TransactionFixture[] | undefined;

function exploreStates(): readonly TransactionFixture[] {
  const found = new Map<string, TransactionFixture>();
  let newest: readonly TransactionFixture[] = starts();
  for (let steps = 0; newest.length > 0; steps += 1) {
    if (steps > MAX_STEPS) throw new Error("the machines have no end of states");
    const fresh = newest.filter((fixture) => !found.has(fixtureName(fixture)));
    for (const fixture of fresh) if (!found.has(fixtureName(fixture))) found.set(fixtureName(fixture), fixture);
    newest = fresh.flatMap(successors);
  }
  return [...found.values()];
}

function starts(): readonly TransactionFixture[] {
  return policies.flatMap((each) => {
    const ids = { confirmationId: CONFIRMATION_ID, reversalId: REVERSAL_ID, policy: each, at: 0 };
    const sale = { ...ids, request: provisionRequest };
    const redemption = { ...ids, id: ID, lookup: { voucherCode: CODE } };
    return [
      ...startProvision(sale).match(
        ({ transaction }) => [
          { transaction, journal: [{ type: "provisionStarted", start: transaction.start } as const] },
        ],
        () => [],
      ),
      ...startRedemption(redemption).match(
        ({ transaction }) => [
          { transaction, journal: [{ type: "redemptionStarted", start: transaction.start } as const] },
        ],
        () => [],
      ),
    ];
  });
}

const successors = ({ transaction, journal }: TransactionFixture): readonly TransactionFixture[] =>
  possibleEntries(transaction)
    .map(asCopied)
    .flatMap((entry) => {
      const after = applyEntry(transaction, entry);
      return after === transaction ? [] : [{ transaction: after, journal: [...journal, entry] }];
    });

/** A journal holds an intent as it was validated and copied. */
const asCopied = (entry: Entry): Entry =>
  entry.type === "intent" ? { ...entry, intent: parseIntent(entry.intent).unwrapOr(entry.intent) } : entry;

function applyEntry(transaction: Transaction, entry: Entry): Transaction {
  if (entry.type === "fact") return observe(transaction, entry.fact).transaction;
  if (entry.type !== "intent") return transaction;
  return decide(transaction, entry.intent).match(
    (step) => step.transaction,
    () => transaction,
  );
}

/** What tells one situation from another. */
export function fixtureName({ transaction }: Pick<TransactionFixture, "transaction">): string {
  const { kind, state, start, reconciliation } = transaction;
  return [
    `${kind} ${state}`,
    ...("attempt" in transaction && transaction.attempt > 0 ? ["not the first attempt"] : []),
    ...("cancelledAt" in transaction ? ["cancelled"] : []),
    ...("inDoubt" in transaction ? [`in doubt, ${transaction.inDoubt?.foreignResponses ?? 0} foreign`] : []),
    ...("lateApproval" in transaction ? ["approved late"] : []),
    ...("decision" in transaction ? [`decided by ${transaction.decision.by}`] : []),
    ...("finalizing" in transaction ? [`finalizing ${transaction.finalizing.state}`] : []),
    ...reconciliation.map(({ reason }) => reason),
    `${start.policy.messaging} messaging`,
    start.policy.provider.name,
  ].join(", ");
}
