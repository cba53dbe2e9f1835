import type {
  HttpResponse,
  Json,
  JsonObject,
  ProvisionRequest,
  RedemptionRequest,
  RefundRequest,
  Tender,
  VoucherLookup,
} from "../src/index.ts";
import { jsonResponse } from "./responses.ts";
import { adviceIdOf, currentAttempt, type Event, fact, intent, momentOf } from "./events.ts";
import { fullProvisionRequest, fullRedemptionRequest, fullRefundRequest } from "./full-messages.ts";
import { AUTHORISED, CODE, ID, OTHER_CODE } from "./messages.ts";

/** Secrets that no redacted record may hold. Nothing else in the tests contains one of them. */
export const secrets = {
  code: CODE,
  otherCode: OTHER_CODE,
  pin: "pin-58203",
  pinBlock: "A1B2C3D4E5F60718",
  card: "541333******0434",
  reference: "paid-by-Lindiwe",
  person: "Lindiwe-Dlamini",
  telephone: "+27831234999",
  email: "lindiwe@example.org",
  birth: "1987-06-05T00:00:00Z",
  slip: "printed-4711",
  unknown: "of-next-year-0815",
  number: 8_675_309_123,
} as const;

const customer = {
  firstName: secrets.person,
  lastName: secrets.person,
  address: secrets.person,
  addressDetails: { addressLine1: secrets.person },
  dateOfBirth: secrets.birth,
  profileId: secrets.person,
  msisdn: secrets.telephone,
  emailAddress: secrets.email,
};

const slipData = {
  messageLines: [{ text: secrets.slip, barcode: { data: secrets.slip, encoding: "EAN" } }],
  issuerReference: "PRINTED4711",
};

const pin = {
  type: "ENCRYPTED_PIN",
  pinBlock: secrets.pinBlock,
  encryptionParameters: { accountNumber: "999999999999" },
} as const;

const tender: Tender = {
  amount: AUTHORISED,
  tenderType: "DEBIT_CARD",
  cardNumber: secrets.card,
  reference: secrets.reference,
};

export const secretProvisionRequest: ProvisionRequest = {
  ...fullProvisionRequest,
  tenders: [tender],
  voucher: { code: secrets.code, pin, redeemInstructions: [secrets.slip], serialNumber: "S-1" },
  recipient: customer,
  slipData,
};

export const secretRedemptionRequest: RedemptionRequest = {
  ...fullRedemptionRequest,
  voucher: { code: secrets.code, pin },
  customer,
  slipData,
};

export const secretRefundRequest: RefundRequest = {
  ...fullRefundRequest,
  voucher: { code: secrets.code, pin },
  slipData,
};

export const secretLookup: VoucherLookup = { voucherCode: secrets.code, voucherSerialNumber: "S-1" };

/** A response with a secret in every field that may hold one, known or unknown. */
const secretResponse: JsonObject = {
  id: ID,
  time: "2026-11-21T09:30:01.000Z",
  thirdPartyIdentifiers: [
    { institutionId: "10", transactionIdentifier: "T-1", note: secrets.unknown },
    secrets.unknown,
    { institutionId: { inner: secrets.unknown } },
    { [secrets.unknown]: 1 },
  ],
  [secrets.unknown]: 1,
  tranType: secrets.code,
  expiryDate: secrets.code,
  amounts: {
    approvedAmount: { ...AUTHORISED, note: secrets.unknown },
    additionalAmounts: { [secrets.unknown]: { amount: secrets.number } },
  },
  voucher: {
    code: secrets.code,
    pin: { type: "CLEAR_PIN", pin: secrets.pin },
    redeemInstructions: [secrets.slip],
    barcode: secrets.code,
    serialNumber: "S-1",
  },
  product: { productId: "P1", name: "Airtime", voucher: secrets.code },
  receiver: [{ id: "30", name: "Provider", person: customer }],
  recipient: customer,
  customer,
  slipData,
  message: secrets.unknown,
  state: secrets.unknown,
  at: secrets.number,
  response: { code: secrets.code },
  reason: { type: secrets.unknown },
};

const secretError: Json = {
  id: ID,
  errorType: "INVALID_VOUCHER",
  errorMessage: secrets.code,
  providerErrorCode: "51",
  providerErrorMessage: secrets.code,
  detailMessage: { voucher: { code: secrets.code }, freeString: secrets.person },
  error: secrets.unknown,
};

const createResponse = (response: HttpResponse): Event =>
  fact((transaction) => ({
    type: "response",
    attempt: currentAttempt(transaction),
    at: momentOf(transaction),
    ...response,
  }));

const createAdviceResponse = (response: HttpResponse): Event =>
  fact((transaction) => ({
    type: "adviceResponse",
    adviceId: adviceIdOf(transaction),
    at: momentOf(transaction),
    ...response,
  }));

/** Events with secrets. */
export const secretEvents = {
  "approved, with secrets": createResponse(jsonResponse(201, secretResponse)),
  "approved, another voucher, with secrets": createResponse(
    jsonResponse(201, {
      ...secretResponse,
      voucher: { code: secrets.otherCode, barcode: secrets.otherCode, serialNumber: secrets.otherCode },
    }),
  ),
  "declined, with secrets": createResponse(jsonResponse(400, secretError)),
  "declined, with secrets in its codes": createResponse(
    jsonResponse(400, { id: ID, errorType: secrets.code, providerErrorCode: secrets.code }),
  ),
  "unknown, with secrets": createResponse(jsonResponse(500, secretError)),
  "a success that names an error": createResponse(jsonResponse(200, secretError)),
  "a voucher that is a text": createResponse(jsonResponse(200, { id: ID, voucher: secrets.code })),
  "no JSON": createResponse({ status: 200, body: `<html>${secrets.code}</html>` }),
  "a text in JSON": createResponse(jsonResponse(200, secrets.code)),
  "a list in JSON": createResponse(jsonResponse(200, [secrets.code, secrets.number])),
  "a number in JSON": createResponse(jsonResponse(200, secrets.number)),
  "advice accepted, with secrets": createAdviceResponse(
    jsonResponse(202, { requestId: ID, customer, message: secrets.unknown }),
  ),
  "advice unnamed, with secrets": createAdviceResponse(jsonResponse(200, { status: secrets.unknown })),
  "advice refused, with secrets": createAdviceResponse(
    jsonResponse(400, { errorType: "FORMAT_ERROR", errorMessage: secrets.code }),
  ),
  "advice refused, with secrets in its codes": createAdviceResponse(
    jsonResponse(400, { id: ID, errorType: secrets.code, providerErrorCode: secrets.code }),
  ),
  "advice answered by a gateway": createAdviceResponse({ status: 404, body: secrets.code }),
  "redeem, with secrets": intent((at) => ({ type: "redeem", request: secretRedemptionRequest, at })),
  "confirm, with a card": intent((at) => ({ type: "confirm", tenders: [tender], at })),
} satisfies Record<string, Event>;
