import type {
  BasicAdvice,
  BasicReversal,
  ProvisionRequest,
  RedemptionLookup,
  RedemptionRequest,
  RefundRequest,
  Tender,
  TenderAdvice,
  TransactionFields,
  VoucherLookup,
} from "@electrum-vouchers/core";
import {
  amountsCheck,
  customerCheck,
  dateTimeCheck,
  institutionCheck,
  originatorCheck,
  posInfoCheck,
  productCheck,
  slipDataCheck,
  tenderCheck,
  thirdPartyIdentifierCheck,
  uuidCheck,
  voucherCheck,
  voucherWithCodeCheck,
} from "./field-checks.ts";
import { type Check, type Fields, listOf, object, oneOf, optional, required, text } from "./check.ts";

export const transactionFields: Fields<TransactionFields> = {
  id: required(uuidCheck),
  time: required(dateTimeCheck),
  originator: required(originatorCheck),
  client: required(institutionCheck),
  settlementEntity: optional(institutionCheck),
  receiver: optional(institutionCheck),
  thirdPartyIdentifiers: required(listOf(thirdPartyIdentifierCheck)),
  slipData: optional(slipDataCheck),
  basketRef: optional(text()),
  tranType: optional(
    oneOf(
      "GOODS_AND_SERVICES",
      "CASH_WITHDRAWAL",
      "DEBIT_ADJUSTMENT",
      "GOODS_AND_SERVICES_WITH_CASH_BACK",
      "NON_CASH",
      "RETURNS",
      "DEPOSIT",
      "CREDIT_ADJUSTMENT",
      "GENERAL_CREDIT",
      "AVAILABLE_FUNDS_INQUIRY",
      "BALANCE_INQUIRY",
      "GENERAL_INQUIRY",
      "CARD_VERIFICATION_INQUIRY",
      "CARDHOLDER_ACCOUNTS_TRANSFER",
      "GENERAL_TRANSFER",
      "PAYMENT_FROM_ACCOUNT",
      "GENERAL_PAYMENT",
      "PAYMENT_TO_ACCOUNT",
      "PAYMENT_FROM_ACCOUNT_TO_ACCOUNT",
      "PLACE_HOLD_ON_CARD",
      "GENERAL_ADMIN",
      "CHANGE_PIN",
      "CARD_HOLDER_INQUIRY",
      "POINTS_INQUIRY",
    ),
  ),
  srcAccType: optional(
    oneOf("DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "GIFT_CARD", "STORED_VALUE"),
  ),
  destAccType: optional(
    oneOf("DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "GIFT_CARD", "STORED_VALUE"),
  ),
  stan: optional(text()),
  rrn: optional(text()),
  posInfo: optional(posInfoCheck),
};

/** On the wire, a till's additional fields stand among the others. */
type Merged<Request> = Omit<Request, "additionalFields">;

export const provisionRequestCheck: Check<ProvisionRequest> = object<Merged<ProvisionRequest>>({
  ...transactionFields,
  amounts: optional(amountsCheck),
  tenders: optional(listOf(tenderCheck)),
  voucher: optional(voucherCheck),
  product: optional(productCheck),
  recipient: optional(customerCheck),
});

export const redemptionRequestCheck: Check<RedemptionRequest> = object<Merged<RedemptionRequest>>({
  ...transactionFields,
  voucher: required(voucherWithCodeCheck),
  amounts: optional(amountsCheck),
  customer: optional(customerCheck),
});

export const refundRequestCheck: Check<RefundRequest> = object<Merged<RefundRequest>>({
  ...transactionFields,
  voucher: required(voucherWithCodeCheck),
  amounts: optional(amountsCheck),
  redemptionId: optional(uuidCheck),
  receiverTransactionRef: optional(text()),
});

const adviceFields: Fields<BasicAdvice> = {
  id: required(uuidCheck),
  requestId: required(uuidCheck),
  time: required(dateTimeCheck),
  thirdPartyIdentifiers: required(listOf(thirdPartyIdentifierCheck)),
  amounts: optional(amountsCheck),
  stan: optional(text()),
  rrn: optional(text()),
};

export const basicAdviceCheck: Check<BasicAdvice> = object<BasicAdvice>(adviceFields);

/** The body of `confirmVoucher` by the Swagger. */
export const tenderAdviceCheck: Check<TenderAdvice> = object<TenderAdvice>({
  ...adviceFields,
  tenders: required(listOf<Tender>(tenderCheck)),
});

/** Electrum's own stack checks no null in `tenders`, so it accepts a confirmation without them. */
export const tolerantTenderAdviceCheck: Check<BasicAdvice & { readonly tenders?: readonly Tender[] }> = object<
  BasicAdvice & { readonly tenders?: readonly Tender[] }
>({
  ...adviceFields,
  tenders: optional(listOf<Tender>(tenderCheck)),
});

export const basicReversalCheck: Check<BasicReversal> = object<BasicReversal>({
  ...adviceFields,
  reversalReason: required(oneOf("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL")),
});

const lookupFields: Check<VoucherLookup> = object<VoucherLookup>({
  voucherCode: optional(text({ max: 40 })),
  provisionRequestId: optional(uuidCheck),
  voucherSerialNumber: optional(text({ max: 40 })),
  receiverInstId: optional(text()),
  settlementEntityInstId: optional(text()),
});

/** The query of `lookupVoucher`. Electrum's documentation only implies that it must name a voucher. */
export const voucherLookupCheck: Check<VoucherLookup> = {
  findErrors: (value, field) => [
    ...lookupFields.findErrors(value, field),
    ...(Object.keys(value ?? {}).some((name) => LOOKUP_KEYS.includes(name))
      ? []
      : [{ field, msg: `must hold one of ${LOOKUP_KEYS.join(", ")}` }]),
  ],
  schema: lookupFields.schema,
};

const LOOKUP_KEYS = ["voucherCode", "provisionRequestId", "voucherSerialNumber"];

/** The path of `lookupRedemption`. */
export const redemptionLookupCheck: Check<RedemptionLookup> = object<RedemptionLookup>({
  requestId: required(uuidCheck),
});
