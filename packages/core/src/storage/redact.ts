import type { Digester } from "../input-digest.ts";
import { parseJson } from "../json.ts";
import { digestIntent, digestStart, withDigests } from "./digest.ts";
import { type Entry, isEntry, isJournalEntry, type JournalEntry } from "./journal.ts";
import {
  amountShape,
  amountsShape,
  errorShape,
  type Form,
  isForm,
  messageShape,
  givenReasonShape,
  repairShape,
  type Shape,
  tenderShape,
} from "./kept-fields.ts";
import type { Uuid } from "../messages/uuid.ts";
import { withoutPin } from "../messages/voucher.ts";
import type { ReconciliationItem } from "../machines/finalization-state.ts";
import { isTransaction, type Transaction } from "../transaction.ts";
import { codeIn, isMask, isSameVoucherNumber, MASK, namesAnother, otherMask, serialNumberIn } from "../voucher-code.ts";

/**
 * Masks more than this library does. It is given each text that `redact` leaves of what the parties choose as they like, and gives what
 * is stored in its place. It must be pure: the same text in the same field always becomes the same, in a record and in its journal.
 *
 * @param field where the text stands in its message, such as `originator.operatorId`
 */
export type RedactText = (text: string, field: string) => string;

export interface RedactionOptions {
  /** Masks more than this library does. Default: masks no more. */
  readonly redactText?: RedactText;
  /** Digests the inputs that can be repeated, so that a repeat is recognised afterwards. Default: none is. */
  readonly digester?: Digester;
}

/**
 * The transaction without its secrets: voucher codes, pins, card numbers, texts for the receipt, personal data, and every unknown
 * field. What the machines decide by stays, so that replaying redacted entries gives the redacted transaction.
 *
 * @throws {TypeError} if `redactText` gives no text, or if what it gives is no longer a transaction
 */
export function redact(
  transaction: Transaction,
  { redactText = leaveText, digester }: RedactionOptions = {},
): Transaction {
  // What was masked once cannot be digested any more.
  const digested =
    digester === undefined || transaction.start.redacted === true ? transaction : withDigests(transaction, digester);
  const masked = redactRecordFields(digested, { otherCodes: otherCodesOf(transaction), redactText });
  if (!isTransaction(masked)) throw new TypeError("masking keeps the shape of a transaction");
  return masked;
}

/**
 * As {@link redact}, for an entry of the journal. The body of a response is redacted field by field.
 *
 * @param transaction What the whole journal led to, before its own redaction. Without it, a second voucher cannot be told from the
 *   first, and no digests are kept.
 */
export function redactEntry(entry: JournalEntry, transaction?: Transaction, options?: RedactionOptions): JournalEntry;
export function redactEntry(entry: Entry, transaction?: Transaction, options?: RedactionOptions): Entry;
export function redactEntry(
  entry: Entry | JournalEntry,
  transaction?: Transaction,
  { redactText = leaveText, digester }: RedactionOptions = {},
): Entry | JournalEntry {
  const otherCodes = transaction === undefined ? [] : otherCodesIn(entry, transaction);
  const digested =
    digester === undefined || transaction === undefined || transaction.start.redacted === true
      ? entry
      : digestEntry(entry, transaction.id, digester);
  const masked = redactRecordFields(digested, { otherCodes, redactText });
  if (isJournalEntry(masked) || isEntry(masked)) return masked;
  throw new TypeError("masking keeps the shape of an entry");
}

/** The entry with a digest of its input, if it has one that can be repeated. */
function digestEntry(entry: Entry | JournalEntry, id: Uuid, digester: Digester): Entry | JournalEntry {
  switch (entry.type) {
    case "provisionStarted":
      return { ...entry, start: digestStart(entry.start, id, digester) };
    case "redemptionStarted":
      return { ...entry, start: digestStart(entry.start, id, digester) };
    case "refundStarted": {
      // As it is stored. An entry that is not stored yet may have the pin.
      const start = { ...entry.start, request: withoutPin(entry.start.request) };
      return { ...entry, start: digestStart(start, id, digester) };
    }
    case "intent":
      return { ...entry, intent: digestIntent(entry.intent, id, digester) };
    case "fact":
    case "delivery":
    case "repair":
      return entry;
  }
}

const leaveText: RedactText = (text) => text;

