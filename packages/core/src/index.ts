// --- Transactions: start one, feed it facts and intents, execute each step's command. The theory is in `transaction.ts`.
export type { ProvisionStart, RedemptionStart, RefundStart } from "./start.ts";
export { startProvision } from "./machines/provision.ts";
export { startRedemption } from "./machines/redemption.ts";
export { startRefund } from "./machines/refund.ts";
export type { Due, Labels, Work } from "./ports.ts";
export { parseIntent } from "./machines/validate-input.ts";
export type { IntentFor, Transaction, TransactionOfKind } from "./transaction.ts";
export {
  decide,
  isFinal,
  isUnfinished,
  needsAttention,
  nextDue,
  observe,
  pendingAdvice,
  resume,
  timerFact,
} from "./transaction.ts";
export type * from "./step.ts";
export type {
  Abandoned,
  Found,
  LookingUp,
  LookupFailed,
  LookupFailure,
  Redeemed,
  Redeeming,
  Redemption,
  RedemptionCompleted,
  RedemptionDeclined,
  RedemptionState,
  WaitingToLookUp,
} from "./machines/redemption-state.ts";
export type {
  Refund,
  RefundCompleted,
  RefundDeclined,
  Refunded,
  RefundState,
  RequestingRefund,
} from "./machines/refund-state.ts";
export type {
  Issued,
  Provision,
  ProvisionCompleted,
  ProvisionDeclined,
  ProvisionState,
  Requesting,
  WaitingToRetry,
} from "./machines/provision-state.ts";
export type {
  Approval,
  Confirmed,
  Confirming,
  Dispute,
  Disputed,
  Finalization,
  ReconciliationItem,
  Resolved,
  Reversed,
  Reversing,
} from "./machines/finalization-state.ts";
export type { Evidence, Held, Undecided } from "./machines/finalization-state.ts";
export type { InDoubt, UnknownOutcome } from "./machines/in-doubt.ts";
export type { UndeliveredBounds, Backoff, Policy, ProviderProfile } from "./policy.ts";
export { policyInForce } from "./policy-in-force.ts";
export { backoffMs, checkPolicy, defaultPolicy, netcare, parsePolicy, standardProvider, stellr } from "./policy.ts";
export type { HandOver, SaleHandOver } from "./hand-over.ts";
export { type PrintedLine, renderSlip, type SlipOptions } from "./slip.ts";
export { canHandOver, handOver } from "./hand-over.ts";
export type { PinForCustomer, VoucherForCustomer } from "./messages/read-voucher.ts";
export type {
  AdviceView,
  ApprovalView,
  ProvisionStartView,
  ProvisionView,
  RedeemView,
  RedemptionStartView,
  RedemptionView,
  RefundStartView,
  RefundView,
  TransactionView,
  View,
} from "./view.ts";
export { toView, viewTransactionStatus, viewVoucherStatus } from "./view.ts";
export type { MessageDetails, VoucherDetails } from "./messages/message-details.ts";
export { readDetails } from "./messages/message-details.ts";
export { codeToRedeem } from "./code-to-redeem.ts";
export type { LookupTooEarly } from "./lookup-timing.ts";
export { mayLookUp } from "./lookup-timing.ts";
export type { Attention, AttentionCell, AttentionDirection, AttentionReason, VoucherRisk } from "./attention.ts";
export { attentionOf, attentionTable, explainAttention } from "./attention.ts";
export { columnsOf, decodeStored } from "./columns.ts";
export { labelsOf } from "./labels.ts";
export type { Instant } from "./time.ts";
export { toDateTime } from "./time.ts";

