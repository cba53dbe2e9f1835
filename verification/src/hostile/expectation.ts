import type { Fact, Transaction } from "@electrum-vouchers/core";
import { ID } from "./messages.ts";
import { adviceIdOf } from "./situations.ts";
import { acknowledgementOf, type Verdict, verdictOn } from "./verdict.ts";

/** What must become of a transaction, as far as other people's words can decide it. */
export interface Expectation {
  readonly state: Transaction["state"];
  /** A voucher that came too late is evidence for a person. */
  readonly isLateApproval?: boolean;
}

/** The next state, told once more from the protocol's tables. */
export function expectationOf(transaction: Transaction, fact: Fact): Expectation {
  if (fact.type === "adviceAnswered") return { state: afterAdvice(transaction, fact) };
  if (fact.type !== "reply") return { state: transaction.state };
  switch (transaction.state) {
    case "requesting":
      return {
        state: isWanted(transaction, fact) ? afterProvision(transaction, verdictAt(transaction, fact)) : "requesting",
      };
    case "lookingUp":
      return {
        state: isWanted(transaction, fact) ? afterLookup(transaction, verdictAt(transaction, fact)) : "lookingUp",
      };
    case "redeeming":
      return {
        state:
          fact.attempt === transaction.redeem.attempt
            ? afterRedeem(transaction, verdictAt(transaction, fact))
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

type Reply = Extract<Fact, { type: "reply" }>;
type In<State extends Transaction["state"]> = Extract<Transaction, { state: State }>;

const isWanted = ({ attempt }: { readonly attempt: number }, fact: Reply): boolean => fact.attempt === attempt;

/** After the deadline no answer counts, whatever it says. */
function verdictAt(transaction: In<"requesting" | "lookingUp" | "redeeming">, fact: Reply): Verdict {
  if (fact.at > transaction.deadlineAt) return "unknown";
  return verdictOn(operationOf(transaction), ID, fact);
}

function operationOf(transaction: Transaction): "provisionVoucher" | "lookupVoucher" | "redeemVoucher" {
  if (transaction.kind === "provision") return "provisionVoucher";
  return transaction.state === "lookingUp" ? "lookupVoucher" : "redeemVoucher";
}

function afterProvision(
  { attempt, cancelledAt, start: { policy } }: In<"requesting">,
  verdict: Verdict,
): Expectation["state"] {
  const isCancelled = cancelledAt !== undefined;
  if (verdict === "declined") return attempt === 0 ? "declined" : "reversing";
  if (isCancelled) return "reversing";
  if (verdict === "approved") return policy.messaging === "single" ? "completed" : "issued";
  return policy.provider.takesRetries && attempt < policy.retries ? "waitingToRetry" : "reversing";
}

function afterLookup({ attempt, round, start: { policy } }: In<"lookingUp">, verdict: Verdict): Expectation["state"] {
  if (verdict === "approved") return "found";
  if (verdict === "declined") return "notFound";
  return attempt - round.firstAttempt < policy.lookupRepeats ? "waitingToLookUp" : "notFound";
}

/** There is no retry: what is unknown is reversed. */
function afterRedeem({ cancelledAt, start: { policy } }: In<"redeeming">, verdict: Verdict): Expectation["state"] {
  if (verdict === "declined") return "declined";
  if (verdict === "unknown" || cancelledAt !== undefined) return "reversing";
  return policy.messaging === "single" ? "completed" : "redeemed";
}

function isLateApproval(transaction: Transaction, fact: Reply): boolean {
  const isOfLookup = "redeem" in transaction && fact.attempt < transaction.redeem.attempt;
  return !isOfLookup && verdictOn(operationOf(transaction), ID, fact) === "approved";
}

function afterAdvice(transaction: Transaction, fact: Extract<Fact, { type: "adviceAnswered" }>): Expectation["state"] {
  const { state } = transaction;
  if ((state !== "confirming" && state !== "reversing") || fact.adviceId !== adviceIdOf(transaction)) return state;
  const { operation, message } = transaction.advice;
  switch (acknowledgementOf(operation, message, fact)) {
    case "acknowledged":
      return state === "confirming" ? "confirmed" : "reversed";
    case "contradicted":
    case "refused":
      return "disputed";
    default:
      return state;
  }
}