interface Redaction {
  /** The codes that get a mask of their own, in the order of their masks. */
  readonly otherCodes: readonly string[];
  readonly redactText: RedactText;
}

/** The codes in an entry that need a mask of their own: those of other vouchers, or another one than was looked up. */
function otherCodesIn(entry: Entry | JournalEntry, transaction: Transaction): readonly string[] {
  if (entry.type !== "fact" || entry.fact.type !== "response" || transaction.kind !== "redemption")
    return otherCodesOf(transaction);
  const isLookup = !("redeem" in transaction) || entry.fact.attempt < transaction.redeem.attempt;
  if (!isLookup) return otherCodesOf(transaction);
  const response = parseJson(entry.fact.body);
  const { voucherCode, voucherSerialNumber } = transaction.start.lookup;
  const code = codeIn(response);
  const isOther = namesAnother(voucherCode, code) || namesAnother(voucherSerialNumber, serialNumberIn(response));
  return isOther && code !== undefined ? [code] : [];
}

/**
 * The codes of the other vouchers. Replaying must tell a second voucher from the first one, and an item from one that was settled. So
 * of the codes that stand in items, only the first that is no second voucher's needs no mask of its own.
 */
function otherCodesOf({ reconciliation }: Transaction): readonly string[] {
  const codesOf = (items: readonly ReconciliationItem[]): readonly string[] => [
    ...new Set(items.flatMap((item) => codeOfEvidence(item) ?? [])),
  ];
  const second = codesOf(reconciliation.filter(({ reason }) => reason === "secondVoucher"));
  const [, ...further] = codesOf(reconciliation).filter((code) => !second.includes(code));
  return [...second, ...further];
}

/** The code of the voucher in the approval that is evidence, if it is one and holds one. */
function codeOfEvidence(item: ReconciliationItem): string | undefined {
  if ("response" in item) return codeIn(item.response);
  return item.reason === "reversalNotFound" ? codeIn(item.approval?.response) : undefined;
}

/** Redacts a record of this library: each of its fields is known, and so is each that holds a message of Electrum's. */
function redactRecordFields(value: unknown, redaction: Redaction): unknown {
  if (Array.isArray(value)) return value.map((inner) => redactRecordFields(inner, redaction));
  if (typeof value !== "object" || value === null) return value;
  const { by, reason, ...fields }: { readonly by?: unknown; readonly reason?: unknown } = value;
  return by === undefined || reason === undefined
    ? redactFields(value, redaction)
    : // A person has decided something, for a reason in free text.
      Object.assign(redactFields(fields, redaction), redactMessage({ by, reason }, givenReasonShape, redaction));
}

const redactFields = (record: object, redaction: Redaction): object =>
  Object.fromEntries(
    Object.entries(record).map(([field, inner]: [string, unknown]) => {
      if (field === "body" && typeof inner === "string") return [field, redactBody(inner, redaction)];
      // What was asked for names no other voucher.
      if (field === "request") return [field, redactWholeMessage(inner, { ...redaction, otherCodes: [] })];
      if (wholeMessages.has(field)) return [field, redactWholeMessage(inner, redaction)];
      const part = partsOfMessages.get(field);
      if (part !== undefined) return [field, redactMessage(inner, part.shape, redaction, part.above)];
      if (field === "start" && isObject(inner)) return [field, { ...redactFields(inner, redaction), redacted: true }];
      return [field, recordFields.has(field) ? redactRecordFields(inner, redaction) : maskValue(inner)];
    }),
  );

/** Redacts the body of a response: JSON stays JSON, other text stays other text, and an empty body stays empty. */
function redactBody(body: string, redaction: Redaction): string {
  const parsed = parseJson(body);
  if (parsed !== undefined) return JSON.stringify(redactWholeMessage(parsed, redaction));
  return body.trim() === "" ? body : MASK;
}

/** A message, which may hold a voucher of Electrum's. */
function redactWholeMessage(message: unknown, redaction: Redaction): unknown {
  const masked = redactMessage(message, messageShape, redaction);
  const code = codeIn(message);
  if (code === undefined || !isObject(masked) || !("voucher" in masked) || !isObject(masked.voucher))
    return hideSerialNumber(message, masked);
  const index = redaction.otherCodes.indexOf(code);
  const mask = index === -1 ? MASK : otherMask(index);
  // Some providers number their vouchers by their codes.
  const serialNumber = isSameVoucherNumber(code, serialNumberIn(message)) ? { serialNumber: mask } : {};
  return { ...masked, voucher: { ...masked.voucher, code: mask, ...serialNumber } };
}

