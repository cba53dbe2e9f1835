import type {
  BasicReversal,
  ProvisionRequest,
  ProvisionResponse,
  TenderAdvice,
  Voucher,
} from "@electrum-vouchers/core";
import { hashOf } from "../persistent-map.ts";
import { type Approval, answerFields, authorise, lifecycle, stateAfterApproval, wrongUser } from "./authorise.ts";
import type { Call } from "./call.ts";
import { findTransaction, findVoucher, happened, nameOf, recordVoucher, voucherOf } from "./ledger.ts";
import type { RequestOperation } from "./operations.ts";
import { providerOf } from "./providers.ts";
import { profiles, type ProviderName } from "./provider-profiles.ts";
import { asJson, crash, failure, formatError, type Handled, unchanged } from "./response.ts";
import { acknowledgeAgain, bar, refuseAdvice, settle } from "./settle.ts";
import type { Transaction, VoucherRecord, World } from "./world.ts";

/** POST /vouchers. The same id again is refused, whatever became of it: `retryProvisionVoucher` is for that. */
export function provisionVoucher(world: World, message: ProvisionRequest, call: Call<RequestOperation>): Handled {
  const refused = wrongUser(world, call, message);
  if (refused !== undefined) return refused;
  const known = findTransaction(world, { ...call, id: message.id });
  if (known?.state === "barred") return alreadyReversed(world, message, known);
  if (known !== undefined) return duplicateRecord(world, message, known);
  const issued = issue(world, message, call, providerOf(message.receiver));
  return call.likeTestServer && message.receiver === undefined
    ? { ...issued, response: crash("the request names no receiver") }
    : issued;
}

/** POST /vouchers/{provisionId}/retry: gives back the voucher that was issued, issues it now, or declines. */
export function retryProvisionVoucher(
  world: World,
  message: ProvisionRequest,
  call: Call<RequestOperation>,
  provisionId: string,
): Handled {
  const refused = wrongUser(world, call, message);
  if (refused !== undefined) return refused;
  if (provisionId.toLowerCase() !== message.id.toLowerCase()) {
    return unchanged(world, formatError([{ field: "id", msg: "must be the id in the path" }]));
  }
  const known = findTransaction(world, { ...call, id: message.id });
  if (known?.state === "barred" || known?.state === "reversed") return alreadyReversed(world, message, known);
  // It is the original request that is submitted again, to whom it went before.
  const provider = known?.provider ?? providerOf(message.receiver);
  if (!profiles[provider].takesRetries) {
    const freeString = `${provider} does not support retries.`;
    return unchanged(world, failure(400, "FUNCTION_NOT_SUPPORTED", message, { freeString }));
  }
  if (known === undefined || known.state === "unknown" || known.answer === undefined)
    return issue(world, message, call, provider);
  const { status, body } = known.answer;
  return unchanged(world, { status: known.state === "declined" ? status : 200, body });
}

/** POST /vouchers/confirmations. */
export function confirmVoucher(world: World, advice: TenderAdvice, call: Call<"confirmVoucher">): Handled {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  switch (known?.state) {
    case "open":
    case "completed":
      return settle(world, known, advice, call, "confirmed");
    case "confirmed": {
      const again = acknowledgeAgain(world, { ...known, confirmationId: advice.id }, advice, call);
      return call.likeTestServer ? { ...again, world: forceConfirmedProvisioned(again.world, known, call) } : again;
    }
    case "reversed":
      return refuseAdvice(world, 400, "VOUCHER_ALREADY_REVERSED", advice, {
        freeString: "The voucher was reversed.",
        reversalId: known.reversalId ?? "",
      });
    default:
      return refuseAdvice(world, 404, "UNABLE_TO_LOCATE_RECORD", advice, neverProvisioned(advice.requestId));
  }
}

/** POST /vouchers/reversals. */
export function reverseVoucher(world: World, advice: BasicReversal, call: Call<"reverseVoucher">): Handled {
  const known = findTransaction(world, { ...call, id: advice.requestId });
  switch (known?.state) {
    case "open":
    case "unknown":
      return settle(world, known, advice, call, "reversed");
    case "completed":
      return reverseCompleted(world, known, advice, call);
    case "reversed":
      return acknowledgeAgain(world, { ...known, reversalId: advice.id }, advice, call);
    case "confirmed":
      return refuseAdvice(world, 400, "VOUCHER_ALREADY_CONFIRMED", advice, {
        freeString: "The voucher was confirmed.",
        confirmationId: known.confirmationId ?? "",
        voucherId: known.id,
      });
    default:
      return bar(world, known, advice, call, neverProvisioned(advice.requestId));
  }
}

