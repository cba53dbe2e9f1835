export type { Answer, Silence, SilenceCause } from "./answer.ts";
export type { Json, JsonObject } from "./json.ts";
export { isJsonObject, parseJson } from "./json.ts";
export type { BasicAdvice, BasicReversal, ReversalReason, TenderAdvice } from "./messages/advices.ts";
export type { Amounts, LedgerAmount } from "./messages/amounts.ts";
export type { Address, Customer } from "./messages/customer.ts";
export type { ErrorDetail, ErrorType, KnownErrorType } from "./messages/error-detail.ts";
export type { RedemptionLookup, VoucherLookup, VoucherLookupResponse } from "./messages/lookup.ts";
export type { MessageFault } from "./messages/parse.ts";
export {
  parseAmounts,
  parseProvisionRequest,
  parseRedemptionRequest,
  parseTenders,
  parseVoucherLookup,
} from "./messages/parse.ts";
export type { Institution, Merchant, MerchantName, Originator, ThirdPartyIdentifier } from "./messages/parties.ts";
export type { PosInfo } from "./messages/pos-info.ts";
export type { Product } from "./messages/product.ts";
export type { ProvisionRequest, ProvisionResponse } from "./messages/provision.ts";
export type { RedemptionRequest, RedemptionResponse } from "./messages/redemption.ts";
export type { SlipData, SlipLine } from "./messages/slip-data.ts";
export type { Tender } from "./messages/tender.ts";
export type { TransactionFields } from "./messages/transaction-fields.ts";
export type { Uuid } from "./messages/uuid.ts";
export type { Pin, PinClear, PinEncrypted, PinHashed, Voucher } from "./messages/voucher.ts";
export type { Advice, HttpRequest, MessageOf, Operation, Outgoing, Request } from "./operations.ts";
export { operations, toHttp } from "./operations.ts";
export type { Growth, Policy, PolicyFault, ProviderProfile } from "./policy.ts";
export { MAX_ATTEMPTS, MAX_WAIT_MS, netcare, ordinaryProvider, pauseMs, policy, stellr } from "./policy.ts";
export type * from "./step.ts";
export type { Instant } from "./time.ts";
export { toDateTime } from "./time.ts";
