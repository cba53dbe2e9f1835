// How much of a redemption may be refunded: no more than was redeemed, in all its refunds together, whatever number of processes try at once.
//
// Rules
// 1. A redemption of this outbox can be refunded if it stands: if it is completed, confirmed, or resolved as confirmed. All three are final,
//    so what was read of it stays true.
// 2. A refund *counts* unless it is declined or reversed. It counts from its start on, with what may become of it at most; once it is final,
//    with what became of it.
// 3. The refunds of a redemption are numbered from 1. Each takes its number as an exclusive key in the commit of its start, and holds it as long
//    as it counts. A refund may only take number n if it was seen that those of 1 to n - 1 are final, and count; and if their sum leaves room.
//
// Why that is checked in the commit
//   What is final and counts does so for ever, and holds its number for ever. So what was seen of 1 to n - 1 is still true when n is taken. No
//   other refund counts then: it would hold n, and the commit would be `taken`, or a later number, for which n must be held. Who comes second
//   gets the holder of n with the refusal, and so sees what it must count: if that is final, it goes on with n + 1; if it is open, a second
//   refund is refused. So no query is needed, and none can be out of date.
//
// Of a redemption that this outbox does not know, nothing but the one open refund is checked: it was redeemed elsewhere, or retention has deleted
// it. Electrum and the provider decide. Redaction keeps states and amounts, so a redacted redemption is checked like any other, but for its code.
// Retention deletes a refund with its number. What was refunded before then is no longer counted.

import { err, ok, type Result } from "neverthrow";
import { approvedAmountOf } from "./machines/amounts-check.ts";
import type { AnyTransaction as Transaction } from "./machines/any-transaction.ts";
import type { Approval, Confirming } from "./machines/finalization-state.ts";
import type { Redemption } from "./machines/redemption-state.ts";
import type { Refund } from "./machines/refund-state.ts";
import type { LedgerAmount } from "./messages/amounts.ts";
import type { RefundRequest } from "./messages/refund.ts";
import type { NotRefundable } from "./step.ts";
import { codeIn, namesAnother } from "./voucher-code.ts";

/** Whether the refund may have given the voucher back: it is neither declined nor reversed. */
export const counts = (refund: Refund): boolean =>
  refund.state !== "declined" &&
  refund.state !== "reversed" &&
  !(refund.state === "resolved" && refund.resolution.resolution === "reversed");

/** A redemption is refunded in a few parts. More are a mistake, and would make each start look at all of them. */
const MAX_REFUNDS = 100;

/**
 * Whether this may be refunded: `redeemed` is what the request's `redemptionId` names, `undefined` if the outbox does not know it, and
 * `earlier` are all its refunds that count.
 *
 * @example
 * checkRefundable(redemption, [], request).mapErr(({ reason, refundable }) => show(reason, refundable))
 */
export function checkRefundable(
  redeemed: Transaction | undefined,
  earlier: readonly Refund[],
  request: RefundRequest,
): Result<void, NotRefundable> {
  if (earlier.length >= MAX_REFUNDS) return refuse("tooMuch");
  if (redeemed === undefined) return ok();
  if (redeemed.kind !== "redemption") return refuse("noRedemption");
  const upheld = upheldOf(redeemed);
  if (upheld === undefined) return err({ type: "notRefundable", reason: "notRedeemed", state: redeemed.state });
  const isAnother = "redeem" in redeemed && namesAnother(codeIn(redeemed.redeem.request), request.voucher.code);
  if (isAnother) return refuse("otherVoucher");
  return checkSum(amountOf(upheld), earlier, request.amounts?.requestAmount);
}

/** An approval that stands, with what was asked for and what was confirmed. */
interface Upheld {
  readonly requested: LedgerAmount | undefined;
  readonly approval?: Approval;
  readonly advice?: Confirming["advice"];
}

function upheldOf(redemption: Redemption): Upheld | undefined {
  switch (redemption.state) {
    case "completed":
    case "confirmed":
      return { requested: redemption.redeem.request.amounts?.requestAmount, ...redemption };
    case "resolved":
      // Also of a reversal: the operator has found that it was redeemed after all.
      return redemption.resolution.resolution === "confirmed"
        ? {
            requested: redemption.redeem.request.amounts?.requestAmount,
            ...(redemption.finalizing.state === "confirming" ? redemption.finalizing : {}),
          }
        : undefined;
    default:
      return undefined;
  }
}

/** The final amount, as far as it is known: what was confirmed, else approved, else asked for. */
const amountOf = ({ requested, approval, advice }: Upheld): LedgerAmount | undefined =>
  advice?.message.amounts?.approvedAmount ??
  (approval === undefined ? undefined : approvedAmountOf(approval.response)) ??
  requested;

/** What a refund that counts takes of the redemption; `undefined` is all. */
function refundedBy(refund: Refund): LedgerAmount | undefined {
  const requested = refund.start.request.amounts?.requestAmount;
  const upheld = "finalizing" in refund ? refund.finalizing : refund;
  return amountOf({
    requested,
    ...("approval" in upheld ? { approval: upheld.approval } : {}),
    ...("approval" in upheld && "advice" in upheld ? { advice: upheld.advice } : {}),
  });
}

/** `wanted` is all if it is undefined. If it is not known how much was redeemed, Electrum decides about the sum; but all is refunded once. */
function checkSum(
  redeemed: LedgerAmount | undefined,
  earlier: readonly Refund[],
  wanted: LedgerAmount | undefined,
): Result<void, NotRefundable> {
  const refunded = earlier.map(refundedBy);
  if (redeemed === undefined)
    return refunded.includes(undefined) || (wanted === undefined && refunded.length > 0) ? refuse("tooMuch") : ok();
  const { amount, currency } = redeemed;
  // What was refunded in another currency, or to an extent that is not known, is taken for all.
  const sum = refunded.reduce((total, each) => total + (each?.currency === currency ? each.amount : amount), 0);
  const refundable: LedgerAmount = { amount: Math.max(0, amount - sum), currency };
  const asked = wanted ?? redeemed;
  return asked.currency === currency && asked.amount <= refundable.amount
    ? ok()
    : err({ type: "notRefundable", reason: "tooMuch", refundable });
}

const refuse = (reason: NotRefundable["reason"]): Result<never, NotRefundable> =>
  err({ type: "notRefundable", reason });
