import type { Entry, Fact, Transaction } from "@electrum-vouchers/core";
import { CODE, ID } from "./messages.ts";
import { adviceIdOf } from "./fixtures.ts";
import {
  deriveAdviceOutcome,
  type ExpectedRequestOutcome,
  deriveOutcome,
  ownField,
  parseObject,
  textField,
} from "./expected-outcomes.ts";

/** What must become of a transaction, as far as a response decides it. */
export interface ExpectedState {
  readonly state: Transaction["state"];
  /** What is listed for the operator, if it is not yet. */
  readonly items?: readonly Reason[];
  /** A reversal goes on, and the approval that came too late is kept. */
  readonly keepsLateApproval?: boolean;
}

type Reason = Transaction["reconciliation"][number]["reason"];

/** The next state, written a second time from the protocol's tables. `journal` is what has happened so far. */
export function deriveState(transaction: Transaction, fact: Fact, journal: readonly Entry[]): ExpectedState {
  if (fact.type === "adviceResponse") return afterAdvice(transaction, fact);
  const { state } = transaction;
  if (fact.type !== "response") return { state };
  switch (state) {
    case "requesting":
      return isForCurrentAttempt(transaction, fact)
        ? withAmountCheck(afterProvision(transaction, outcomeAt(transaction, fact), journal), fact)
        : { state };
    case "lookingUp":
      return {
        state: isForCurrentAttempt(transaction, fact) ? afterLookup(transaction, outcomeAt(transaction, fact)) : state,
      };
    case "redeeming":
      return fact.attempt === transaction.redeem.attempt
        ? withAmountCheck(afterRedeem(transaction, outcomeAt(transaction, fact)), fact)
        : { state };
    case "declined":
    case "reversed":
    case "disputed":
      return { state, items: isApproval(transaction, fact) ? ["lateApproval"] : [] };
    case "reversing":
      if (transaction.lateApproval === undefined) return { state, keepsLateApproval: isApproval(transaction, fact) };
      return { state, items: secondVoucher(transaction, fact) };
    case "issued":
    case "redeemed":
    case "completed":
    case "confirming":
    case "confirmed":
      return { state, items: secondVoucher(transaction, fact) };
    default:
      return { state };
  }
}

type ResponseFact = Extract<Fact, { type: "response" }>;
type InState<State extends Transaction["state"]> = Extract<Transaction, { state: State }>;

const isForCurrentAttempt = ({ attempt }: { readonly attempt: number }, fact: ResponseFact): boolean =>
  fact.attempt === attempt;

/** After the deadline no response counts, whatever it says. */
function outcomeAt(
  transaction: InState<"requesting" | "lookingUp" | "redeeming">,
  fact: ResponseFact,
): ExpectedRequestOutcome {
  if (fact.at > transaction.deadlineAt) return "unknown";
  return deriveOutcome(operationOf(transaction), ID, fact);
}

function operationOf(transaction: Transaction): "provisionVoucher" | "lookupVoucher" | "redeemVoucher" {
  if (transaction.kind === "provision") return "provisionVoucher";
  return transaction.state === "lookingUp" ? "lookupVoucher" : "redeemVoucher";
}

function afterProvision(
  { attempt, cancelledAt, start: { policy } }: InState<"requesting">,
  outcome: ExpectedRequestOutcome,
  journal: readonly Entry[],
): ExpectedState["state"] {
  const isCancelled = cancelledAt !== undefined;
  if (outcome === "declined") return attempt === 0 ? "declined" : "reversing";
  if (isCancelled) return "reversing";
  if (outcome === "approved") return policy.messaging === "single" ? "completed" : "issued";
  // Of all responses, two that are not Electrum's are enough: a firewall must not cost the customer the whole wait.
  const foreign = countForeign(journal) + (outcome === "foreign" ? 1 : 0);
  return policy.provider.takesRetries && attempt < policy.retries && foreign < 2 ? "waitingToRetry" : "reversing";
}

/** How many responses to the requests so far were not Electrum's. No fixture's response came after its deadline. */
const countForeign = (journal: readonly Entry[]): number =>
  journal.filter(
    (entry) =>
      entry.type === "fact" &&
      entry.fact.type === "response" &&
      deriveOutcome("provisionVoucher", ID, entry.fact) === "foreign",
  ).length;

