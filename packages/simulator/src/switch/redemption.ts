import type { BasicAdvice, BasicReversal, RedemptionRequest } from "@electrum-vouchers/core";
import { responseFields, type ApprovalResult, authorise, stateAfterApproval, refuseWrongUser } from "./authorise.ts";
import type { SwitchCall } from "./call.ts";
import {
  findTransaction,
  findVoucher,
  historyEvent,
  isHolder,
  transactionKeyOf,
  recordVoucher,
  voucherOf,
} from "./ledger.ts";
import type { SwitchRequestOperation } from "./operations.ts";
import { providerOf } from "./providers.ts";
import { asJson, createErrorResponse, type HandleResult, respondUnchanged } from "./response.ts";
import { blockRequest, refuseAdvice, applyAdvice } from "./apply-advice.ts";
import { receiptSlip, slipReference } from "./slip.ts";
import { finaliseByVoucher } from "./test-server.ts";
import type { VoucherRecord, World } from "./world.ts";

/** POST /redemptions. There is no check for a repeated id: a voucher that was redeemed cannot be redeemed again anyway. */
export function redeemVoucher(
  world: World,
  message: RedemptionRequest,
  call: SwitchCall<SwitchRequestOperation>,
): HandleResult {
  const refused = refuseWrongUser(world, call, message);
  if (refused !== undefined) return refused;
  const voucher = findVoucher(world, message.voucher.code);
  if (voucher === undefined || voucher.state === "PROVISIONED" || voucher.state === "REVERSED") {
    const freeString = "The voucher is unknown, or its provision is not confirmed.";
    return respondUnchanged(world, createErrorResponse(400, "VOUCHER_NOT_REDEEMABLE", message, { freeString }));
  }
  const known = findTransaction(world, { ...call, id: message.id });
  if (known?.state === "blocked" || known?.state === "reversed") {
    const { reversalId = "" } = known;
    const failed = { id: message.id, originalId: reversalId };
    const freeString = "The redemption was reversed.";
    return respondUnchanged(
      world,
      createErrorResponse(400, "REDEMPTION_ALREADY_REVERSED", failed, { freeString, reversalId }),
    );
  }
  if (voucher.state !== "CONFIRMED_PROVISIONED") {
    const isOwnRepeat = known?.voucherCode === voucher.voucher.code;
    return respondUnchanged(
      world,
      createErrorResponse(400, "VOUCHER_ALREADY_REDEEMED", message, {
        freeString: `The voucher is ${voucher.state}.`,
        ...(isOwnRepeat ? { voucher: asJson(voucher.voucher) } : {}),
      }),
    );
  }
  const provider = message.receiver === undefined ? voucher.provider : providerOf(world, message.receiver);
  return authorise(world, call, message, provider, (asked) =>
    transferVoucher(asked, message, voucher, call, stateAfterApproval(asked, call, provider)),
  );
}

/** Brings the voucher into its new state, and makes this transaction its holder. */
export function transferVoucher(
  world: World,
  message: RedemptionRequest,
  voucher: VoucherRecord,
  call: SwitchCall<SwitchRequestOperation>,
  state: VoucherRecord["state"],
): ApprovalResult {
  const holder = transactionKeyOf({ ...call, id: message.id });
  const amount = message.amounts?.requestAmount ?? voucher.value;
  return {
    world: recordVoucher(world, { ...voucher, state, holder }, historyEvent(call.at, `${call.operation}: ${state}`)),
    voucher,
    response: {
      ...message,
      ...responseFields(world, message),
      ...(amount === undefined ? {} : { amounts: { ...message.amounts, approvedAmount: amount } }),
      slipData: receiptSlip(call.kind === "refund" ? "REFUND" : "REDEMPTION", amount, slipReference(world)),
    },
  };
}

/** POST /redemptions/confirmations. A repeat cannot be told from a confirmation that comes too late. */
export function confirmRedeem(world: World, advice: BasicAdvice, call: SwitchCall<"confirmRedeem">): HandleResult {
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
      return refuseAdvice(world, 404, "UNABLE_TO_LOCATE_RECORD", advice, redemptionUnknown);
  }
  const freeString = `The voucher is ${voucher?.state ?? "unknown"}.`;
  return refuseAdvice(world, 400, "VOUCHER_NOT_REDEEMED", advice, { freeString });
}

/** POST /redemptions/reversals. The response to a repeat is the same as for an unknown redemption. */
export function reverseRedeem(world: World, advice: BasicReversal, call: SwitchCall<"reverseRedeem">): HandleResult {
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
    case "confirmed":
      return refuseAdvice(world, 400, "REDEMPTION_ALREADY_CONFIRMED", advice, {
        freeString: "The redemption was confirmed.",
        confirmationId: known.confirmationId ?? "",
        voucherId: known.id,
        reversalId: advice.id,
      });
    default:
      break;
  }
  return blockRequest(world, known, advice, call, redemptionUnknown);
}

const redemptionUnknown = { freeString: "No voucher is redeemed by this request." };
