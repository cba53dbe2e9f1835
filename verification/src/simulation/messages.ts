import {
  type Instant,
  type LedgerAmount,
  type ProvisionRequest,
  type RedemptionRequest,
  type Tender,
  toDateTime,
  type TransactionFields,
  type Uuid,
} from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import type { Random } from "../random.ts";

/** When every simulated run begins: some morning. */
export const opensAt: Instant = Date.UTC(2026, 2, 2, 8);

/** The shop, towards the switch. */
export const USER = "shop";

export const price: LedgerAmount = { amount: 5_000, currency: "710" };

const fields = (id: Uuid, provider: ProviderName): TransactionFields => ({
  id,
  time: toDateTime(opensAt),
  originator: {
    institution: { id: USER, name: "Shop" },
    terminalId: "12345678",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: USER, name: "Shop" },
  receiver: { id: provider, name: provider },
  thirdPartyIdentifiers: [{ institutionId: USER, transactionIdentifier: id.slice(0, 8) }],
});

export const provisionRequest = (id: Uuid, provider: ProviderName): ProvisionRequest => ({
  ...fields(id, provider),
  amounts: { requestAmount: price },
});

export const redemptionRequest = (id: Uuid, provider: ProviderName, code: string): RedemptionRequest => ({
  ...fields(id, provider),
  voucher: { code },
});

export const tenders: readonly Tender[] = [{ amount: price, tenderType: "CASH" }];

/** A random UUID, version 4, by lot. */
export function drawUuid({ below }: Random): Uuid {
  const hex = (digits: number): string =>
    below(16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${(8 + below(4)).toString(16)}${hex(3)}-${hex(6)}${hex(6)}`;
}
