import type { BasicAdvice, BasicReversal, RefundRequest } from "@electrum-vouchers/core";
import { authorise, stateAfterApproval, refuseWrongUser } from "./authorise.ts";
import type { SwitchCall } from "./call.ts";
import { findTransaction, findVoucher, isHolder, voucherOf } from "./ledger.ts";
import type { SwitchRequestOperation } from "./operations.ts";
import { providerOf } from "./providers.ts";
import { transferVoucher } from "./redemption.ts";
import { finaliseByVoucher, hasStateAtTestServer } from "./test-server.ts";
import { crashResponse, createErrorResponse, type HandleResult, respondUnchanged } from "./response.ts";
import { repeatAcknowledgement, blockRequest, refuseAdvice, applyAdvice } from "./apply-advice.ts";
import type { VoucherState, World } from "./world.ts";

/** POST /refunds: only a confirmed redemption can be refunded. */
export function refundVoucher(
  world: World,
  message: RefundRequest,
  call: SwitchCall<SwitchRequestOperation>,
): HandleResult {
  const refused = refuseWrongUser(world, call, message);
  if (refused !== undefined) return refused;
  const known = findTransaction(world, { ...call, id: message.id });
  if (known?.state === "blocked" || known?.state === "reversed") {
    const { reversalId = "" } = known;
    const failed = { id: message.id, originalId: reversalId };
    const freeString = "The refund was reversed.";
    return respondUnchanged(
      world,
      createErrorResponse(400, "REFUND_ALREADY_REVERSED", failed, { freeString, reversalId }),
    );
  }
  const voucher = findVoucher(world, message.voucher.code);
  if (call.emulateTestServer && !hasStateAtTestServer(voucher)) {
    return respondUnchanged(world, crashResponse("the voucher has no state"));
  }
  if (voucher === undefined) {
    return respondUnchanged(
      world,
      createErrorResponse(400, "INVALID_VOUCHER", message, { freeString: "The voucher is unknown." }),
    );
  }
  if (voucher.state !== "CONFIRMED_REDEEMED") {
    const freeString = `The voucher is ${voucher.state}.`;
    return respondUnchanged(world, createErrorResponse(400, refusalByState[voucher.state], message, { freeString }));
  }
  const provider = message.receiver === undefined ? voucher.provider : providerOf(world, message.receiver);
  return authorise(world, call, message, provider, (asked) =>
    transferVoucher(asked, message, voucher, call, stateAfterApproval(asked, call, provider)),
  );
}

const refusalByState: Readonly<Record<Exclude<VoucherState, "CONFIRMED_REDEEMED">, string>> = {
  PROVISIONED: "VOUCHER_NOT_REDEEMED",
  CONFIRMED_PROVISIONED: "VOUCHER_NOT_REDEEMED",
  REVERSED: "VOUCHER_NOT_REDEEMED",
  REDEEMED: "REDEMPTION_NOT_CONFIRMED",
  REFUNDED: "VOUCHER_ALREADY_REFUNDED",
};

/** POST /refunds/confirmations: the voucher can be redeemed again. A repeat is refused. */
export function confirmRefund(world: World, advice: BasicAdvice, call: SwitchCall<"confirmRefund">): HandleResult {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  const voucher = voucherOf(world, known);
  const emulated = finaliseByVoucher(world, known, advice, call, "confirmed");
  if (emulated !== undefined) return emulated;
  switch (known?.state) {
    case "open":
    case "completed":
      if (voucher === undefined || isHolder(known, voucher))
        return applyAdvice(world, known, advice, call, "confirmed");
      break;
    case "confirmed":
    case "reversed":
      break;
    default:
      return refuseAdvice(world, 404, "UNABLE_TO_LOCATE_RECORD", advice, refundUnknown);
  }
  const freeString = `The voucher is ${voucher?.state ?? "unknown"}.`;
  return refuseAdvice(world, 400, "VOUCHER_NOT_REFUNDED", advice, { freeString });
}

/** POST /refunds/reversals. Electrum's documentation calls a repeat safe; its test server crashes on one. */
export function reverseRefund(world: World, advice: BasicReversal, call: SwitchCall<"reverseRefund">): HandleResult {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  const voucher = voucherOf(world, known);
  const emulated = finaliseByVoucher(world, known, advice, call, "reversed");
  if (emulated !== undefined) return emulated;
  switch (known?.state) {
    case "open":
    case "unknown":
    case "completed":
      if (voucher === undefined || isHolder(known, voucher)) return applyAdvice(world, known, advice, call, "reversed");
      break;
    case "reversed":
      return repeatAcknowledgement(world, { ...known, reversalId: advice.id }, advice, call);
    case "confirmed":
      return refuseAdvice(world, 400, "REFUND_ALREADY_CONFIRMED", advice, {
        freeString: "The refund was confirmed.",
        reversalId: advice.id,
      });
    default:
      break;
  }
  return blockRequest(world, known, advice, call, refundUnknown);
}

const refundUnknown = { freeString: "No voucher is refunded by this request." };
