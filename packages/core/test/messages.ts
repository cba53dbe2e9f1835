import {
  type Instant,
  type JsonObject,
  type LedgerAmount,
  type Policy,
  parsePolicy,
  type ProvisionRequest,
  type ProvisionStart,
  type RedemptionRequest,
  type RedemptionStart,
  type RefundRequest,
  type RefundStart,
  type Tender,
  type TransactionFields,
  type VoucherLookup,
} from "../src/index.ts";
import { unwrap } from "./unwrap.ts";

/** The start time of every transaction in the tests. */
export const AT: Instant = Date.parse("2026-11-21T09:30:00.000Z");

export const SECONDS = 1_000;

export const ID = "3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c";
export const CONFIRMATION_ID = "b1e6c4d2-7f3a-4c58-9a1b-0d2e4f6a8c1e";
export const REVERSAL_ID = "c2f7d5e3-804b-4d69-8b2c-1e3f507b9d2f";
/** An id of no message in the tests. */
export const FOREIGN_ID = "99999999-0000-4000-8000-999999999999";

/** A secret that no log, fault or redacted record may hold. */
export const CODE = "4411992087655331";

/** Another voucher's code, just as secret. */
export const OTHER_CODE = "7702336619084452";

/** The amount that Electrum authorises, and the till requests. */
export const AUTHORISED: LedgerAmount = { amount: 5_000, currency: "710" };

const fields: TransactionFields = {
  id: ID,
  time: "2026-11-21T09:29:59.000Z",
  originator: {
    institution: { id: "10", name: "Shop" },
    terminalId: "TILL0001",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: "shop", name: "Shop" },
  thirdPartyIdentifiers: [{ institutionId: "10", transactionIdentifier: "T-1" }],
};

export const provisionRequest: ProvisionRequest = { ...fields, amounts: { requestAmount: AUTHORISED } };

export const redemptionRequest: RedemptionRequest = {
  ...fields,
  voucher: { code: CODE },
  amounts: { requestAmount: AUTHORISED },
};

/** The id of the redemption that is refunded. */
const REDEMPTION_ID = "5d1e3f70-2b4c-4e6a-9c8d-7f6e5d4c3b2a";

export const refundRequest: RefundRequest = {
  ...fields,
  voucher: { code: CODE },
  amounts: { requestAmount: AUTHORISED },
  redemptionId: REDEMPTION_ID,
};

export const lookup: VoucherLookup = { voucherCode: CODE };

export const tenders: readonly Tender[] = [{ amount: AUTHORISED, tenderType: "CASH" }];

/** The identifiers of a response: the request's, and one more party's. */
export const answeredIdentifiers = [
  { institutionId: "10", transactionIdentifier: "T-1" },
  { institutionId: "33", transactionIdentifier: "P-77" },
];

/** An approved provision. */
export const provisionResponse: JsonObject = {
  id: ID,
  time: "2026-11-21T09:30:01.000Z",
  thirdPartyIdentifiers: answeredIdentifiers,
  amounts: { approvedAmount: { amount: 5_000, currency: "710" } },
  voucher: { code: CODE, serialNumber: "S-1", expiryDate: "2027-11-21T00:00:00.000Z" },
};

/** An approved redemption. */
export const redemptionResponse: JsonObject = {
  id: ID,
  time: "2026-11-21T09:30:02.000Z",
  thirdPartyIdentifiers: answeredIdentifiers,
  amounts: { approvedAmount: { amount: 5_000, currency: "710" } },
};

/** An approved refund. */
export const refundResponse: JsonObject = { ...redemptionResponse, time: "2026-11-21T09:30:03.000Z" };

/** A voucher that was found. */
export const lookupResponse: JsonObject = {
  voucher: { code: CODE, serialNumber: "S-1" },
  amounts: { approvedAmount: { amount: 5_000, currency: "710", ledgerIndicator: "CREDIT" } },
};

export const policyOf = (choices: Partial<Policy> = {}): Policy => unwrap(parsePolicy(choices));

const startOf = (choices: Partial<Policy>) => ({
  confirmationId: CONFIRMATION_ID,
  reversalId: REVERSAL_ID,
  policy: policyOf(choices),
  at: AT,
});

export const provisionStart = (
  choices: Partial<Policy> = {},
  request: ProvisionRequest = provisionRequest,
): ProvisionStart => ({ ...startOf(choices), request });

export const redemptionStart = (choices: Partial<Policy> = {}, asked: VoucherLookup = lookup): RedemptionStart => ({
  ...startOf(choices),
  id: ID,
  lookup: asked,
});

export const refundStart = (choices: Partial<Policy> = {}, request: RefundRequest = refundRequest): RefundStart => ({
  ...startOf(choices),
  request,
});

/** The time of this second after the start, in Electrum's format. */
export const timeAt = (second: number): string => new Date(AT + second * SECONDS).toISOString();
