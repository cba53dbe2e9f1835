// What only one transaction may hold at a time.
//
// Rules
// 1. A voucher is redeemed by one open redemption: it holds its code from `redeem` on. The till may want one open sale of a kind as well.
//    Of one redemption there is one open refund: see rule 5.
// 2. What is held is held until nothing can go wrong by a second one: until the till has confirmed, or the transaction has ended.
// 3. Only the step that first takes something can be refused for it: a redeem, or a start. No fact, confirm, cancel or advice ever is.
// 4. The caller may override a refusal, with a person's name and a reason. That transaction then holds nothing, and the other one goes on.
//    A refund cannot be overridden.
// 5. The refunds of a redemption are numbered, and each holds its number as long as it counts: until it is declined or reversed, and for
//    ever if it is not. `refundable.ts` says why.
//
// What it does not know: the key that a store is given. It is made outside, of a text that may hold a voucher's code (`exclusiveTextOf`).

import type { Uuid } from "./messages/uuid.ts";
import { counts } from "./refundable.ts";
import type { Transaction } from "./transaction.ts";

/** Whether the transaction holds what it took. If the step before it did and this one does not, the store's key is cleared. */
export function holdsExclusively(transaction: Transaction): boolean {
  if (transaction.kind === "provision") return transaction.start.exclusive === true && isUndecided(transaction);
  if (transaction.kind === "refund") return transaction.start.request.redemptionId !== undefined && counts(transaction);
  return "redeem" in transaction && transaction.redeem.override === undefined && isUndecided(transaction);
}

/** Whether it is open, and the till has not confirmed. */
function isUndecided(transaction: Transaction): boolean {
  switch (transaction.state) {
    case "completed":
    case "declined":
    case "abandoned":
    case "confirming":
    case "confirmed":
    case "reversed":
    case "resolved":
      return false;
    case "disputed":
      return transaction.finalizing.state === "reversing";
    default:
      return true;
  }
}

/** What a redemption takes: equal texts for equal vouchers. It is a secret, to be hashed under another. */
export const exclusiveTextOf = (voucherCode: string): string => `redemption ${voucherCode}`;

/** What the refund of this number takes, of a redemption's refunds. */
export const refundTextOf = (redemptionId: Uuid, number: number): string =>
  `refund ${number} of ${redemptionId.toLowerCase()}`;
