import type { JsonObject } from "./json.ts";
import type { AnyTransaction as Transaction } from "./machines/any-transaction.ts";
import type { Redemption } from "./machines/redemption-state.ts";
import type { Refund } from "./machines/refund-state.ts";
import type { RedemptionRequest } from "./messages/redemption.ts";
import type { RefundRequest } from "./messages/refund.ts";
import { codeIn, namesAnother } from "./voucher-code.ts";

/**
 * Whether the response to a redemption or a refund holds another voucher than the request: what a redemption leaves of the value, or what the
 * value is refunded to.
 */
export const leavesChange = (transaction: Transaction, response: JsonObject): boolean =>
  transaction.kind !== "provision" && namesAnother(codeIn(requestOf(transaction)), codeIn(response));

const requestOf = (transaction: Redemption | Refund): RedemptionRequest | RefundRequest | undefined =>
  transaction.kind === "refund"
    ? transaction.start.request
    : "redeem" in transaction
      ? transaction.redeem.request
      : undefined;
