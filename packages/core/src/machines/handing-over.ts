// The marks of handing over: what the customer was given is money, so it is written down before it leaves.
//
// Rules
// 1. Nothing is handed over before the end is decided: a voucher that is handed over stays good. So the transaction is completed, or it
//    is being confirmed, or its confirmation was acknowledged, is in dispute, or was settled as confirmed.
// 2. The mark is stored before the code is given out. So what was confirmed and never shown is known after a crash.
// 3. It is given out once. Again it is a copy, with a person's name and a reason. If the policy tracks printing, the till may have it again until it
//    says that it has printed; that is a copy as well.
// 4. A redacted transaction has nothing to give: a masked code is no voucher. It keeps its marks.

import { policyInForce } from "../policy-in-force.ts";
import { err, ok, type Result } from "neverthrow";
import type { JsonObject } from "../json.ts";
import type {
  ConfirmProvision,
  ConfirmRedemption,
  HandedOver,
  HandOverIntent,
  NothingToHandOver,
  Printed,
  Refusal,
} from "../step.ts";
import { leavesChange } from "../change-voucher.ts";
import type { Confirming, Resolved, Reversing } from "./finalization-state.ts";
import type { AnyTransaction as Transaction } from "./any-transaction.ts";

/** What the rules look at, in a transaction and in its view. */
export interface EndToShow {
  readonly state: Transaction["state"];
  readonly start: { readonly redacted?: true };
  readonly finalizing?: { readonly state: (Confirming | Reversing)["state"] };
  readonly resolution?: { readonly resolution: Resolved["resolution"]["resolution"] };
}

/** Why there is nothing to hand over; `undefined` if there is. */
export function reasonAgainst(transaction: EndToShow): NothingToHandOver["reason"] | undefined {
  const reason = undecidedOrUndone(transaction);
  return reason === undefined && transaction.start.redacted === true ? "redacted" : reason;
}

/** As {@link reasonAgainst}, but for redaction. */
function undecidedOrUndone({ state, finalizing, resolution }: EndToShow): "undecided" | "undone" | undefined {
  switch (state) {
    case "completed":
    case "confirming":
    case "confirmed":
      return undefined;
    case "disputed":
      return finalizing?.state === "confirming" ? undefined : "undone";
    case "resolved":
      return finalizing?.state === "confirming" && resolution?.resolution === "confirmed" ? undefined : "undone";
    case "reversing":
    case "reversed":
    case "declined":
    case "abandoned":
      return "undone";
    case "requesting":
    case "waitingToRetry":
    case "issued":
    case "lookingUp":
    case "waitingToLookUp":
    case "lookupFailed":
    case "found":
    case "redeeming":
    case "redeemed":
    case "refunded":
      return "undecided";
  }
}

/** What was approved, if that stands. */
export function approvedResponse(transaction: Transaction): JsonObject | undefined {
  if ("approval" in transaction) return transaction.approval.response;
  return "finalizing" in transaction && "approval" in transaction.finalizing
    ? transaction.finalizing.approval.response
    : undefined;
}

/** Whether the customer has a voucher to get that was not handed over, or not printed as far as the till has said. */
export function awaitsHandOver(transaction: Transaction): boolean {
  if (reasonAgainst(transaction) !== undefined) return false;
  const owesVoucher =
    transaction.kind === "provision" || leavesChange(transaction, approvedResponse(transaction) ?? {});
  return owesVoucher && (transaction.handedOver === undefined || mayPrintAgain(transaction, transaction.handedOver));
}

/** The till is to say when it has printed, and has not. */
const mayPrintAgain = (transaction: Transaction, { printedAt }: HandedOver): boolean =>
  policyInForce(transaction).tracksPrinting && printedAt === undefined;

/** Marks that the customer is handed what there is, or that it was printed. */
export function markHandOver(
  transaction: Transaction,
  intent: HandOverIntent | Printed | ConfirmProvision | ConfirmRedemption,
): Result<Transaction, Refusal> {
  const { handedOver } = transaction;
  if (intent.type === "printed") {
    if (handedOver === undefined) return err({ type: "wrongState", intent: intent.type, state: transaction.state });
    if (handedOver.printedAt !== undefined) return ok(transaction);
    return ok(withMark(transaction, { ...handedOver, printedAt: intent.at }));
  }
  // A redacted journal has marks as well. `handOver` refuses to give a masked code.
  const reason = undecidedOrUndone(transaction);
  if (reason !== undefined) return err({ type: "nothingToHandOver", reason, state: transaction.state });
  const { by, at } = intent;
  if (handedOver === undefined)
    return ok(withMark(transaction, { ...(by === undefined ? {} : { by }), at, copies: 0 }));
  const isCopy = (intent.type === "handOver" && intent.copy !== undefined) || mayPrintAgain(transaction, handedOver);
  return isCopy
    ? ok(withMark(transaction, { ...handedOver, copies: handedOver.copies + 1 }))
    : err({ type: "alreadyHandedOver", handedOver });
}

const withMark = (transaction: Transaction, handedOver: HandedOver): Transaction => ({ ...transaction, handedOver });