/** In a lookup, code and serial number stand beside each other. */
const hideSerialNumber = (message: unknown, masked: unknown): unknown =>
  isObject(message) &&
  isObject(masked) &&
  "voucherCode" in message &&
  "voucherSerialNumber" in message &&
  isSameVoucherNumber(message.voucherCode, message.voucherSerialNumber)
    ? { ...masked, voucherSerialNumber: MASK }
    : masked;

/** Redacts a message of Electrum's: what its shape keeps stays, what it masks is masked, and all else is dropped. */
function redactMessage(value: unknown, shape: Shape, redaction: Redaction, above = ""): unknown {
  if (Array.isArray(value)) return value.map((inner) => redactMessage(inner, shape, redaction, above));
  if (!isObject(value)) return maskShortly(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, inner]: [string, unknown]): readonly [string, unknown][] => {
      const place = shape.get(field);
      if (place === undefined) return [];
      if (place === "masked") return [[field, maskValue(inner)]];
      return [
        isForm(place)
          ? [field, applyForm(inner, place, `${above}${field}`, redaction)]
          : [field, redactMessage(inner, place, redaction, `${above}${field}.`)],
      ];
    }),
  );
}

function applyForm(value: unknown, form: Form, field: string, { redactText }: Redaction): unknown {
  if ((typeof value !== "string" && typeof value !== "number") || !form.keeps(value)) return maskValue(value);
  if (typeof value === "number" || form.isOpen === undefined || value === "" || isMask(value)) return value;
  const text: unknown = redactText(value, field);
  if (typeof text !== "string") throw new TypeError("redactText gives a text");
  return text;
}

/** Masks a text or number. What is empty stays empty, and of a list or an object only stays that it was one. */
function maskValue(value: unknown): unknown {
  if (typeof value === "string") return value === "" ? "" : MASK;
  if (typeof value === "number") return 0;
  if (Array.isArray(value)) return [];
  return isObject(value) ? {} : value;
}

/** Masks what stands in place of an object. It never gets longer: a list of identifiers with a bound must stay within it. */
const maskShortly = (value: unknown): unknown =>
  typeof value === "string" ? MASK.slice(0, value.length) : maskValue(value);

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of a record that hold a message, a request apart. */
const wholeMessages: ReadonlySet<string> = new Set(["response", "message", "lookup"]);

/** The fields of a record that hold a part of a message, and where that stood in the message. */
const partsOfMessages: ReadonlyMap<string, { readonly shape: Shape; readonly above: string }> = new Map([
  ["tenders", { shape: tenderShape, above: "tenders." }],
  ["amounts", { shape: amountsShape, above: "amounts." }],
  ["requested", { shape: amountShape, above: "amounts.requestAmount." }],
  ["approved", { shape: amountShape, above: "amounts.approvedAmount." }],
  ["error", { shape: errorShape, above: "" }],
  ["repair", { shape: repairShape, above: "" }],
]);

const splitWords = (text: string): readonly string[] => text.match(/\S+/g) ?? [];

/** The other fields of a record. None holds a secret or personal data. */
const recordFields: ReadonlySet<string> = new Set(
  splitWords(`
  kind id state type redacted client terminal correlation rules delivery sentAt noResponse policy at confirmationId reversalId round messaging provider name takesRetries
  takesReversals retries replyDeadlineMs customerWaitMs decisionDeadlineMs lookupRetries
  lookupAfterMs unnamedRepeatMs retryBackoff lookupBackoff initialMs multiplier maxMs firstAttempt startedAt attempt deadlineAt
  cancelledAt retryAt lookUpAt notBefore decideBy inDoubt first last cause reason unknown latestDeadlineAt foreignResponses lateApproval approval
  decision outcome by advice operation acknowledgement finalizing dispute resolution reconciliation redeem fact intent timer adviceId
  maxUndelivered count ageMs tracksPrinting handedOver handOver copies printedAt copy exclusive override operator digest keyId value settled held payment reference overdueAt expiresAt items onDecisionDeadline lookupExpiryMs
  status retryAfterMs repeats isUnnamed
  `),
);
