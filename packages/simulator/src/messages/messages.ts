import type {
  Amounts,
  BasicAdvice,
  BasicReversal,
  ProvisionRequest,
  RedemptionLookup,
  RedemptionRequest,
  Tender,
  TenderAdvice,
  TransactionFields,
  Voucher,
  VoucherLookup,
} from "@electrum-vouchers/core";
import {
  amounts,
  customer,
  dateTime,
  institution,
  originator,
  posInfo,
  product,
  slipData,
  tender,
  thirdPartyIdentifier,
  uuid,
  voucher,
  voucherWithCode,
} from "./building-blocks.ts";
import { type Check, type Fields, listOf, object, oneOf, optional, required, text } from "./check.ts";

/** The body of `refundVoucher`: a new transaction that undoes a completed redemption. */
export interface RefundRequest extends TransactionFields {
  readonly voucher: Voucher & { readonly code: string };
  /** Without a `requestAmount`, the full amount. */
  readonly amounts?: Amounts;
  /** The `id` of the redemption that is refunded. */
  readonly redemptionId?: string;
  /** The receiver's own reference of the redemption. */
  readonly receiverTransactionRef?: string;
}

const transactionFields: Fields<TransactionFields> = {
  id: required(uuid),
  time: required(dateTime),
  originator: required(originator),
  client: required(institution),
  settlementEntity: optional(institution),
  receiver: optional(institution),
  thirdPartyIdentifiers: required(listOf(thirdPartyIdentifier)),
  slipData: optional(slipData),
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
  posInfo: optional(posInfo),
};

export const provisionRequest: Check<ProvisionRequest> = object<ProvisionRequest>({
  ...transactionFields,
  amounts: optional(amounts),
  tenders: optional(listOf(tender)),
  voucher: optional(voucher),
  product: optional(product),
  recipient: optional(customer),
});

export const redemptionRequest: Check<RedemptionRequest> = object<RedemptionRequest>({
  ...transactionFields,
  voucher: required(voucherWithCode),
  amounts: optional(amounts),
  customer: optional(customer),
});

export const refundRequest: Check<RefundRequest> = object<RefundRequest>({
  ...transactionFields,
  voucher: required(voucherWithCode),
  amounts: optional(amounts),
  redemptionId: optional(uuid),
  receiverTransactionRef: optional(text()),
});

type Traced<Advice> = Advice & { readonly stan?: string; readonly rrn?: string };

const adviceFields: Fields<Traced<BasicAdvice>> = {
  id: required(uuid),
  requestId: required(uuid),
  time: required(dateTime),
  thirdPartyIdentifiers: required(listOf(thirdPartyIdentifier)),
  amounts: optional(amounts),
  stan: optional(text()),
  rrn: optional(text()),
};

export const basicAdvice: Check<BasicAdvice> = object<Traced<BasicAdvice>>(adviceFields);

export const tenderAdvice: Check<TenderAdvice> = object<Traced<TenderAdvice>>({
  ...adviceFields,
  tenders: required(listOf<Tender>(tender)),
});

export const basicReversal: Check<BasicReversal> = object<Traced<BasicReversal>>({
  ...adviceFields,
  reversalReason: required(oneOf("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL")),
});

const lookupFields: Check<VoucherLookup> = object<VoucherLookup>({
  voucherCode: optional(text({ max: 40 })),
  provisionRequestId: optional(uuid),
  voucherSerialNumber: optional(text({ max: 40 })),
  receiverInstId: optional(text()),
  settlementEntityInstId: optional(text()),
});

/** The query of `lookupVoucher`. That it names a voucher at all is implied by Electrum, not written down. */
export const voucherLookup: Check<VoucherLookup> = {
  faults: (value, field) => [...lookupFields.faults(value, field), ...missingKey.faults(value, field)],
};

const LOOKUP_KEYS = ["voucherCode", "provisionRequestId", "voucherSerialNumber"];

const missingKey: Check<VoucherLookup> = {
  faults: (value, field) =>
    Object.keys(value ?? {}).some((name) => LOOKUP_KEYS.includes(name))
      ? []
      : [{ field, msg: `must hold one of ${LOOKUP_KEYS.join(", ")}` }],
};

/** The path of `lookupRedemption`. */
export const redemptionLookup: Check<RedemptionLookup> = object<RedemptionLookup>({ requestId: required(uuid) });
