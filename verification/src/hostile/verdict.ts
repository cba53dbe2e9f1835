import type { Answer, Operation } from "@electrum-vouchers/core";

// What an answer means, told once more: from Electrum's documents alone, without a line of the core. Where the two readings
// differ, one of them is wrong.

export type Verdict = "approved" | "declined" | "unknown";

/** What the answer to a request of ours says of it. */
export function verdictOn(operation: Operation, id: string, answer: Answer): Verdict {
  const body = objectIn(answer.body);
  const { status } = answer;
  const errorType = body === undefined ? undefined : textIn(body, "errorType");
  const isLookup = operation === "lookupVoucher" || operation === "lookupRedemption";
  if (status === 200 || status === 201 || status === 202) {
    return body !== undefined && errorType === undefined && isApproval(operation, id, body) ? "approved" : "unknown";
  }
  const isForeign = body !== undefined && !isLookup && namesAnother(body, "id", [id]);
  if (isForeign || (errorType !== undefined && neverDeclines(operation, errorType))) return "unknown";
  return declining(status) ? "declined" : "unknown";
}

/** A success is one only with what was asked for: the voucher that was bought, the transaction that was meant. */
function isApproval(operation: Operation, id: string, body: object): boolean {
  const voucher = fieldOf(body, "voucher");
  const isVoucher = typeof voucher === "object" && voucher !== null && !Array.isArray(voucher);
  const code = isVoucher ? textIn(voucher, "code") : undefined;
  if (operation === "lookupVoucher") return isVoucher;
  const isOurs = textIn(body, "id")?.toLowerCase() === id.toLowerCase();
  const needsCode = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return isOurs && (!needsCode || (code !== undefined && code.length > 0));
}

/** Error types that leave the outcome open, whatever the status; the last two where a voucher was asked for. */
function neverDeclines(operation: Operation, errorType: string): boolean {
  const always = ["UPSTREAM_UNAVAILABLE", "VOUCHER_STATUS_UNKNOWN", "DUPLICATE_RECORD"];
  const forProvisions = ["VOUCHER_ALREADY_PROVISIONED", "VOUCHER_ALREADY_CONFIRMED"];
  const isProvision = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return always.includes(errorType) || (isProvision && forProvisions.includes(errorType));
}

const declining = (status: number): boolean =>
  status === 501 || (status >= 400 && status <= 499 && ![408, 425, 429].includes(status));

export type Acknowledgement = "acknowledged" | "repeat" | "halt" | "contradicted" | "refused";

type AdviceOperation = Extract<Operation, `confirm${string}` | `reverse${string}`>;

/** What the answer to an advice of ours says of it. */
export function acknowledgementOf(
  operation: AdviceOperation,
  ids: { readonly id: string; readonly requestId: string },
  { status, body }: Answer,
): Acknowledgement {
  const message = objectIn(body);
  const isBlank = body.trim() === "";
  const errorType = message === undefined ? undefined : textIn(message, "errorType");
  if (status >= 200 && status <= 299)
    return isBlank || (message !== undefined && isEcho(ids, message)) ? "acknowledged" : "repeat";
  if (status === 401 || status === 403) return "halt";
  if (errorType === undefined && !isBlank) return "repeat";
  if (message !== undefined && namesAnother(message, "id", [ids.id, ids.requestId])) return "repeat";
  return (errorType === undefined ? undefined : bySayingSo(operation, errorType)) ?? byStatus(operation, status);
}

/** An echo names our advice and our request, or neither, and no error. */
const isEcho = ({ id, requestId }: { readonly id: string; readonly requestId: string }, message: object): boolean =>
  !namesAnother(message, "id", [id]) &&
  !namesAnother(message, "requestId", [requestId]) &&
  textIn(message, "errorType") === undefined;

function bySayingSo(operation: AdviceOperation, errorType: string): Acknowledgement | undefined {
  const subject = operation.endsWith("Voucher") ? "VOUCHER" : "REDEMPTION";
  const isReversal = operation.startsWith("reverse");
  switch (errorType) {
    case `${subject}_ALREADY_CONFIRMED`:
      return isReversal ? "contradicted" : "acknowledged";
    case `${subject}_ALREADY_REVERSED`:
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
      return hopeless.includes(errorType) ? "refused" : undefined;
  }
}

const hopeless = [
  "FORMAT_ERROR",
  "FUNCTION_NOT_SUPPORTED",
  "TRANSACTION_NOT_SUPPORTED",
  "INVALID_AMOUNT",
  "INVALID_MERCHANT",
  "INVALID_VOUCHER",
];

function byStatus(operation: AdviceOperation, status: number): Acknowledgement {
  if (status === 404) return operation.startsWith("reverse") ? "acknowledged" : "contradicted";
  return declining(status) ? "refused" : "repeat";
}

// --- reading JSON, warily ---

/** Electrum's messages nest less than ten deep; what nests deeper than this is none. */
const MAX_DEPTH = 64;

/** The JSON object that a text holds. The last one is remembered, since each answer is read for every message. */
export function objectIn(text: string): object | undefined {
  if (last.text !== text) last = { text, value: readObject(text) };
  return last.value;
}

let last: { readonly text: string; readonly value: object | undefined } = { text: "", value: undefined };

function readObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !isDeeper(value, MAX_DEPTH) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Level by level, since what is hostile may be deeper than a stack. */
function isDeeper(value: object, maxDepth: number): boolean {
  let level: readonly object[] = [value];
  for (let depth = 1; depth <= maxDepth; depth += 1) {
    level = level.flatMap((each): readonly unknown[] => Object.values(each)).filter(isObject);
    if (level.length === 0) return false;
  }
  return true;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Its own field alone: not one that every object has. */
export const fieldOf = (value: object, name: string): unknown =>
  Object.entries(value).find(([field]) => field === name)?.[1];

export function textIn(value: object, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === "string" ? field : undefined;
}

/** Whether a field is there, and names none of these. `null` counts as absent. */
function namesAnother(value: object, name: string, ours: readonly string[]): boolean {
  const field = fieldOf(value, name);
  if (field === undefined || field === null) return false;
  return typeof field !== "string" || !ours.some((id) => id.toLowerCase() === field.toLowerCase());
}
