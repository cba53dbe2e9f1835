import type { HttpResponse, Operation } from "@electrum-vouchers/core";

// What a response means, written a second time: from Electrum's documents alone, without a line of the core. If the two
// classifications differ, one of them is wrong.

export type ExpectedRequestOutcome = "approved" | "declined" | "unknown";

/** What the response to a request says about the request. */
export function deriveOutcome(operation: Operation, id: string, response: HttpResponse): ExpectedRequestOutcome {
  const body = parseObject(response.body);
  const { status } = response;
  const errorType = body === undefined ? undefined : textField(body, "errorType");
  const isLookup = operation === "lookupVoucher" || operation === "lookupRedemption";
  if (status === 200 || status === 201 || status === 202) {
    return body !== undefined && errorType === undefined && isApproval(operation, id, body) ? "approved" : "unknown";
  }
  const isForeign = body !== undefined && !isLookup && namesOther(body, "id", [id]);
  if (isForeign || (errorType !== undefined && neverDeclines(operation, errorType))) return "unknown";
  return isDeclineStatus(status) ? "declined" : "unknown";
}

/** A success counts only if it has what was asked for: the voucher that was bought, the transaction that was meant. */
function isApproval(operation: Operation, id: string, body: object): boolean {
  const voucher = ownField(body, "voucher");
  const isVoucher = typeof voucher === "object" && voucher !== null && !Array.isArray(voucher);
  const code = isVoucher ? textField(voucher, "code") : undefined;
  if (operation === "lookupVoucher") return isVoucher;
  const isOurs = textField(body, "id")?.toLowerCase() === id.toLowerCase();
  const needsCode = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return isOurs && (!needsCode || (code !== undefined && code.length > 0));
}

/** Error types that leave the outcome open, whatever the status. The last two do so only for a provision. */
function neverDeclines(operation: Operation, errorType: string): boolean {
  const always = ["UPSTREAM_UNAVAILABLE", "VOUCHER_STATUS_UNKNOWN", "DUPLICATE_RECORD"];
  const forProvisions = ["VOUCHER_ALREADY_PROVISIONED", "VOUCHER_ALREADY_CONFIRMED"];
  const isProvision = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return always.includes(errorType) || (isProvision && forProvisions.includes(errorType));
}

const isDeclineStatus = (status: number): boolean =>
  status === 501 || (status >= 400 && status <= 499 && ![408, 425, 429].includes(status));

export type ExpectedAdviceOutcome = "acknowledged" | "repeat" | "halt" | "contradicted" | "refused";

type AdviceOperation = Extract<Operation, `confirm${string}` | `reverse${string}`>;

/** What the response to an advice says about the advice. */
export function deriveAdviceOutcome(
  operation: AdviceOperation,
  ids: { readonly id: string; readonly requestId: string },
  { status, body }: HttpResponse,
): ExpectedAdviceOutcome {
  const message = parseObject(body);
  const isBlank = body.trim() === "";
  const errorType = message === undefined ? undefined : textField(message, "errorType");
  if (status >= 200 && status <= 299)
    return isBlank || (message !== undefined && isEcho(ids, message)) ? "acknowledged" : "repeat";
  if (status === 401 || status === 403) return "halt";
  if (errorType === undefined && !isBlank) return "repeat";
  if (message !== undefined && namesOther(message, "id", [ids.id, ids.requestId])) return "repeat";
  return (
    (errorType === undefined ? undefined : outcomeByErrorType(operation, errorType)) ??
    outcomeByStatus(operation, status)
  );
}

/** An echo names the advice and its request, or neither, and no error. */
const isEcho = ({ id, requestId }: { readonly id: string; readonly requestId: string }, message: object): boolean =>
  !namesOther(message, "id", [id]) &&
  !namesOther(message, "requestId", [requestId]) &&
  textField(message, "errorType") === undefined;

function outcomeByErrorType(operation: AdviceOperation, errorType: string): ExpectedAdviceOutcome | undefined {
  const entity = operation.endsWith("Voucher") ? "VOUCHER" : "REDEMPTION";
  const isReversal = operation.startsWith("reverse");
  switch (errorType) {
    case `${entity}_ALREADY_CONFIRMED`:
      return isReversal ? "contradicted" : "acknowledged";
    case `${entity}_ALREADY_REVERSED`:
      return isReversal ? "acknowledged" : "contradicted";
    case "UNABLE_TO_LOCATE_RECORD":
      return isReversal ? "acknowledged" : "contradicted";
    case "VOUCHER_NOT_REDEEMED":
      return operation === "confirmRedeem" ? "acknowledged" : "refused";
    case "DUPLICATE_RECORD":
    case "ACCOUNT_ALREADY_SETTLED":
      return "acknowledged";
    case "VOUCHER_ALREADY_REDEEMED":
      return "contradicted";
    case "AUTHENTICATION_ERROR":
      return "halt";
    case "UPSTREAM_UNAVAILABLE":
    case "VOUCHER_STATUS_UNKNOWN":
      return "repeat";
    default:
      return refusedErrorTypes.includes(errorType) ? "refused" : undefined;
  }
}

const refusedErrorTypes = [
  "FORMAT_ERROR",
  "FUNCTION_NOT_SUPPORTED",
  "TRANSACTION_NOT_SUPPORTED",
  "INVALID_AMOUNT",
  "INVALID_MERCHANT",
  "INVALID_VOUCHER",
];

function outcomeByStatus(operation: AdviceOperation, status: number): ExpectedAdviceOutcome {
  if (status === 404) return operation.startsWith("reverse") ? "acknowledged" : "contradicted";
  return isDeclineStatus(status) ? "refused" : "repeat";
}

// --- reading JSON, warily ---

/** Electrum's messages are nested less than ten deep. What is nested deeper than this is no message. */
const MAX_DEPTH = 64;

/** The JSON object that a text holds. The last one is remembered, since each response is classified for every message. */
export function parseObject(text: string): object | undefined {
  if (lastParsed.text !== text) lastParsed = { text, value: readObject(text) };
  return lastParsed.value;
}

let lastParsed: { readonly text: string; readonly value: object | undefined } = { text: "", value: undefined };

function readObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !isDeeper(value, MAX_DEPTH) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Level by level, since fuzzed input may be deeper than the stack allows. */
function isDeeper(value: object, maxDepth: number): boolean {
  let level: readonly object[] = [value];
  for (let depth = 1; depth <= maxDepth; depth += 1) {
    level = level.flatMap((each): readonly unknown[] => Object.values(each)).filter(isObject);
    if (level.length === 0) return false;
  }
  return true;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A field of its own, not one that every object inherits. */
export const ownField = (value: object, name: string): unknown =>
  Object.entries(value).find(([field]) => field === name)?.[1];

export function textField(value: object, name: string): string | undefined {
  const field = ownField(value, name);
  return typeof field === "string" ? field : undefined;
}

/** Whether a field is there, and names none of these. `null` counts as absent. */
function namesOther(value: object, name: string, ownIds: readonly string[]): boolean {
  const field = ownField(value, name);
  if (field === undefined || field === null) return false;
  return typeof field !== "string" || !ownIds.some((id) => id.toLowerCase() === field.toLowerCase());
}
