// What the switch answers, as checks: the OpenAPI document describes its responses by them.

import type {
  ErrorDetail,
  Product,
  ProvisionResponse,
  RedemptionResponse,
  RefundRequest,
  RefundResponse,
  VoucherLookupResponse,
} from "@electrum-vouchers/core";
import { anyObject, type Check, listOf, object, optional, required, text } from "./check.ts";
import {
  amountsCheck,
  customerCheck,
  institutionCheck,
  posInfoCheck,
  productCheck,
  thirdPartyIdentifierCheck,
  voucherCheck,
  voucherWithCodeCheck,
} from "./field-checks.ts";
import { transactionFields } from "./message-checks.ts";

export const provisionResponseCheck: Check<ProvisionResponse> = object<ProvisionResponse>({
  ...transactionFields,
  voucher: required(voucherWithCodeCheck),
  amounts: optional(amountsCheck),
  product: optional(productCheck),
  recipient: optional(customerCheck),
});

export const redemptionResponseCheck: Check<RedemptionResponse> = object<RedemptionResponse>({
  ...transactionFields,
  voucher: optional(voucherCheck),
  amounts: optional(amountsCheck),
  customer: optional(customerCheck),
});

/** The switch repeats the request's fields. */
type RepeatedFields = Pick<RefundRequest, "redemptionId" | "receiverTransactionRef">;

export const refundResponseCheck: Check<RefundResponse & RepeatedFields> = object<RefundResponse & RepeatedFields>({
  ...transactionFields,
  voucher: optional(voucherCheck),
  amounts: optional(amountsCheck),
  redemptionId: optional(text()),
  receiverTransactionRef: optional(text()),
});

export const voucherLookupResponseCheck: Check<VoucherLookupResponse> = object<VoucherLookupResponse>({
  voucher: required(voucherCheck),
  posInfo: optional(posInfoCheck),
  settlementEntity: optional(institutionCheck),
  receiver: optional(institutionCheck),
  amounts: optional(amountsCheck),
  product: optional(productCheck),
  rrn: optional(text()),
  thirdPartyIdentifiers: optional(listOf(thirdPartyIdentifierCheck)),
});

/** Electrum's schema is unseen: this form is the simulator's own. */
export interface ProductsLookupResponse {
  readonly products: readonly Product[];
}

export const productsLookupResponseCheck: Check<ProductsLookupResponse> = object<ProductsLookupResponse>({
  products: required(listOf(productCheck)),
});

export const errorDetailCheck: Check<ErrorDetail> = object<ErrorDetail>({
  id: optional(text()),
  originalId: optional(text()),
  errorType: required(text()),
  errorMessage: required(text({ max: 80 })),
  providerErrorCode: optional(text()),
  providerErrorMessage: optional(text()),
  detailMessage: optional(anyObject),
});
