import { parseJson } from "../json.ts";
import { type Entry, isEntry } from "./journal.ts";
import { isTransaction, type Transaction } from "../transaction.ts";
import { codeIn, MASK, SECOND_MASK } from "../voucher-code.ts";

/**
 * The transaction without its secrets: voucher codes, pins, card numbers, texts for the receipt, personal data, and every unknown
 * field. What the machines decide by stays, so that replaying redacted entries gives the redacted transaction.
 */
export function redact(transaction: Transaction): Transaction {
  const masked = redactRecordFields(transaction, secondCodeOf(transaction));
  if (!isTransaction(masked)) throw new TypeError("masking keeps the shape of a transaction");
  return masked;
}

/**
 * As {@link redact}, for an entry of the journal. The body of a response is redacted field by field.
 *
 * @param transaction What the whole journal led to, before its own redaction. Without it, a second voucher cannot be told from the
 *   first.
 */
export function redactEntry(entry: Entry, transaction?: Transaction): Entry {
  const masked = redactRecordFields(entry, transaction === undefined ? undefined : secondCodeOf(transaction));
  if (!isEntry(masked)) throw new TypeError("masking keeps the shape of an entry");
  return masked;
}

/** The code that needs a mask of its own: replaying must tell it from the first voucher's. */
function secondCodeOf({ reconciliation }: Transaction): string | undefined {
  const item = reconciliation.find(({ reason }) => reason === "secondVoucher");
  return item !== undefined && "response" in item ? codeIn(item.response) : undefined;
}

/** Redacts a record of this library: each of its fields is known, and so is each that holds a message of Electrum's. */
function redactRecordFields(value: unknown, secondCode: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((inner) => redactRecordFields(inner, secondCode));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      if (field === "body" && typeof inner === "string") return [field, redactBody(inner, secondCode)];
      if (field === "response") return [field, redactResponse(inner, secondCode)];
      const shape = messageFields.get(field);
      if (shape !== undefined) return [field, redactMessage(inner, shape)];
      return [field, recordFields.has(field) ? redactRecordFields(inner, secondCode) : redactAll(inner)];
    }),
  );
}

/** A message that may hold a voucher of Electrum's. */
function redactResponse(response: unknown, secondCode: string | undefined): unknown {
  const isSecond = secondCode !== undefined && codeIn(response) === secondCode;
  const masked = redactMessage(response, message);
  return isSecond ? withCode(masked, SECOND_MASK) : masked;
}

const withCode = (response: unknown, code: string): unknown =>
  typeof response === "object" && response !== null && "voucher" in response && typeof response.voucher === "object"
    ? { ...response, voucher: { ...response.voucher, code } }
    : response;

/** Redacts a message of Electrum's: the fields that its shape lists stay, all others are masked. */
function redactMessage(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map((inner) => redactMessage(inner, shape));
  if (typeof value !== "object" || value === null) return redactAll(value);
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      const place = shape.get(field);
      if (place !== undefined) return [field, redactMessage(inner, place)];
      const stays = shape.has(field) && (typeof inner !== "object" || inner === null);
      return [field, stays ? inner : redactAll(inner)];
    }),
  );
}

/** Masks every text and number; the structure stays. */
function redactAll(value: unknown): unknown {
  if (typeof value === "string") return value === "" ? "" : MASK;
  if (typeof value === "number") return 0;
  if (Array.isArray(value)) return value.map(redactAll);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, redactAll(inner)]));
}

/** Redacts the body of a response: JSON stays JSON, other text stays other text, and an empty body stays empty. */
function redactBody(body: string, secondCode: string | undefined): string {
  const parsed = parseJson(body);
  if (parsed !== undefined) return JSON.stringify(redactResponse(parsed, secondCode));
  return body.trim() === "" ? body : MASK;
}

/** The fields of a message that hold no secret. A field that holds fields has a shape of its own. */
type Shape = ReadonlyMap<string, Shape | undefined>;

const shapeOf = (fields: string, nested: Readonly<Record<string, Shape>> = {}): Shape =>
  new Map([...splitWords(fields).map((field) => [field, undefined] as const), ...Object.entries(nested)]);

const splitWords = (text: string): readonly string[] => text.match(/\S+/g) ?? [];

const amount = shapeOf("amount currency ledgerIndicator");

const amounts = shapeOf("", {
  requestAmount: amount,
  approvedAmount: amount,
  feeAmount: amount,
  balanceAmount: amount,
});

const tender = shapeOf("tenderType accountType", { amount });

const institution = shapeOf("id name");

const merchantName = shapeOf("name city region country");

/** One shape for all messages: no field is harmless in one and secret in another. */
const message = shapeOf(
  `id requestId originalId time basketRef tranType srcAccType destAccType stan rrn reversalReason errorType
  providerErrorCode provisionRequestId voucherSerialNumber receiverInstId settlementEntityInstId`,
  {
    originator: shapeOf("terminalId operatorId", {
      institution,
      merchant: shapeOf("merchantType merchantId", { merchantName }),
    }),
    client: institution,
    settlementEntity: institution,
    receiver: institution,
    thirdPartyIdentifiers: shapeOf("institutionId transactionIdentifier"),
    posInfo: shapeOf("posConditionCode", { entryMode: shapeOf("panEntryMode pinEntryCapability") }),
    amounts,
    tenders: tender,
    product: shapeOf("productId barcode name description", { amount, minAmount: amount, maxAmount: amount }),
    voucher: shapeOf("serialNumber expiryDate"),
  },
);

/** The fields of a record that hold a message. */
const messageFields: ReadonlyMap<string, Shape> = new Map([
  ["request", message],
  ["message", message],
  ["lookup", message],
  ["tenders", tender],
  ["amounts", amounts],
]);

/** The other fields of a record. None holds a secret or personal data. */
const recordFields: ReadonlySet<string> = new Set(
  splitWords(`
  kind id state type start client terminal policy at confirmationId reversalId round messaging provider name takesRetries
  takesReversals retries replyDeadlineMs customerWaitMs decisionDeadlineMs lookupRetries
  lookupAfterMs unnamedRepeatMs retryBackoff lookupBackoff initialMs multiplier maxMs firstAttempt startedAt attempt deadlineAt
  cancelledAt retryAt lookUpAt notBefore decideBy inDoubt first last cause reason unknown latestDeadlineAt foreignResponses lateApproval approval
  decision outcome by advice operation acknowledgement finalizing dispute resolution reconciliation redeem fact intent timer adviceId
  status retryAfterMs repeats isUnnamed requested approved amount currency ledgerIndicator error errorType providerErrorCode
  `),
);
