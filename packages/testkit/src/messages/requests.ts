import type {
  Institution,
  LedgerAmount,
  ProvisionRequest,
  RedemptionRequest,
  RefundRequest,
  Tender,
  TransactionFields,
  Uuid,
  VoucherLookup,
} from "@electrum-vouchers/core";

/** What no log, event or error may show: a reader could spend it, or would know who the customer is. */
export const secrets = {
  code: "SECRET-VOUCHER-CODE",
  pin: "SECRET-PIN",
  cardNumber: "541333******9999",
  msisdn: "+27820000123",
  reference: "SECRET-REFERENCE",
} as const;

/** The n-th id of a test: a UUID, version 4, the same in every run. */
export const uuid = (n: number): Uuid => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

/** Rand, by their minor unit: 10 000 cents are R100.00. */
export const cents = (amount: number): LedgerAmount => ({ amount, currency: "710" });

/** The sender, and its user name at the switch. */
export const CLIENT = "corner-shop";

/** A provider as a receiver: Electrum routes by its id or its name. */
export const receiver = (provider: string): Institution => ({ id: provider, name: provider });

/** What every request of the till begins with. */
export const requestFields = (id: Uuid = uuid(1), changes: Partial<TransactionFields> = {}): TransactionFields => ({
  id,
  time: "2026-03-01T08:00:00.000Z",
  originator: {
    institution: { id: "10000", name: "Corner Shop" },
    terminalId: "TILL0001",
    merchant: {
      merchantType: "5411",
      merchantId: "CORNERSHOP00001",
      merchantName: { name: "Corner Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: CLIENT, name: "Corner Shop" },
  thirdPartyIdentifiers: [{ institutionId: "10000", transactionIdentifier: "till-1" }],
  ...changes,
});

/** A sale of a voucher for R100.00, to a customer whose number is a secret. */
export const provisionRequest = (id: Uuid = uuid(1), changes: Partial<ProvisionRequest> = {}): ProvisionRequest => ({
  ...requestFields(id),
  amounts: { requestAmount: cents(10_000) },
  product: { productId: "GAME100" },
  recipient: { msisdn: secrets.msisdn },
  ...changes,
});

/** A redemption of R100.00, of a voucher with a PIN. */
export const redemptionRequest = (
  id: Uuid = uuid(1),
  code: string = secrets.code,
  changes: Partial<RedemptionRequest> = {},
): RedemptionRequest => ({
  ...requestFields(id),
  voucher: { code, pin: { type: "CLEAR_PIN", pin: secrets.pin } },
  amounts: { requestAmount: cents(10_000) },
  ...changes,
});

/** A refund of R100.00, of a redemption that its till knows. */
export const refundRequest = (
  id: Uuid = uuid(2),
  redemptionId: Uuid = uuid(1),
  changes: Partial<RefundRequest> = {},
): RefundRequest => ({
  ...requestFields(id),
  voucher: { code: secrets.code },
  amounts: { requestAmount: cents(10_000) },
  redemptionId,
  ...changes,
});

export const voucherLookup: VoucherLookup = { voucherCode: secrets.code };

/** The customer paid R100.00, by card. */
export const tenders: readonly Tender[] = [
  {
    amount: cents(10_000),
    tenderType: "CREDIT_CARD",
    cardNumber: secrets.cardNumber,
    reference: secrets.reference,
  },
];