function afterLookup(
  { attempt, round, start: { policy } }: InState<"lookingUp">,
  outcome: ExpectedRequestOutcome,
): ExpectedState["state"] {
  if (outcome === "approved") return "found";
  if (outcome === "declined") return "lookupFailed";
  return attempt - round.firstAttempt < policy.lookupRetries ? "waitingToLookUp" : "lookupFailed";
}

/** There is no retry: an unknown outcome leads to a reversal. */
function afterRedeem(
  { cancelledAt, start: { policy } }: InState<"redeeming">,
  outcome: ExpectedRequestOutcome,
): ExpectedState["state"] {
  if (outcome === "declined") return "declined";
  if (outcome !== "approved" || cancelledAt !== undefined) return "reversing";
  return policy.messaging === "single" ? "completed" : "redeemed";
}

/** Whether a response to the request, at whatever time, approves it. A late response to the lookup says nothing of it. */
function isApproval(transaction: Transaction, fact: ResponseFact): boolean {
  const isForLookup = "redeem" in transaction && fact.attempt < transaction.redeem.attempt;
  return !isForLookup && deriveOutcome(operationOf(transaction), ID, fact) === "approved";
}

/** Every fixture was approved with the one voucher. */
function secondVoucher(transaction: Transaction, fact: ResponseFact): readonly Reason[] {
  const voucher = ownField(parseObject(fact.body) ?? {}, "voucher");
  const code = typeof voucher === "object" && voucher !== null ? textField(voucher, "code") : undefined;
  const isAnother = code !== undefined && code !== "" && code !== CODE;
  return isAnother && isApproval(transaction, fact) ? ["secondVoucher"] : [];
}

/** An approval for more than the fixtures ask for, or in another currency, is for the operator. */
function withAmountCheck(state: ExpectedState["state"], { body }: ResponseFact): ExpectedState {
  if (state !== "issued" && state !== "redeemed" && state !== "completed") return { state };
  const amounts = ownField(parseObject(body) ?? {}, "amounts");
  const approved = isRecord(amounts) ? ownField(amounts, "approvedAmount") : undefined;
  if (!isRecord(approved)) return { state };
  const amount = ownField(approved, "amount");
  const currency = textField(approved, "currency");
  if (typeof amount !== "number" || !Number.isFinite(amount) || currency === undefined) return { state };
  return { state, items: amount > 5_000 || currency !== "710" ? ["approvedOtherAmount"] : [] };
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function afterAdvice(transaction: Transaction, fact: Extract<Fact, { type: "adviceResponse" }>): ExpectedState {
  const { state } = transaction;
  if ((state !== "confirming" && state !== "reversing") || fact.adviceId !== adviceIdOf(transaction)) return { state };
  const { operation, message } = transaction.advice;
  const outcome = deriveAdviceOutcome(operation, message, fact);
  if (outcome === "contradicted" || outcome === "refused") return { state: "disputed" };
  if (outcome === "repeat" || outcome === "halt") return { state };
  const since = state === "reversing" ? transaction.notBefore : transaction.decision.at;
  const isUnnamed = outcome.startsWith("unnamed ");
  if (isUnnamed && fact.at - since < transaction.start.policy.unnamedRepeatMs) return { state };
  const unnamed: readonly Reason[] = outcome === "unnamed unnamed" ? ["acknowledgedUnnamed"] : [];
  if (state === "confirming") {
    const ambiguous: readonly Reason[] = outcome === "acknowledged notRedeemed" ? ["confirmationAmbiguous"] : [];
    return { state: "confirmed", items: [...ambiguous, ...unnamed] };
  }
  const { takesReversals } = transaction.start.policy.provider;
  const isLost =
    outcome === "unnamed notFound" || (outcome === "acknowledged notFound" && wasApproved(transaction, fact));
  return {
    state: "reversed",
    items: [
      ...(takesReversals ? [] : (["providerTakesNoReversals"] as const)),
      ...(isLost ? (["reversalNotFound"] as const) : []),
      ...unnamed,
    ],
  };
}

/** There was something to undo, and no earlier delivery can have undone it. */
const wasApproved = (
  { advice, lateApproval }: InState<"reversing">,
  { repeats = 0 }: Extract<Fact, { type: "adviceResponse" }>,
): boolean =>
  repeats === 0 &&
  (lateApproval !== undefined || ("reversalReason" in advice.message && advice.message.reversalReason === "CANCELLED"));
