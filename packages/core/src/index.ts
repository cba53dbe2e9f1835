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
export type { Acknowledged, AcknowledgementReading } from "./acknowledgement.ts";
export { readAcknowledgement } from "./acknowledgement.ts";
export type { Doubt, Unknown } from "./doubt.ts";
export type { HandedOver, HandOverable } from "./hand-over.ts";
export { canHandOver, handOver } from "./hand-over.ts";
export type { BrokenJournal, Entry } from "./journal.ts";
export { replay } from "./journal.ts";
export { sameJson } from "./json.ts";
export type { LookupTooEarly } from "./lookup-guard.ts";
export { mayLookUp } from "./lookup-guard.ts";
export type * from "./provision/state.ts";
export { startProvision } from "./provision/transition.ts";
export type { DamagedRecord } from "./record.ts";
export { decode, decodeEntry, encode, encodeEntry, RECORD_VERSION, redactRecord, redactStoredEntry } from "./record.ts";
export { redact, redactEntry } from "./redact.ts";
export type * from "./redemption/state.ts";
export { startRedemption } from "./redemption/transition.ts";
export type { RedemptionLookupReading } from "./redemption-lookup.ts";
export { readRedemptionLookup } from "./redemption-lookup.ts";
export type { ErrorAnswer, Reading, UnknownAnswer } from "./reply.ts";
export { readReply } from "./reply.ts";
export type {
  Approval,
  Confirmed,
  Confirming,
  Dispute,
  Disputed,
  Mark,
  Resolved,
  Reversed,
  Reversing,
  Settlement,
} from "./settlement-state.ts";
export type { ProvisionStart, RedemptionStart } from "./start.ts";
export type { AnyStateOf, IntentFor, Transaction } from "./transaction.ts";
export { decide, dueOf, isFinal, needsAttention, observe, resume, wake } from "./transaction.ts";
export { isTransaction, provisionStates, redemptionStates } from "./transaction-guard.ts";
