// How Electrum's test server of 2019 finalises a redemption or a refund: by the state of the voucher alone.
//
// It keeps one state for each voucher code, and does not ask which transaction brought the voucher there. So an advice to a redemption
// that was reversed finalises another one that holds the voucher now. A switch that keeps a ledger does no such thing; this one does
// it for a request with `emulateTestServer` only.

import type { BasicAdvice } from "@electrum-vouchers/core";
import { applyAdvice, refuseAdvice } from "./apply-advice.ts";
import { lifecycle } from "./authorise.ts";
import type { SwitchCall } from "./call.ts";
import { historyEvent, recordVoucher, transactionKeyOf, voucherOf } from "./ledger.ts";
import type { SwitchAdviceOperation } from "./operations.ts";
import { crashResponse, type HandleResult, respondUnchanged } from "./response.ts";
import type { LedgerTransaction, VoucherRecord, World } from "./world.ts";

/** A voucher has a state there from the confirmation of its provision on. */
export const hasStateAtTestServer = (voucher: VoucherRecord | undefined): boolean =>
  voucher !== undefined && voucher.state !== "PROVISIONED" && voucher.state !== "REVERSED";

/**
 * Finalises as the test server does, or refuses as it does; `undefined` if it answers as the simulator does: it is not emulated, it
 * never approved the request, or a reversal meets a confirmation.
 */
export function finaliseByVoucher(
  world: World,
  known: LedgerTransaction | undefined,
  advice: BasicAdvice,
  call: SwitchCall<SwitchAdviceOperation>,
  state: "confirmed" | "reversed",
): HandleResult | undefined {
  const voucher = voucherOf(world, known);
  if (!call.emulateTestServer || known === undefined || voucher === undefined) return undefined;
  if (state === "reversed" && known.confirmationId !== undefined) return undefined;
  if (voucher.state === lifecycle[known.kind].approved) {
    const event = historyEvent(call.at, `${call.operation}: taken over`);
    const taken = recordVoucher(world, { ...voucher, holder: transactionKeyOf(known) }, event);
    return applyAdvice(taken, known, advice, call, state);
  }
  const freeString = `The voucher is ${voucher.state}.`;
  const refuse = (status: number, errorType: string): HandleResult =>
    refuseAdvice(world, status, errorType, advice, { freeString });
  if (state === "confirmed")
    return refuse(400, known.kind === "refund" ? "VOUCHER_NOT_REFUNDED" : "VOUCHER_NOT_REDEEMED");
  return known.kind === "refund"
    ? respondUnchanged(world, crashResponse("the refund was reversed before"))
    : refuse(404, "UNABLE_TO_LOCATE_RECORD");
}
