import type { RedemptionLookup, VoucherLookup, VoucherLookupResponse } from "@electrum-vouchers/core";
import { get } from "../persistent-map.ts";
import type { SwitchCall } from "./call.ts";
import { findTransaction, findVoucher, transactionsOf, voucherOf } from "./ledger.ts";
import { askProvider, providerOf, recordReceived } from "./providers.ts";
import {
  createErrorResponse,
  type HandleResult,
  createJsonResponse,
  type SwitchResponse,
  respondUnchanged,
} from "./response.ts";
import type { VoucherRecord, World } from "./world.ts";

/** GET /vouchers: looks a voucher up by code, by serial number or by the request that issued it. No financial effect. */
export function lookupVoucher(world: World, lookup: VoucherLookup, call: SwitchCall): HandleResult {
  const voucher = findByKeys(world, lookup, call);
  const hint = lookup.receiverInstId;
  const provider = voucher?.provider ?? providerOf(world, hint === undefined ? undefined : { id: hint, name: "" });
  const asked = recordReceived(world, provider, { at: call.at, operation: call.operation });
  const failed = { id: lookup.provisionRequestId };
  const providerResponse = askProvider(world, provider);
  switch (providerResponse.outcome) {
    case "declined":
      return respondUnchanged(
        asked,
        createErrorResponse(providerResponse.status, providerResponse.errorType, failed, {
          freeString: `${provider} declined the lookup.`,
        }),
      );
    case "unavailable": {
      const freeString = `${provider} did not respond.`;
      const response = createErrorResponse(providerResponse.status, "UPSTREAM_UNAVAILABLE", failed, { freeString });
      return respondUnchanged(asked, { ...response, delayMs: providerResponse.delayMs });
    }
    case "approved":
      return respondUnchanged(
        asked,
        voucher === undefined || voucher.state === "REVERSED"
          ? createErrorResponse(404, "UNABLE_TO_LOCATE_RECORD", failed, { freeString: "No such voucher." })
          : { ...createJsonResponse(200, lookupResponse(voucher)), delayMs: providerResponse.delayMs },
      );
  }
}

/** The voucher that every given key names. */
function findByKeys(world: World, lookup: VoucherLookup, { user }: SwitchCall): VoucherRecord | undefined {
  const { voucherCode, provisionRequestId, voucherSerialNumber } = lookup;
  const found: (VoucherRecord | undefined)[] = [];
  if (voucherCode !== undefined) found.push(findVoucher(world, voucherCode));
  if (voucherSerialNumber !== undefined) {
    found.push(findVoucher(world, get(world.serialNumbers, voucherSerialNumber)));
  }
  if (provisionRequestId !== undefined) {
    found.push(voucherOf(world, findTransaction(world, { kind: "provision", user, id: provisionRequestId })));
  }
  const [first] = found;
  return found.every((each) => each?.voucher.code === first?.voucher.code) ? first : undefined;
}

const lookupResponse = (record: VoucherRecord): VoucherLookupResponse => ({
  voucher: record.voucher,
  ...(record.value === undefined
    ? {}
    : { amounts: { approvedAmount: { ...record.value, ledgerIndicator: "CREDIT" } } }),
  ...(record.product === undefined ? {} : { product: record.product }),
  ...(record.receiver === undefined ? {} : { receiver: record.receiver }),
  ...(record.settlementEntity === undefined ? {} : { settlementEntity: record.settlementEntity }),
  ...(record.rrn === undefined ? {} : { rrn: record.rrn }),
  thirdPartyIdentifiers: record.thirdPartyIdentifiers,
});

const withoutBody = (status: number): SwitchResponse => ({ status, body: "" });

/**
 * GET /redemptions/{requestId}: the original response; 102 while the provider still processes the request; 403 if another user
 * sent it; 404 if it never came.
 */
export function lookupRedemption(world: World, { requestId }: RedemptionLookup, call: SwitchCall): HandleResult {
  const known = findTransaction(world, { kind: "redemption", user: call.user, id: requestId });
  if (known?.response === undefined) {
    const isOtherUsers = transactionsOf(world, "redemption", requestId).some(({ response }) => response !== undefined);
    return respondUnchanged(world, withoutBody(isOtherUsers ? 403 : 404));
  }
  const isProcessing = known.state === "unknown" || call.at < known.response.at;
  if (isProcessing) return respondUnchanged(world, withoutBody(102));
  const { status, body } = known.response;
  return respondUnchanged(world, { status: status === 201 ? 200 : status, body });
}
