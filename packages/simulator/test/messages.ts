import type {
  BasicAdvice,
  BasicReversal,
  Institution,
  ProvisionRequest,
  RedemptionRequest,
  RefundRequest,
  TenderAdvice,
} from "@electrum-vouchers/core";

export const USER = "shop";
export const TIME = "2026-11-21T09:30:00.000Z";

/** The nth UUID of a test. */
export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

export const standardReceiver: Institution = { id: "1001", name: "Some Provider" };
export const netcareReceiver: Institution = { id: "1002", name: "Netcare" };
export const stellrReceiver: Institution = { id: "1003", name: "Stellr" };

const fields = {
  time: TIME,
  originator: {
    institution: { id: "10", name: "Shop" },
    terminalId: "TILL0001",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: USER, name: "Shop" },
  receiver: standardReceiver,
  thirdPartyIdentifiers: [{ institutionId: "10", transactionIdentifier: "T-1" }],
};

export const provision = (id: string, changes: Partial<ProvisionRequest> = {}): ProvisionRequest => ({
  ...fields,
  id,
  amounts: { requestAmount: { amount: 5_000, currency: "710" } },
  ...changes,
});

export const redemption = (id: string, code: string, changes: Partial<RedemptionRequest> = {}): RedemptionRequest => ({
  ...fields,
  id,
  voucher: { code },
  ...changes,
});

export const refund = (id: string, code: string, changes: Partial<RefundRequest> = {}): RefundRequest => ({
  ...fields,
  id,
  voucher: { code },
  ...changes,
});

export const advice = (id: string, requestId: string): BasicAdvice => ({
  id,
  requestId,
  time: TIME,
  thirdPartyIdentifiers: [{ institutionId: "10", transactionIdentifier: "T-1" }],
});

export const confirmation = (id: string, requestId: string): TenderAdvice => ({
  ...advice(id, requestId),
  tenders: [{ amount: { amount: 5_000, currency: "710" }, tenderType: "CASH" }],
});

export const reversal = (id: string, requestId: string): BasicReversal => ({
  ...advice(id, requestId),
  reversalReason: "TIMEOUT",
});
