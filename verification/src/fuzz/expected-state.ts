import type { Fact, Transaction } from "@electrum-vouchers/core";
import { ID } from "./messages.ts";
import { adviceIdOf } from "./fixtures.ts";
import { deriveAdviceOutcome, type ExpectedRequestOutcome, deriveOutcome } from "./expected-outcomes.ts";

/** What must become of a transaction, as far as a response decides it. */
export interface ExpectedState {
  readonly state: Transaction["state"];
  /** A voucher that came too late is listed for the operator. */
  readonly isLateApproval?: boolean;
}

/** The next state, written a second time from the protocol's tables. */
export function deriveState(transaction: Transaction, fact: Fact): ExpectedState {
  if (fact.type === "adviceResponse") return { state: afterAdvice(transaction, fact) };
  if (fact.type !== "response") return { state: transaction.state };
  switch (transaction.state) {
    case "requesting":
      return {
        state: isForCurrentAttempt(transaction, fact)
          ? afterProvision(transaction, outcomeAt(transaction, fact))
          : "requesting",
      };
    case "lookingUp":
      return {
        state: isForCurrentAttempt(transaction, fact)
          ? afterLookup(transaction, outcomeAt(transaction, fact))
          : "lookingUp",
      };
    case "redeeming":
      return {
        state:
          fact.attempt === transaction.redeem.attempt
            ? afterRedeem(transaction, outcomeAt(transaction, fact))
            : "redeeming",
      };
    case "declined":
    case "reversed":
    case "disputed":
      return { state: transaction.state, isLateApproval: isLateApproval(transaction, fact) };
    default:
      return { state: transaction.state };
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
): ExpectedState["state"] {
  const isCancelled = cancelledAt !== undefined;
  if (outcome === "declined") return attempt === 0 ? "declined" : "reversing";
  if (isCancelled) return "reversing";
  if (outcome === "approved") return policy.messaging === "single" ? "completed" : "issued";
  return policy.provider.takesRetries && attempt < policy.retries ? "waitingToRetry" : "reversing";
}

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
  if (outcome === "unknown" || cancelledAt !== undefined) return "reversing";
  return policy.messaging === "single" ? "completed" : "redeemed";
}

function isLateApproval(transaction: Transaction, fact: ResponseFact): boolean {
  const isForLookup = "redeem" in transaction && fact.attempt < transaction.redeem.attempt;
  return !isForLookup && deriveOutcome(operationOf(transaction), ID, fact) === "approved";
}

function afterAdvice(
  transaction: Transaction,
  fact: Extract<Fact, { type: "adviceResponse" }>,
): ExpectedState["state"] {
  const { state } = transaction;
  if ((state !== "confirming" && state !== "reversing") || fact.adviceId !== adviceIdOf(transaction)) return state;
  const { operation, message } = transaction.advice;
  switch (deriveAdviceOutcome(operation, message, fact)) {
    case "acknowledged":
      return state === "confirming" ? "confirmed" : "reversed";
    case "contradicted":
    case "refused":
      return "disputed";
    default:
      return state;
  }
}
