import type { BasicAdvice, BasicReversal, RedemptionRequest } from "@electrum-vouchers/core";
import { answerFields, type Approval, authorise, stateAfterApproval, wrongUser } from "./authorise.ts";
import type { Call } from "./call.ts";
import { findTransaction, findVoucher, happened, holds, nameOf, recordVoucher, voucherOf } from "./ledger.ts";
import type { RequestOperation } from "./operations.ts";
import { providerOf } from "./providers.ts";
import { asJson, failure, type Handled, unchanged } from "./response.ts";
import { bar, refuseAdvice, settle } from "./settle.ts";
import type { VoucherRecord, World } from "./world.ts";

/** POST /redemptions. There is no check for a repeated id: a voucher that was redeemed cannot be redeemed again anyway. */
export function redeemVoucher(world: World, message: RedemptionRequest, call: Call<RequestOperation>): Handled {
  const refused = wrongUser(world, call, message);
  if (refused !== undefined) return refused;
  const voucher = findVoucher(world, message.voucher.code);
  if (voucher === undefined || voucher.state === "PROVISIONED" || voucher.state === "REVERSED") {
    const freeString = "The voucher is unknown, or its provision is not confirmed.";
    return unchanged(world, failure(400, "VOUCHER_NOT_REDEEMABLE", message, { freeString }));
  }
  const known = findTransaction(world, { ...call, id: message.id });
  if (known?.state === "barred" || known?.state === "reversed") {
    const { reversalId = "" } = known;
    const failed = { id: message.id, originalId: reversalId };
    const freeString = "The redemption was reversed.";
    return unchanged(world, failure(400, "REDEMPTION_ALREADY_REVERSED", failed, { freeString, reversalId }));
  }
  if (voucher.state !== "CONFIRMED_PROVISIONED") {
    const answered = known?.voucherCode === voucher.voucher.code;
    return unchanged(
      world,
      failure(400, "VOUCHER_ALREADY_REDEEMED", message, {
        freeString: `The voucher is ${voucher.state}.`,
        ...(answered ? { voucher: asJson(voucher.voucher) } : {}),
      }),
    );
  }
  const provider = message.receiver === undefined ? voucher.provider : providerOf(message.receiver);
  return authorise(world, call, message, provider, (asked) =>
    take(asked, message, voucher, call, stateAfterApproval(asked, call, provider)),
  );
}

/** Brings the voucher into its new state, held by this transaction. */
export function take(
  world: World,
  message: RedemptionRequest,
  voucher: VoucherRecord,
  call: Call<RequestOperation>,
  state: VoucherRecord["state"],
): Approval {
  const holder = nameOf({ ...call, id: message.id });
  const amount = message.amounts?.requestAmount ?? voucher.value;
  return {
    world: recordVoucher(world, { ...voucher, state, holder }, happened(call.at, `${call.operation}: ${state}`)),
    voucher,
    response: {
      ...message,
      ...answerFields(world, message),
      ...(amount === undefined ? {} : { amounts: { ...message.amounts, approvedAmount: amount } }),
    },
  };
}

/** POST /redemptions/confirmations. A repeat cannot be told from a confirmation that comes too late. */
export function confirmRedeem(world: World, advice: BasicAdvice, call: Call<"confirmRedeem">): Handled {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  const voucher = voucherOf(world, known);
  switch (known?.state) {
    case "open":
    case "completed":
      if (voucher === undefined || holds(known, voucher)) return settle(world, known, advice, call, "confirmed");
      break;
    case "confirmed":
    case "reversed":
      break;
    default:
      return refuseAdvice(world, 404, "UNABLE_TO_LOCATE_RECORD", advice, neverRedeemed);
  }
  const freeString = `The voucher is ${voucher?.state ?? "unknown"}.`;
  return refuseAdvice(world, 400, "VOUCHER_NOT_REDEEMED", advice, { freeString });
}

/** POST /redemptions/reversals. A repeat is answered as if the redemption were unknown. */
export function reverseRedeem(world: World, advice: BasicReversal, call: Call<"reverseRedeem">): Handled {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  const voucher = voucherOf(world, known);
  switch (known?.state) {
    case "open":
    case "unknown":
    case "completed":
      if (voucher === undefined || holds(known, voucher)) return settle(world, known, advice, call, "reversed");
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
  return bar(world, known, advice, call, neverRedeemed);
}

const neverRedeemed = { freeString: "No voucher is redeemed by this request." };
