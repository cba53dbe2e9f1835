import { operations, sameJson, type Transaction } from "@electrum-vouchers/core";
import { provisionRequest } from "../fixtures.ts";
import { type Activity, transactionOf } from "../till/activity.ts";
import type { Invariant } from "./invariants.ts";
import type { AdviceUnderWay, Message, RequestUnderWay } from "../network/network.ts";
import type { Ghosts } from "./ghosts.ts";
import { NOW } from "../time/time.ts";

/** What a request breaks that goes out now. `isStored`: the step that asked for it is durable. */
export function brokenByRequest(
  request: RequestUnderWay,
  sender: Activity,
  isStored: boolean,
  { attemptSent, adviceSent, hasRedeemed }: Ghosts,
): Invariant | undefined {
  const transaction = transactionOf(sender);
  if (!isStored) return "commitFirst";
  if ("deadlineAt" in transaction && NOW >= transaction.deadlineAt) return "onTime";
  if (request.attempt <= attemptSent) return "sentOnce";
  if (adviceSent !== undefined) return "nothingAfterAdvice";
  if (!isAllowed(request, transaction, hasRedeemed)) return "policyKept";
  return isOriginal(request, transaction) ? undefined : "sameRequest";
}

/** Whether the policy, the provider and the customer's patience allow this attempt. */
function isAllowed({ attempt }: RequestUnderWay, transaction: Transaction, hasRedeemed: boolean): boolean {
  const { policy, at } = transaction.start;
  const { retries, provider, lookupRepeats, customerWaitMs = Number.POSITIVE_INFINITY } = policy;
  if (transaction.kind === "provision") {
    return attempt === 0 || (attempt <= retries && provider.takesRetries && NOW < at + customerWaitMs);
  }
  // There is no retry of a redemption.
  if (!("round" in transaction)) return !hasRedeemed;
  const { firstAttempt, startedAt } = transaction.round;
  return attempt === firstAttempt || (attempt <= firstAttempt + lookupRepeats && NOW < startedAt + customerWaitMs);
}

/** Whether it carries what the till has asked for, by the operation that is for this attempt. */
function isOriginal({ outgoing, attempt }: RequestUnderWay, transaction: Transaction): boolean {
  const { operation, message } = outgoing;
  if (transaction.kind === "provision") {
    const isItsOperation = operation === (attempt === 0 ? "provisionVoucher" : "retryProvisionVoucher");
    return isItsOperation && sameJson(message, provisionRequest(transaction.start.policy.provider.name));
  }
  return "redeem" in transaction
    ? operation === "redeemVoucher" && sameJson(message, transaction.redeem.request)
    : operation === "lookupVoucher" && sameJson(message, transaction.start.lookup);
}

/** What an advice breaks that goes out now, with these messages under way. */
export function brokenByAdvice(
  { outgoing }: AdviceUnderWay,
  sent: Ghosts,
  underWay: readonly Message[],
): Invariant | undefined {
  if (sent.adviceSent !== undefined && !sameJson(sent.adviceSent, outgoing)) return "oneAdvice";
  const isReversal = operations[outgoing.operation].kind === "reversal";
  return isReversal && underWay.some(mayStillArrive) ? "reversalWaits" : undefined;
}

/** A request that can take effect, itself and no copy of it, whose time is not over. */
const mayStillArrive = (message: Message): boolean =>
  message.type === "request" &&
  message.outgoing.operation !== "lookupVoucher" &&
  !message.isRepeat &&
  NOW < message.deadlineAt;
