import type {
  Advice,
  HttpResponse,
  JsonObject,
  ProvisionRequest,
  RedemptionRequest,
  Request,
} from "@electrum-vouchers/core";
import { requestFields } from "@electrum-vouchers/testkit";

/** What only a voucher's holder may see. It must not come out of any error. */
export const CODE = "4411992087655331";
export const PIN = "8842-0097-PIN";

export const ID = "3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c";
export const CONFIRMATION_ID = "b1e6c4d2-7f3a-4c58-9a1b-0d2e4f6a8c1e";
export const REVERSAL_ID = "c2f7d5e3-804b-4d69-8b2c-1e3f507b9d2f";

const TIME = "2026-11-21T09:30:00.000Z";

const identifiers = [
  { institutionId: "10", transactionIdentifier: "T-1" },
  { institutionId: "33", transactionIdentifier: "P-77" },
];

const fields = {
  ...requestFields(ID, { time: TIME, thirdPartyIdentifiers: identifiers.slice(0, 1) }),
  amounts: { requestAmount: { amount: 5_000, currency: "710" } },
};

export const provisionRequest: ProvisionRequest = fields;

export const redemptionRequest: RedemptionRequest = { ...fields, voucher: { code: CODE } };

/** Every request that a till can make, about the one transaction. */
export const requests: readonly Request[] = [
  { operation: "provisionVoucher", message: provisionRequest },
  { operation: "retryProvisionVoucher", message: provisionRequest },
  { operation: "lookupVoucher", message: { voucherCode: CODE } },
  { operation: "lookupVoucher", message: { voucherSerialNumber: "S-1" } },
  { operation: "redeemVoucher", message: redemptionRequest },
  { operation: "lookupRedemption", message: { requestId: ID } },
];

const adviceFields = { requestId: ID, time: TIME, thirdPartyIdentifiers: identifiers };
const confirmation = { ...adviceFields, id: CONFIRMATION_ID };
const reversal = { ...adviceFields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } as const;

/** Every advice that it can owe. */
export const advices: readonly Advice[] = [
  { operation: "confirmVoucher", message: { ...confirmation, tenders: [] } },
  { operation: "reverseVoucher", message: reversal },
  { operation: "confirmRedeem", message: confirmation },
  { operation: "reverseRedeem", message: reversal },
];

/** An approved provision, with a secret wherever Electrum puts one. */
export const provisionResponse: JsonObject = {
  id: ID,
  time: TIME,
  client: { id: "shop", name: "Shop" },
  thirdPartyIdentifiers: identifiers,
  amounts: { approvedAmount: { amount: 5_000, currency: "710" } },
  voucher: {
    code: CODE,
    serialNumber: "S-1",
    pin: { type: "CLEAR_PIN", pin: PIN },
    redeemInstructions: [`Dial ${CODE}`],
  },
  slipData: { messageLines: [{ text: `{[ your PIN: ${PIN} "` }], slipWidth: 40 },
};

export const redemptionResponse: JsonObject = {
  id: ID,
  time: TIME,
  thirdPartyIdentifiers: identifiers,
  amounts: { approvedAmount: { amount: 5_000, currency: "710" } },
  voucher: { code: CODE },
};

export const lookupResponse: JsonObject = {
  voucher: { code: CODE, serialNumber: "S-1" },
  amounts: { approvedAmount: { amount: 5_000, currency: "710", ledgerIndicator: "CREDIT" } },
};

/** The error types that say something of their own, and some that do not. */
export const errorTypes: readonly string[] = [
  "UPSTREAM_UNAVAILABLE",
  "VOUCHER_STATUS_UNKNOWN",
  "DUPLICATE_RECORD",
  "VOUCHER_ALREADY_PROVISIONED",
  "VOUCHER_ALREADY_CONFIRMED",
  "VOUCHER_ALREADY_REVERSED",
  "VOUCHER_ALREADY_REDEEMED",
  "VOUCHER_NOT_REDEEMED",
  "VOUCHER_NOT_REDEEMABLE",
  "REDEMPTION_ALREADY_CONFIRMED",
  "REDEMPTION_ALREADY_REVERSED",
  "ACCOUNT_ALREADY_SETTLED",
  "AUTHENTICATION_ERROR",
  "UNABLE_TO_LOCATE_RECORD",
  "FORMAT_ERROR",
  "FUNCTION_NOT_SUPPORTED",
  "TRANSACTION_NOT_SUPPORTED",
  "INVALID_AMOUNT",
  "INVALID_MERCHANT",
  "INVALID_VOUCHER",
  "GENERAL_ERROR",
  "NOT_HEARD_OF_YET",
  "",
];

/** Electrum's ErrorDetail, which may hold the voucher for people to see. */
export const errorDetail = (errorType: string, id: string): JsonObject => ({
  id,
  originalId: ID,
  errorType,
  errorMessage: "as it was said",
  providerErrorCode: "P1",
  detailMessage: { freeString: `voucher ${CODE}`, voucher: { code: CODE, pin: PIN } },
});

/** Answers that approve a request. */
export const approvals: readonly JsonObject[] = [provisionResponse, redemptionResponse, lookupResponse];

/** Answers as a switch that works gives them, to requests and advices alike. */
export const genuineBodies: readonly JsonObject[] = [
  ...approvals,
  ...advices.map(({ message: { id, requestId } }) => ({
    id,
    requestId,
    time: TIME,
    thirdPartyIdentifiers: identifiers,
  })),
  ...errorTypes.flatMap((errorType) => [ID, CONFIRMATION_ID, REVERSAL_ID].map((id) => errorDetail(errorType, id))),
];

export const toResponse = (status: number, body: JsonObject): HttpResponse => ({ status, body: JSON.stringify(body) });