/** Without a confirmation to wait for, a customer may have redeemed the voucher before its reversal came. */
function reverseCompleted(
  world: World,
  known: Transaction,
  advice: BasicReversal,
  call: Call<"reverseVoucher">,
): Handled {
  const voucher = voucherOf(world, known);
  const isUnused = voucher === undefined || voucher.state === lifecycle.provision.confirmed;
  return isUnused || !profiles[known.provider].takesAdvices
    ? settle(world, known, advice, call, "reversed")
    : refuseAdvice(world, 400, "VOUCHER_ALREADY_REDEEMED", advice, { freeString: `The voucher is ${voucher.state}.` });
}

const neverProvisioned = (voucherId: string): { readonly freeString: string; readonly voucherId: string } => ({
  freeString: "No voucher was provisioned by this request.",
  voucherId,
});

function alreadyReversed(world: World, message: ProvisionRequest, { reversalId = "" }: Transaction): Handled {
  const freeString = "The request was reversed.";
  const failed = { id: message.id, originalId: reversalId };
  return unchanged(world, failure(400, "VOUCHER_ALREADY_REVERSED", failed, { freeString, reversalId }));
}

function duplicateRecord(world: World, message: ProvisionRequest, known: Transaction): Handled {
  const voucher = known.state === "unknown" ? undefined : voucherOf(world, known)?.voucher;
  return unchanged(
    world,
    failure(400, "DUPLICATE_RECORD", message, {
      freeString: "A request with this id was received before.",
      voucherId: known.id,
      requestTime: known.requestTime ?? "",
      ...(known.receiver === undefined ? {} : { receiver: asJson(known.receiver) }),
      ...(voucher === undefined ? {} : { voucher: asJson(voucher) }),
    }),
  );
}

/** Electrum's test server lets a repeated confirmation make a redeemed voucher redeemable again. */
function forceConfirmedProvisioned(world: World, known: Transaction, call: Call): World {
  const voucher = voucherOf(world, known);
  if (voucher === undefined) return world;
  const event = happened(call.at, `${call.operation}: forced to ${lifecycle.provision.confirmed}`);
  return recordVoucher(world, { ...voucher, state: lifecycle.provision.confirmed, holder: nameOf(known) }, event);
}

function issue(world: World, message: ProvisionRequest, call: Call<RequestOperation>, provider: ProviderName): Handled {
  const known = findTransaction(world, { ...call, id: message.id });
  const chosen = findVoucher(world, message.voucher?.code);
  if (chosen !== undefined && known?.voucherCode !== chosen.voucher.code) {
    const freeString = "A voucher with this code exists already.";
    return unchanged(world, failure(400, "VOUCHER_ALREADY_PROVISIONED", message, { freeString }));
  }
  return authorise(world, call, message, provider, (asked) => {
    const voucher = voucherOf(asked, known);
    const minted = voucher === undefined ? mint(asked, message, call, provider) : { world: asked, voucher };
    return approval(minted.world, message, minted.voucher);
  });
}

function approval(world: World, message: ProvisionRequest, voucher: VoucherRecord): Approval {
  const { tenders: _, ...repeated } = message;
  const response: ProvisionResponse = { ...repeated, ...answerFields(world, message), voucher: voucher.voucher };
  return { world, voucher, response };
}

function mint(
  world: World,
  message: ProvisionRequest,
  call: Call<RequestOperation>,
  provider: ProviderName,
): { readonly world: World; readonly voucher: VoucherRecord } {
  const voucher = { ...newVoucher(world, call), ...message.voucher };
  const name = nameOf({ ...call, id: message.id });
  const value = message.amounts?.requestAmount ?? message.product?.amount;
  const record: VoucherRecord = {
    voucher,
    state: stateAfterApproval(world, call, provider),
    holder: name,
    provision: name,
    provider,
    ...answerFields(world, message),
    ...(value === undefined ? {} : { value }),
    ...(message.product === undefined ? {} : { product: message.product }),
    ...(message.receiver === undefined ? {} : { receiver: message.receiver }),
    ...(message.rrn === undefined ? {} : { rrn: message.rrn }),
    history: [],
  };
  const recorded = recordVoucher(
    { ...world, minted: world.minted + 1 },
    record,
    happened(call.at, `issued by ${provider}`),
  );
  return { world: recorded, voucher: record };
}

const VOUCHER_LIFETIME_MS = 365 * 24 * 60 * 60 * 1000;

/** Sixteen digits: eight that vary with the seed, eight that count, so that none comes twice. */
function newVoucher(world: World, { at }: Call): Voucher & { readonly code: string } {
  const spread = String(hashOf(`${world.settings.seed}/${world.minted}`) % 100_000_000).padStart(8, "0");
  const count = String(world.minted + 1).padStart(8, "0");
  return {
    code: `${spread}${count}`,
    serialNumber: `SIM${count}`,
    expiryDate: new Date(at + VOUCHER_LIFETIME_MS).toISOString(),
    redeemInstructions: ["Show this voucher at the till."],
  };
}
