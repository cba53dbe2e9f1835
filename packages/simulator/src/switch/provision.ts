import type { BasicAdvice, BasicReversal, ProvisionRequest, ProvisionResponse, Voucher } from "@electrum-vouchers/core";
import { hashOf } from "../persistent-map.ts";
import {
  type ApprovalResult,
  responseFields,
  authorise,
  isFinalOnApproval,
  lifecycle,
  stateAfterApproval,
  refuseWrongUser,
} from "./authorise.ts";
import type { SwitchCall } from "./call.ts";
import { findTransaction, findVoucher, historyEvent, transactionKeyOf, recordVoucher, voucherOf } from "./ledger.ts";
import type { SwitchRequestOperation } from "./operations.ts";
import { providerOf } from "./providers.ts";
import {
  asJson,
  crashResponse,
  createErrorResponse,
  formatErrorResponse,
  type HandleResult,
  respondUnchanged,
} from "./response.ts";
import { slipReference, voucherSlip } from "./slip.ts";
import { repeatAcknowledgement, blockRequest, refuseAdvice, applyAdvice } from "./apply-advice.ts";
import { type LedgerTransaction, providerNamed, type VoucherRecord, type World } from "./world.ts";

/** POST /vouchers. A repeated id is always refused: `retryProvisionVoucher` is for that. */
export function provisionVoucher(
  world: World,
  message: ProvisionRequest,
  call: SwitchCall<SwitchRequestOperation>,
): HandleResult {
  const refused = refuseWrongUser(world, call, message);
  if (refused !== undefined) return refused;
  const known = findTransaction(world, { ...call, id: message.id });
  if (known?.state === "blocked") return refuseReversed(world, message, known);
  if (known !== undefined) return refuseDuplicate(world, message, known);
  const issued = issueVoucher(world, message, call, providerOf(world, message.receiver));
  return call.emulateTestServer && message.receiver === undefined
    ? { ...issued, response: crashResponse("the request names no receiver") }
    : issued;
}

/** POST /vouchers/{provisionId}/retry: returns the voucher that was issued, issues it now, or declines. */
export function retryProvisionVoucher(
  world: World,
  message: ProvisionRequest,
  call: SwitchCall<SwitchRequestOperation>,
  provisionId: string,
): HandleResult {
  const refused = refuseWrongUser(world, call, message);
  if (refused !== undefined) return refused;
  if (provisionId.toLowerCase() !== message.id.toLowerCase()) {
    return respondUnchanged(world, formatErrorResponse([{ field: "id", msg: "must be the id in the path" }]));
  }
  const known = findTransaction(world, { ...call, id: message.id });
  if (known?.state === "blocked" || known?.state === "reversed") return refuseReversed(world, message, known);
  // The original request is submitted again, to the same provider.
  const provider = known?.provider ?? providerOf(world, message.receiver);
  if (!providerNamed(world, provider).profile.takesRetries) {
    const freeString = `${provider} does not support retries.`;
    return respondUnchanged(world, createErrorResponse(400, "FUNCTION_NOT_SUPPORTED", message, { freeString }));
  }
  if (known === undefined || known.state === "unknown" || known.response === undefined)
    return issueVoucher(world, message, call, provider);
  const { status, body } = known.response;
  return respondUnchanged(world, { status: known.state === "declined" ? status : 200, body });
}

/** POST /vouchers/confirmations. The tenders, if there are some, decide nothing here. */
export function confirmVoucher(world: World, advice: BasicAdvice, call: SwitchCall<"confirmVoucher">): HandleResult {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  switch (known?.state) {
    case "open":
    case "completed":
      return applyAdvice(world, known, advice, call, "confirmed");
    case "confirmed": {
      const again = repeatAcknowledgement(world, { ...known, confirmationId: advice.id }, advice, call);
      return call.emulateTestServer ? { ...again, world: forceConfirmedProvisioned(again.world, known, call) } : again;
    }
    case "reversed":
      return refuseAdvice(world, 400, "VOUCHER_ALREADY_REVERSED", advice, {
        freeString: "The voucher was reversed.",
        reversalId: known.reversalId ?? "",
      });
    default:
      return refuseAdvice(world, 404, "UNABLE_TO_LOCATE_RECORD", advice, describeUnknownProvision(advice.requestId));
  }
}

/** POST /vouchers/reversals. */
export function reverseVoucher(world: World, advice: BasicReversal, call: SwitchCall<"reverseVoucher">): HandleResult {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  switch (known?.state) {
    case "open":
    case "unknown":
    case "completed":
      return isFinalOnApproval(world, call.user, known.provider)
        ? reverseFinal(world, known, advice, call)
        : applyAdvice(world, known, advice, call, "reversed");
    case "reversed":
      return repeatAcknowledgement(world, { ...known, reversalId: advice.id }, advice, call);
    case "confirmed":
      return refuseAdvice(world, 400, "VOUCHER_ALREADY_CONFIRMED", advice, {
        freeString: "The voucher was confirmed.",
        confirmationId: known.confirmationId ?? "",
        voucherId: known.id,
      });
    default:
      return blockRequest(world, known, advice, call, describeUnknownProvision(advice.requestId));
  }
}

