import { randomUUID } from "node:crypto";
import {
  type ProvisionRequest,
  type RedemptionRequest,
  type Tender,
  toDateTime,
  type TransactionFields,
} from "@electrum-vouchers/core";
import { DEMO_CLIENT } from "../input/request.ts";

const price = { amount: 10_000, currency: "710" } as const;

export const tenders: readonly Tender[] = [{ amount: price, tenderType: "CASH" }];

/** R100.00 of a provider's vouchers. */
export const newSale = (provider: string): ProvisionRequest => ({
  ...newFields(provider),
  amounts: { requestAmount: price },
  tenders,
});

export const newRedemption = (provider: string, code: string): RedemptionRequest => ({
  ...newFields(provider),
  amounts: { requestAmount: price },
  voucher: { code },
});

const newFields = (provider: string): TransactionFields => ({
  id: randomUUID(),
  time: toDateTime(Date.now()),
  originator: {
    institution: { id: DEMO_CLIENT, name: "Demo" },
    terminalId: "DEMO0001",
    merchant: {
      merchantType: "5411",
      merchantId: "DEMOSHOP0000001",
      merchantName: { name: "Demo Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: DEMO_CLIENT, name: "Demo" },
  receiver: { id: provider, name: provider },
  thirdPartyIdentifiers: [{ institutionId: DEMO_CLIENT, transactionIdentifier: "till-1" }],
});
