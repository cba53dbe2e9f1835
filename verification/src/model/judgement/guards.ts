import { operations, sameJson } from "@electrum-vouchers/core";
import { requestOf } from "../../messages-of.ts";
import { type Activity, transactionOf } from "../till/activity.ts";
import type { Invariant } from "./invariants.ts";
import type { AdviceUnderWay, Message, RequestUnderWay } from "../network/network.ts";
import type { Ghosts } from "./ghosts.ts";
import { NOW } from "../time/time.ts";

/** What a request breaks that goes out now. `isStored`: the step that asked for it is durable. */
export function brokenByRequest(
  { outgoing, attempt }: RequestUnderWay,
  sender: Activity,
  isStored: boolean,
  sent: Ghosts,
): Invariant | undefined {
  const transaction = transactionOf(sender);
  if (!isStored) return "commitFirst";
  if ("deadlineAt" in transaction && NOW >= transaction.deadlineAt) return "onTime";
  if (attempt <= sent.attemptSent) return "sentOnce";
  if (sent.adviceSent !== undefined) return "nothingAfterAdvice";
  const original = requestOf(transaction);
  return original === undefined || sameJson(outgoing.message, original) ? undefined : "sameRequest";
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
