import type { Entry, Fact, HttpResponse, JsonObject, ReconciliationItem, Transaction } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";

// What a till promises, written a second time and independently: not by the code that has to keep it.

/** What the till has decided about a transaction. */
export type DecidedIntent = "confirm" | "cancel";

/** States in which a customer may be given the voucher. */
export const mayHandOver = ({ kind, state }: Transaction): boolean =>
  kind === "provision" && ["confirming", "confirmed", "completed"].includes(state);

export const hasEnded = ({ state }: Transaction): boolean =>
  ["completed", "confirmed", "reversed", "declined", "abandoned", "resolved"].includes(state);

/** Whether no other transaction may take what this one has taken: its voucher, or its place as the only open sale of its kind. */
export function holdsKey(transaction: Transaction): boolean {
  // A refund that stands has taken a part of its redemption for good.
  if (transaction.kind === "refund")
    return (
      transaction.start.request.redemptionId !== undefined &&
      !["declined", "reversed"].includes(finalStateOf(transaction))
    );
  const isOpen =
    ["requesting", "waitingToRetry", "issued", "redeeming", "redeemed", "reversing"].includes(transaction.state) ||
    (transaction.state === "disputed" && transaction.finalizing.state === "reversing");
  if (transaction.kind === "provision") return isOpen && transaction.start.exclusive === true;
  return isOpen && "redeem" in transaction && transaction.redeem.override === undefined;
}

/** The state in the end. If the operator resolved the transaction outside the protocol, the resolution counts. */
export const finalStateOf = (transaction: Transaction): Transaction["state"] =>
  transaction.state === "resolved" ? transaction.resolution.resolution : transaction.state;

/** An operator wants the advice not to be sent for now. */
export const isHeld = (transaction: Transaction): boolean => "held" in transaction && transaction.held !== undefined;

/** The time to decide is over, and nothing was reversed. */
export const isOverdue = (transaction: Transaction): boolean =>
  "overdueAt" in transaction && transaction.overdueAt !== undefined;

/** An operator has something to do: a dispute, an item that is open, an advice that is held, or a decision that is overdue. */
export const requiresAttention = (transaction: Transaction): boolean =>
  transaction.state === "disputed" ||
  isHeld(transaction) ||
  isOverdue(transaction) ||
  transaction.reconciliation.some((item) => !("settled" in item));

/** Whether the state goes against a decision that the till accepted. */
export const contradicts = (decision: DecidedIntent, { state }: Transaction): boolean =>
  contradictingStates[decision].includes(state);

const contradictingStates: Readonly<Record<DecidedIntent, readonly Transaction["state"][]>> = {
  confirm: ["reversing", "reversed", "declined", "abandoned"],
  cancel: ["issued", "redeemed", "refunded", "confirming", "confirmed", "completed"],
};

/** Whether a decision that the till accepted is done, once nothing is under way any more. */
export const isFulfilled = (decision: DecidedIntent, transaction: Transaction): boolean =>
  fulfillingStates[decision].includes(finalStateOf(transaction));

const fulfillingStates: Readonly<Record<DecidedIntent, readonly Transaction["state"][]>> = {
  confirm: ["confirmed"],
  cancel: ["reversed", "declined", "abandoned"],
};

/** Why the operator must look at a transaction that was `before`, and to which this happened. */
export function expectedReconciliation(
  before: Transaction,
  entry: Entry,
  after: Transaction,
): readonly ReconciliationItem["reason"][] {
  if (entry.type !== "fact") return [];
  const { fact } = entry;
  const takesNoReversals = after.state === "reversed" && !after.start.policy.provider.takesReversals;
  const isLate =
    ["declined", "reversed", "disputed"].includes(before.state) && findApproval(before, fact) !== undefined;
  const isConfirmedNow = before.state === "confirming" && after.state === "confirmed";
  const isAmbiguous = isConfirmedNow && fact.type === "adviceResponse" && saysNotRedeemed(fact);
  const isReversedNow = before.state === "reversing" && after.state === "reversed";
  const isLost = isReversedNow && fact.type === "adviceResponse" && saysNotLocated(fact) && isDoubtful(before, fact);
  return [
    ...(takesNoReversals ? (["providerTakesNoReversals"] as const) : []),
    ...(isLost ? (["reversalNotFound"] as const) : []),
    ...(isLate ? (["lateApproval"] as const) : []),
    ...(isAmbiguous ? (["confirmationAmbiguous"] as const) : []),
  ];
}

/** Whether Electrum says that it does not know what is reversed. */
const saysNotLocated = ({ status, body }: HttpResponse): boolean =>
  (status === 404 && !body.includes("_ALREADY_")) || body.includes('"UNABLE_TO_LOCATE_RECORD"');

type AdviceResponse = Extract<Fact, { type: "adviceResponse" }>;

/** Whether there was something to reverse, or a gateway may have responded. */
const isDoubtful = (before: Extract<Transaction, { state: "reversing" }>, fact: AdviceResponse): boolean => {
  const wasApproved = before.lateApproval !== undefined || before.advice.message.reversalReason === "CANCELLED";
  return fact.body === "" || (wasApproved && (fact.repeats ?? 0) === 0);
};

const saysNotRedeemed = ({ body }: HttpResponse): boolean =>
  body.includes('"VOUCHER_NOT_REDEEMED"') || body.includes('"VOUCHER_NOT_REFUNDED"');

/** The approval that stands, or that the entry brings in time. */
export function approvalOf(before: Transaction, entry: Entry): JsonObject | undefined {
  if ("approval" in before) return before.approval.response;
  const isInTime = entry.type === "fact" && "deadlineAt" in before && entry.fact.at <= before.deadlineAt;
  return isInTime ? findApproval(before, entry.fact) : undefined;
}

/** The approval of what the transaction is about, if the fact brings one. The response to a lookup is no approval. */
function findApproval(transaction: Transaction, fact: Fact): JsonObject | undefined {
  const firstAttempt = "redeem" in transaction ? transaction.redeem.attempt : 0;
  if (fact.type !== "response" || fact.status > 202 || fact.attempt < firstAttempt) return undefined;
  const body = parseJson(fact.body);
  if (!isJsonObject(body) || body["id"] !== transaction.id || body["errorType"] !== undefined) return undefined;
  const { voucher } = body;
  const hasCode = isJsonObject(voucher) && typeof voucher["code"] === "string";
  return transaction.kind !== "provision" || hasCode ? body : undefined;
}
