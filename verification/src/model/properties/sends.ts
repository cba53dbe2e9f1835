import { operations, type Transaction } from "@electrum-vouchers/core";
import { sameJson } from "@electrum-vouchers/testkit";
import { provisionRequest, refundRequest } from "../fixtures.ts";
import { type Activity, transactionOf } from "../till/activity.ts";
import type { Invariant } from "../../oracle/invariants.ts";
import type { AdviceInFlight, MessageInFlight, RequestInFlight } from "../network/network.ts";
import type { History } from "./history.ts";
import { NOW } from "../time/time.ts";

/** The invariant that a request breaks if it is sent now. `isStored`: the step that asked for it is durable. */
export function checkRequest(
  request: RequestInFlight,
  sender: Activity,
  isStored: boolean,
  { lastAttemptSent, adviceSent, hasSentRedemption }: History,
): Invariant | undefined {
  const transaction = transactionOf(sender);
  if (!isStored) return "commitFirst";
  if ("deadlineAt" in transaction && NOW >= transaction.deadlineAt) return "sentBeforeDeadline";
  if (request.attempt <= lastAttemptSent) return "sentOnce";
  if (adviceSent !== undefined) return "nothingAfterAdvice";
  if (!isAllowed(request, transaction, hasSentRedemption)) return "policyKept";
  return isOriginal(request, transaction) ? undefined : "sameRequest";
}

/** Whether the policy, the provider and the customer's patience allow this attempt. */
function isAllowed({ attempt }: RequestInFlight, transaction: Transaction, hasRedeemed: boolean): boolean {
  const { policy, at } = transaction.start;
  const { retries, provider, lookupRetries, customerWaitMs = Number.POSITIVE_INFINITY } = policy;
  if (transaction.kind === "provision") {
    return attempt === 0 || (attempt <= retries && provider.takesRetries && NOW < at + customerWaitMs);
  }
  // There is no retry of a refund, nor of a redemption.
  if (transaction.kind === "refund") return attempt === 0;
  if (!("round" in transaction)) return !hasRedeemed;
  const { firstAttempt, startedAt } = transaction.round;
  return attempt === firstAttempt || (attempt <= firstAttempt + lookupRetries && NOW < startedAt + customerWaitMs);
}

/** Whether it carries what the caller asked for, by the operation of this attempt. */
function isOriginal({ outgoing, attempt }: RequestInFlight, transaction: Transaction): boolean {
  const { operation, message } = outgoing;
  if (transaction.kind === "provision") {
    const isItsOperation = operation === (attempt === 0 ? "provisionVoucher" : "retryProvisionVoucher");
    return isItsOperation && sameJson(message, provisionRequest(transaction.start.policy.provider.name));
  }
  if (transaction.kind === "refund") {
    const { policy, request } = transaction.start;
    return (
      operation === "refundVoucher" && sameJson(message, refundRequest(policy.provider.name, request.voucher.code))
    );
  }
  return "redeem" in transaction
    ? operation === "redeemVoucher" && sameJson(message, transaction.redeem.request)
    : operation === "lookupVoucher" && sameJson(message, transaction.start.lookup);
}

/** The invariant that an advice breaks if it is sent now, while these messages are under way. */
export function checkAdvice(
  { outgoing }: AdviceInFlight,
  history: History,
  inFlight: readonly MessageInFlight[],
): Invariant | undefined {
  if (history.adviceSent !== undefined && !sameJson(history.adviceSent, outgoing)) return "oneAdvice";
  const isReversal = operations[outgoing.operation].kind === "reversal";
  return isReversal && inFlight.some(mayStillArrive) ? "reversalWaits" : undefined;
}

/** A request that can still take effect: not a copy, and not past its deadline. */
const mayStillArrive = (message: MessageInFlight): boolean =>
  message.type === "request" &&
  message.outgoing.operation !== "lookupVoucher" &&
  !message.isRepeat &&
  NOW < message.deadlineAt;
