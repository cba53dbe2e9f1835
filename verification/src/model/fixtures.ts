import type {
  Instant,
  ProvisionRequest,
  ProvisionStart,
  Policy,
  RedemptionRequest,
  RedemptionStart,
  RefundRequest,
  RefundStart,
  Tender,
  VoucherLookup,
} from "@electrum-vouchers/core";
import { createRequestFields } from "../request-fields.ts";
import { NOW } from "./time/time.ts";

export const TRANSACTION_ID = "7d9f3a52-5c1e-4a4b-9c5e-0f6a1b2c3d4e";

/** The sale that issued the voucher which a redemption is about. */
const EARLIER_SALE_ID = "0b2f4c1e-3d5a-4e6b-8f7c-1a2b3c4d5e6f";

/** The times that messages bear decide nothing. */
const LONG_AGO: Instant = 0;

export const provisionRequest = (provider: string): ProvisionRequest =>
  createRequestFields(TRANSACTION_ID, provider, LONG_AGO);

export const earlierSale = (provider: string): ProvisionRequest =>
  createRequestFields(EARLIER_SALE_ID, provider, LONG_AGO);

export const redemptionRequest = (provider: string, code: string): RedemptionRequest => ({
  ...createRequestFields(TRANSACTION_ID, provider, LONG_AGO),
  voucher: { code },
});

/** The redemption that a refund is about. */
const EARLIER_REDEMPTION_ID = "1c3f5d2e-4e6b-4f7c-9a8d-2b3c4d5e6f70";

export const earlierRedemption = (provider: string, code: string): RedemptionRequest => ({
  ...createRequestFields(EARLIER_REDEMPTION_ID, provider, LONG_AGO),
  voucher: { code },
});

export const refundRequest = (provider: string, code: string): RefundRequest => ({
  ...createRequestFields(TRANSACTION_ID, provider, LONG_AGO),
  voucher: { code },
  redemptionId: EARLIER_REDEMPTION_ID,
});

const lookup = (code: string): VoucherLookup => ({ voucherCode: code });

export const tenders: readonly Tender[] = [];

/** Ids are minted anew for each start, also for one that turns out to be a repeat: two processes never mint the same. */
const idPairs = [
  {
    confirmationId: "c0000000-0000-4000-8000-000000000001",
    reversalId: "e0000000-0000-4000-8000-000000000001",
  },
  {
    confirmationId: "c0000000-0000-4000-8000-000000000002",
    reversalId: "e0000000-0000-4000-8000-000000000002",
  },
] as const;

export const provisionStarts = (policy: Policy): readonly ProvisionStart[] =>
  idPairs.map((ids) => ({ ...ids, request: provisionRequest(policy.provider.name), policy, at: NOW }));

export const redemptionStarts = (policy: Policy, code: string): readonly RedemptionStart[] =>
  idPairs.map((ids) => ({ ...ids, id: TRANSACTION_ID, lookup: lookup(code), policy, at: NOW }));

export const refundStarts = (policy: Policy, code: string): readonly RefundStart[] =>
  idPairs.map((ids) => ({ ...ids, request: refundRequest(policy.provider.name, code), policy, at: NOW }));