// --- Messages: Electrum's, by Electrum's names, and as HTTP requests.
export type {
  Advice,
  Confirmation,
  HttpRequest,
  Lookup,
  MessageByOperation,
  Operation,
  OutgoingMessage,
  Request,
  Reversal,
} from "./messages/operations.ts";
export { isLookup, operations, toHttp } from "./messages/operations.ts";
export type { MessageFault } from "./fault.ts";
export type { CardNumbersInText } from "./messages/card-number.ts";
export { findCardNumbersInText, maskCardNumbersInText } from "./messages/card-number.ts";
export {
  parseAmounts,
  parseProvisionRequest,
  parseRedemptionDraft,
  parseRedemptionRequest,
  parseRefundRequest,
  parseTenders,
  parseVoucherLookup,
} from "./messages/parse.ts";
export type { ProvisionRequest, ProvisionResponse } from "./messages/provision.ts";
export type { RedemptionDraft, RedemptionRequest, RedemptionResponse } from "./messages/redemption.ts";
export type { RefundRequest, RefundResponse } from "./messages/refund.ts";
export type { ProductLookup, RedemptionLookup, VoucherLookup, VoucherLookupResponse } from "./messages/lookup.ts";
export type {
  BasicAdvice,
  BasicReversal,
  MessageReferences,
  ReversalReason,
  TenderAdvice,
} from "./messages/advices.ts";
export type { WithAdditionalFields } from "./messages/additional-fields.ts";
export type { ErrorDetail, ErrorType, KnownErrorType } from "./messages/error-detail.ts";
export { errorTypes } from "./messages/error-detail.ts";
export type { TransactionFields } from "./messages/transaction-fields.ts";
export type { Institution, Merchant, MerchantName, Originator, ThirdPartyIdentifier } from "./messages/parties.ts";
export type { Amounts, LedgerAmount } from "./messages/amounts.ts";
export type { Address, Customer } from "./messages/customer.ts";
export type { PosInfo } from "./messages/pos-info.ts";
export type { Product } from "./messages/product.ts";
export type { SlipData, SlipLine } from "./messages/slip-data.ts";
export type { Tender } from "./messages/tender.ts";
export type { Pin, PinClear, PinEncrypted, PinHashed, Voucher } from "./messages/voucher.ts";
export type { Uuid } from "./messages/uuid.ts";
export type { Json, JsonObject } from "./json.ts";
export { printable } from "./printable.ts";

// --- Classifying responses: what a response from Electrum means.
export type { HttpResponse, NoResponse, NoResponseCause } from "./responses/http-response.ts";
export type {
  ErrorResponse,
  ReportedFault,
  RequestOutcome,
  UnknownResponseCause,
} from "./responses/request-outcome.ts";
export { boundResponse } from "./responses/bound-response.ts";
export { classifyResponse } from "./responses/request-outcome.ts";
export type { Acknowledgement, AdviceOutcome } from "./responses/advice-outcome.ts";
export { classifyAdviceResponse } from "./responses/advice-outcome.ts";
export type { NotFound, Processed, TransactionStatus, VoucherStatus } from "./responses/transaction-status.ts";
export {
  classifyProvisionStatus,
  classifyRedemptionStatus,
  classifyVoucherStatus,
  isElectrumsAnswer,
} from "./responses/transaction-status.ts";
export type { CannotTellYet } from "./responses/unanswered.ts";
export { mayBeAnsweredSoon } from "./responses/unanswered.ts";
export type { ListedProduct, ProductsOutcome } from "./responses/products.ts";
export { classifyProducts } from "./responses/products.ts";

// --- Storing: records and journal entries as text, and their redaction.
export type { DamagedRecord } from "./storage/record.ts";
export {
  decode,
  decodeEntry,
  encode,
  encodeEntry,
  RECORD_VERSION,
} from "./storage/record.ts";
export type {
  BrokenJournal,
  Delivery,
  DeliveryNote,
  Entry,
  JournalEntry,
  RepairNote,
  StartEntry,
} from "./storage/journal.ts";
export type { OutboxReader, WorkAttempts } from "./reader-port.ts";
export { type Outlook, outlookOf } from "./outlook.ts";
export { queueNameOf } from "./labels.ts";
export { exclusiveTextOf, holdsExclusively, refundTextOf } from "./exclusive.ts";
export { checkRefundable } from "./refundable.ts";
export { compareRepeat, type Repeat } from "./storage/digest.ts";
export { compareStart, replay, RULES_VERSION, toJournalEntry } from "./storage/journal.ts";
export type { StoredForRepair } from "./storage/repair.ts";
export { findDamage, isDamaged, planRepair } from "./storage/repair.ts";
export type { RedactionOptions, RedactText } from "./storage/redact.ts";
export type { Digester, InputDigest, Sameness } from "./input-digest.ts";
export { redact, redactEntry } from "./storage/redact.ts";
export type { RedactionFailure } from "./storage/redact-stored.ts";
export { createRetentionRules, redactStored, redactStoredEntry } from "./storage/redact-stored.ts";
export type { KnownField } from "./storage/kept-fields.ts";
export { knownFields } from "./storage/kept-fields.ts";

// --- Results, so that a caller needs no import of neverthrow's own.
export { err, errAsync, ok, okAsync, Result, ResultAsync } from "neverthrow";
