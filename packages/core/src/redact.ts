import { parseJson } from "./json.ts";
import { type Entry, isEntry } from "./journal.ts";
import type { Transaction } from "./transaction.ts";
import { isTransaction } from "./transaction-guard.ts";

/**
 * The transaction without its secrets: voucher codes, pins, card numbers, what was printed, personal data, and every field
 * that we have never heard of. Nothing that the machine decides by is touched, so that replaying redacted entries gives the
 * redacted transaction.
 */
export function redact(transaction: Transaction): Transaction {
  const masked = maskKnown(transaction);
  if (!isTransaction(masked)) throw new TypeError("masking keeps the shape of a transaction");
  return masked;
}

/** As {@link redact}, for an entry of the journal; the body of an answer is masked field by field. */
export function redactEntry(entry: Entry): Entry {
  const masked = maskKnown(entry);
  if (!isEntry(masked)) throw new TypeError("masking keeps the shape of an entry");
  return masked;
}

/** What stands in place of a secret: never empty, since an empty code would not have been approved, and no JSON. */
const MASK = "***";

/** Below a field that is known to be harmless: its own text stays, its fields are looked at one by one. */
function maskKnown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskKnown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      if (field === "body" && typeof inner === "string") return [field, maskBody(inner)];
      return [field, harmless.has(field) ? maskKnown(inner) : maskAll(inner)];
    }),
  );
}

/** Below any other field: all text and every number go, the shape stays. */
function maskAll(value: unknown): unknown {
  if (typeof value === "string") return value === "" ? "" : MASK;
  if (typeof value === "number") return 0;
  if (Array.isArray(value)) return value.map(maskAll);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, maskAll(inner)]));
}

/** The body of an answer as text: what was JSON stays JSON, what was none stays none, what was empty stays empty. */
function maskBody(body: string): string {
  const parsed = parseJson(body);
  if (parsed !== undefined) return JSON.stringify(typeof parsed === "object" ? maskKnown(parsed) : maskAll(parsed));
  return body.trim() === "" ? body : MASK;
}

/** Fields that hold neither a secret nor personal data, of our own records first, then of Electrum's messages. */
const harmless: ReadonlySet<string> = new Set(
  `
  kind state type start policy at confirmationId reversalId lookup request round messaging provider takesRetries
  takesConfirmations takesReversals retries replyDeadlineMs customerWaitMs decisionDeadlineMs lookupRepeats
  lookupAfterMs retryDelay lookupDelay initialMs factor capMs firstAttempt startedAt attempt deadlineAt
  cancelledAt retryAt lookUpAt notBefore decideBy doubt first last cause reason unansweredUntil approval
  response decision outcome by advice operation message how of dispute resolution as why marks redeem fact
  intent timer adviceId status retryAfterMs error
  id time requestId originalId provisionRequestId voucherSerialNumber receiverInstId settlementEntityInstId
  originator institution terminalId merchant merchantType merchantId merchantName name city region country
  operatorId client settlementEntity receiver thirdPartyIdentifiers institutionId transactionIdentifier
  basketRef tranType srcAccType destAccType stan rrn posInfo entryMode panEntryMode pinEntryCapability
  posConditionCode amounts requestAmount approvedAmount feeAmount balanceAmount amount currency ledgerIndicator
  tenders tenderType accountType product productId barcode description minAmount maxAmount voucher serialNumber
  expiryDate reversalReason errorType providerErrorCode
  `
    .trim()
    .split(/\s+/),
);
