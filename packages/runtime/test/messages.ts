import {
  type HttpResponse,
  type LedgerAmount,
  type OutgoingMessage,
  type Policy,
  parsePolicy,
  type ProvisionRequest,
  type RedemptionRequest,
  type Tender,
  type Uuid,
  type VoucherLookup,
} from "@electrum-vouchers/core";
import { unwrap } from "./unwrap.ts";

/** What no log may ever show: whoever reads it can spend it, or knows whom it belongs to. */
export const secrets = {
  code: "SECRET-VOUCHER-CODE",
  pin: "SECRET-PIN",
  cardNumber: "541333999999",
  msisdn: "+27820000123",
  reference: "SECRET-REFERENCE",
} as const;

/** The n-th UUID; a real version 4. */
export const uuid = (n: number): Uuid => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

const cents = (amount: number): LedgerAmount => ({ amount, currency: "710" });

const shared = {
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
  client: { id: "corner-testTill", name: "Corner Shop" },
  thirdPartyIdentifiers: [{ institutionId: "10000", transactionIdentifier: "till-1" }],
};

export const provisionRequest = (id: Uuid = uuid(1), requestAmount = 10_000): ProvisionRequest => ({
  ...shared,
  id,
  amounts: { requestAmount: cents(requestAmount) },
  product: { productId: "GAME100" },
  recipient: { msisdn: secrets.msisdn },
});

export const redemptionRequest = (id: Uuid = uuid(1), code: string = secrets.code): RedemptionRequest => ({
  ...shared,
  id,
  voucher: { code, pin: { type: "CLEAR_PIN", pin: secrets.pin } },
  amounts: { requestAmount: cents(10_000) },
});

export const voucherLookup: VoucherLookup = { voucherCode: secrets.code };

export const tenders: readonly Tender[] = [
  {
    amount: cents(10_000),
    tenderType: "CREDIT_CARD",
    cardNumber: secrets.cardNumber,
    reference: secrets.reference,
  },
];

/** A policy without faults. */
export const policyOf = (choices: Partial<Policy> = {}): Policy => unwrap(parsePolicy(choices));

const json = (status: number, body: unknown): HttpResponse => ({ status, body: JSON.stringify(body) });

/** Electrum's own answer where all is well. */
export function successResponse(message: OutgoingMessage): HttpResponse {
  const voucher = { code: secrets.code, pin: { type: "CLEAR_PIN", pin: secrets.pin } };
  switch (message.operation) {
    case "provisionVoucher":
    case "retryProvisionVoucher":
      return json(201, {
        ...message.message,
        voucher,
        thirdPartyIdentifiers: [
          ...message.message.thirdPartyIdentifiers,
          { institutionId: "20000", transactionIdentifier: "electrum-1" },
        ],
      });
    case "redeemVoucher":
      return json(201, message.message);
    case "lookupVoucher":
      return json(200, { voucher });
    case "lookupRedemption":
      return json(200, { ...redemptionRequest(message.message.requestId) });
    default:
      return json(202, message.message);
  }
}

/** Electrum's answer where something is wrong. */
export const errorResponse = (status: number, errorType: string): HttpResponse =>
  json(status, { errorType, errorMessage: `mentions ${secrets.code}` });

/** What a gateway on the way says. */
export const htmlResponse = (status: number): HttpResponse => ({ status, body: "<html><body>Sorry</body></html>" });