/** If the voucher was live on approval, a customer may have redeemed it before its reversal came. */
function reverseFinal(
  world: World,
  known: LedgerTransaction,
  advice: BasicReversal,
  call: SwitchCall<"reverseVoucher">,
): HandleResult {
  const voucher = voucherOf(world, known);
  const isUnused = voucher === undefined || voucher.state === lifecycle.provision.confirmed;
  return isUnused || !providerNamed(world, known.provider).profile.takesReversals
    ? applyAdvice(world, known, advice, call, "reversed")
    : refuseAdvice(world, 400, "VOUCHER_ALREADY_REDEEMED", advice, { freeString: `The voucher is ${voucher.state}.` });
}

const describeUnknownProvision = (voucherId: string): { readonly freeString: string; readonly voucherId: string } => ({
  freeString: "No voucher was provisioned by this request.",
  voucherId,
});

function refuseReversed(world: World, message: ProvisionRequest, { reversalId = "" }: LedgerTransaction): HandleResult {
  const freeString = "The request was reversed.";
  const failed = { id: message.id, originalId: reversalId };
  return respondUnchanged(
    world,
    createErrorResponse(400, "VOUCHER_ALREADY_REVERSED", failed, { freeString, reversalId }),
  );
}

function refuseDuplicate(world: World, message: ProvisionRequest, known: LedgerTransaction): HandleResult {
  const voucher = known.state === "unknown" ? undefined : voucherOf(world, known)?.voucher;
  return respondUnchanged(
    world,
    createErrorResponse(400, "DUPLICATE_RECORD", message, {
      freeString: "A request with this id was received before.",
      voucherId: known.id,
      requestTime: known.requestTime ?? "",
      ...(known.receiver === undefined ? {} : { receiver: asJson(known.receiver) }),
      ...(voucher === undefined ? {} : { voucher: asJson(voucher) }),
    }),
  );
}

/** As in Electrum's test server: a repeated confirmation makes a redeemed voucher redeemable again. */
function forceConfirmedProvisioned(world: World, known: LedgerTransaction, call: SwitchCall): World {
  const voucher = voucherOf(world, known);
  if (voucher === undefined) return world;
  const event = historyEvent(call.at, `${call.operation}: forced to ${lifecycle.provision.confirmed}`);
  return recordVoucher(
    world,
    { ...voucher, state: lifecycle.provision.confirmed, holder: transactionKeyOf(known) },
    event,
  );
}

function issueVoucher(
  world: World,
  message: ProvisionRequest,
  call: SwitchCall<SwitchRequestOperation>,
  provider: string,
): HandleResult {
  const known = findTransaction(world, { ...call, id: message.id });
  const chosen = findVoucher(world, message.voucher?.code);
  if (chosen !== undefined && known?.voucherCode !== chosen.voucher.code) {
    const freeString = "A voucher with this code exists already.";
    return respondUnchanged(world, createErrorResponse(400, "VOUCHER_ALREADY_PROVISIONED", message, { freeString }));
  }
  return authorise(world, call, message, provider, (asked) => {
    const voucher = voucherOf(asked, known);
    const minted = voucher === undefined ? mintVoucher(asked, message, call, provider) : { world: asked, voucher };
    return approveProvision(minted.world, message, minted.voucher);
  });
}

function approveProvision(world: World, message: ProvisionRequest, voucher: VoucherRecord): ApprovalResult {
  const { tenders: _, ...repeated } = message;
  const response: ProvisionResponse = {
    ...repeated,
    ...responseFields(world, message),
    voucher: voucher.voucher,
    slipData: voucherSlip(voucher, slipReference(world)),
  };
  return { world, voucher, response };
}

function mintVoucher(
  world: World,
  message: ProvisionRequest,
  call: SwitchCall<SwitchRequestOperation>,
  provider: string,
): { readonly world: World; readonly voucher: VoucherRecord } {
  const voucher = { ...newVoucher(world, call), ...message.voucher };
  const name = transactionKeyOf({ ...call, id: message.id });
  const value = message.amounts?.requestAmount ?? message.product?.amount;
  const record: VoucherRecord = {
    voucher,
    state: stateAfterApproval(world, call, provider),
    holder: name,
    provision: name,
    provider,
    ...responseFields(world, message),
    ...(value === undefined ? {} : { value }),
    ...(message.product === undefined ? {} : { product: message.product }),
    ...(message.receiver === undefined ? {} : { receiver: message.receiver }),
    ...(message.rrn === undefined ? {} : { rrn: message.rrn }),
    history: [],
  };
  const recorded = recordVoucher(
    { ...world, minted: world.minted + 1 },
    record,
    historyEvent(call.at, `issued by ${provider}`),
  );
  return { world: recorded, voucher: record };
}

const VOUCHER_LIFETIME_MS = 365 * 24 * 60 * 60 * 1000;

/** A code has sixteen digits: eight vary with the seed, and eight count, so that no code comes twice. */
function newVoucher(world: World, { at }: SwitchCall): Voucher & { readonly code: string } {
  const spread = String(hashOf(`${world.settings.seed}/${world.minted}`) % 100_000_000).padStart(8, "0");
  const count = String(world.minted + 1).padStart(8, "0");
  return {
    code: `${spread}${count}`,
    serialNumber: `SIM${count}`,
    expiryDate: new Date(at + VOUCHER_LIFETIME_MS).toISOString(),
    redeemInstructions: ["Show this voucher at the till."],
  };
}
