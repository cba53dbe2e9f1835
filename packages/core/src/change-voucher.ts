import type { JsonObject } from "./json.ts";
import type { Provision } from "./machines/provision-state.ts";
import type { Redemption } from "./machines/redemption-state.ts";
import { codeIn, namesAnother } from "./voucher-code.ts";

/** Whether the response to a redemption holds another voucher than was redeemed: what is left of its value. */
export const leavesChange = (transaction: Provision | Redemption, response: JsonObject): boolean =>
  transaction.kind === "redemption" && "redeem" in transaction
    ? namesAnother(transaction.redeem.request.voucher.code, codeIn(response))
    : false;
