import type {
  Instant,
  LedgerAmount,
  ProvisionRequest,
  RedemptionRequest,
  RefundRequest,
  Tender,
  Uuid,
} from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import { cents } from "@electrum-vouchers/testkit";
import type { Random } from "../random.ts";
import { createRequestFields } from "../request-fields.ts";

/** When every simulated run begins: some morning. */
export const runStartsAt: Instant = Date.UTC(2026, 2, 2, 8);

export const price: LedgerAmount = cents(5_000);

export const provisionRequest = (id: Uuid, provider: ProviderName): ProvisionRequest => ({
  ...createRequestFields(id, provider, runStartsAt),
  amounts: { requestAmount: price },
});

export const redemptionRequest = (id: Uuid, provider: ProviderName, code: string): RedemptionRequest => ({
  ...createRequestFields(id, provider, runStartsAt),
  voucher: { code },
});

/** A part is R10.00. */
export const refundRequest = (
  id: Uuid,
  provider: ProviderName,
  code: string,
  redemptionId: Uuid,
  amount: "all" | "part",
): RefundRequest => ({
  ...redemptionRequest(id, provider, code),
  redemptionId,
  ...(amount === "all" ? {} : { amounts: { requestAmount: cents(1_000) } }),
});

export const tenders: readonly Tender[] = [{ amount: price, tenderType: "CASH" }];

/** A random UUID, version 4, by lot. */
export function generateUuid({ below }: Random): Uuid {
  const hex = (digits: number): string =>
    below(16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${(8 + below(4)).toString(16)}${hex(3)}-${hex(6)}${hex(6)}`;
}
