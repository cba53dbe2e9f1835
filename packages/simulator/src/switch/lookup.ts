import type { RedemptionLookup, VoucherLookup, VoucherLookupResponse } from "@electrum-vouchers/core";
import { get } from "../persistent-map.ts";
import type { Call } from "./call.ts";
import { findTransaction, findVoucher, transactionsOf, voucherOf } from "./ledger.ts";
import { askProvider, providerOf, seenBy } from "./providers.ts";
import { failure, type Handled, json, type SwitchResponse, unchanged } from "./response.ts";
import type { VoucherRecord, World } from "./world.ts";

/** GET /vouchers: by code, by serial number or by the request that issued it. No financial effect, and none to undo. */
export function lookupVoucher(world: World, lookup: VoucherLookup, call: Call): Handled {
  const voucher = findByKeys(world, lookup, call);
  const hint = lookup.receiverInstId;
  const provider = voucher?.provider ?? providerOf(hint === undefined ? undefined : { id: hint, name: "" });
  const asked = seenBy(world, provider, { at: call.at, operation: call.operation });
  const failed = { id: lookup.provisionRequestId };
  const reply = askProvider(world, provider);
  switch (reply.outcome) {
    case "declined":
      return unchanged(
        asked,
        failure(reply.status, reply.errorType, failed, { freeString: `${provider} declined the lookup.` }),
      );
    case "unavailable": {
      const freeString = `${provider} did not answer.`;
      const response = failure(reply.status, "UPSTREAM_UNAVAILABLE", failed, { freeString });
      return unchanged(asked, { ...response, delayMs: reply.delayMs });
    }
    case "approved":
      return unchanged(
        asked,
        voucher === undefined || voucher.state === "REVERSED"
          ? failure(404, "UNABLE_TO_LOCATE_RECORD", failed, { freeString: "No such voucher." })
          : { ...json(200, lookupResponse(voucher)), delayMs: reply.delayMs },
      );
  }
}

/** The voucher that every key given names. */
function findByKeys(world: World, lookup: VoucherLookup, { user }: Call): VoucherRecord | undefined {
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
 * GET /redemptions/{requestId}: the original answer; 102 while the provider is still asked; 403 to whoever did not send the
 * request; 404 where it never came.
 */
export function lookupRedemption(world: World, { requestId }: RedemptionLookup, call: Call): Handled {
  const known = findTransaction(world, { kind: "redemption", user: call.user, id: requestId });
  if (known?.answer === undefined) {
    const isAnothers = transactionsOf(world, "redemption", requestId).some(({ answer }) => answer !== undefined);
    return unchanged(world, withoutBody(isAnothers ? 403 : 404));
  }
  const isProcessing = known.state === "unknown" || call.at < known.answer.at;
  if (isProcessing) return unchanged(world, withoutBody(102));
  const { status, body } = known.answer;
  return unchanged(world, { status: status === 201 ? 200 : status, body });
}
