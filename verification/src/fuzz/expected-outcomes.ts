import type { HttpResponse, Operation, VoucherLookup } from "@electrum-vouchers/core";
import { CODE } from "./messages.ts";

// What a response means, written a second time: from Electrum's documents alone, without a line of the core. If the two
// classifications differ, one of them is wrong.

/** `foreign` leaves the outcome as unknown as `unknown` does, but Electrum did not say it. */
export type ExpectedRequestOutcome = "approved" | "declined" | "unknown" | "foreign";

/** What the response to a request says about the request. `asked` is what a lookup asked for. */
export function deriveOutcome(
  operation: Operation,
  id: string,
  response: HttpResponse,
  asked: VoucherLookup = { voucherCode: CODE },
): ExpectedRequestOutcome {
  const body = parseObject(response.body);
  const { status } = response;
  // Whoever refuses the credentials has passed nothing on.
  if (status === 401 || status === 407) return "declined";
  const errorType = body === undefined ? undefined : textField(body, "errorType");
  const isSuccess = status === 200 || status === 201 || status === 202;
  if (isSuccess && errorType === undefined) return readSuccess(operation, { id, asked }, body);
  if (errorType === undefined) return isTrouble(status) ? "unknown" : "foreign";
  if (authorOf(operation, id, response) === "another") return "foreign";
  if (isSuccess || neverDeclines(operation, errorType)) return "unknown";
  return isDeclineStatus(status) ? "declined" : "unknown";
}

/** A success counts only if it has what was asked for: the voucher that was bought, the transaction that was meant. */
function readSuccess(
  operation: Operation,
  { id, asked }: { readonly id: string; readonly asked: VoucherLookup },
  body: object | undefined,
): ExpectedRequestOutcome {
  if (body === undefined) return "foreign";
  const voucher = ownField(body, "voucher");
  const isVoucher = typeof voucher === "object" && voucher !== null && !Array.isArray(voucher);
  if (operation === "lookupVoucher") {
    if (!isVoucher) return "unknown";
    return isOther(asked.voucherCode, textField(voucher, "code")) ||
      isOther(asked.voucherSerialNumber, textField(voucher, "serialNumber"))
      ? "foreign"
      : "approved";
  }
  if (textField(body, "id")?.toLowerCase() !== id.toLowerCase()) return "foreign";
  const code = isVoucher ? textField(voucher, "code") : undefined;
  const needsCode = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return !needsCode || (code !== undefined && code.length > 0) ? "approved" : "unknown";
}

/** Both are there, and they differ in more than blanks, hyphens and case. */
function isOther(asked = "", named = ""): boolean {
  const [left = "", right = ""] = [asked, named].map((text) =>
    text
      .split(/[\s-]+/)
      .join("")
      .toLowerCase(),
  );
  return left !== "" && right !== "" && left !== right;
}

/**
 * Who wrote a body with an error type (contract C.1): Electrum names the message that failed, or names none and gives a type that
 * it has published. To a lookup it can name none.
 */
function authorOf(operation: Operation, id: string, { body }: HttpResponse): "electrum" | "unnamed" | "another" {
  const error = parseObject(body) ?? {};
  const errorType = textField(error, "errorType");
  if (errorType === undefined) return "another";
  if (operation.startsWith("lookup")) return "electrum";
  return authorByName(error, errorType, [id]);
}

function authorByName(error: object, errorType: string, ownIds: readonly string[]): "electrum" | "unnamed" | "another" {
  const named = ownField(error, "id") ?? undefined;
  if (named === undefined) return publishedErrorTypes.includes(errorType) ? "unnamed" : "another";
  return namesOther(error, "id", ownIds) ? "another" : "electrum";
}

/** Whether the error that a request is answered with is Electrum's by its type alone, so that the operator is told. */
export const isUnnamedError = (operation: Operation, id: string, response: HttpResponse): boolean =>
  response.status !== 401 && response.status !== 407 && authorOf(operation, id, response) === "unnamed";

/** Every error type in Electrum's documents (contract C.2). */
const publishedErrorTypes: readonly string[] = `
  UPSTREAM_UNAVAILABLE VOUCHER_STATUS_UNKNOWN DUPLICATE_RECORD FORMAT_ERROR FUNCTION_NOT_SUPPORTED TRANSACTION_NOT_SUPPORTED
  GENERAL_ERROR INVALID_AMOUNT ROUTING_ERROR UNABLE_TO_LOCATE_RECORD INVALID_MERCHANT INVALID_VOUCHER AUTHENTICATION_ERROR
  VOUCHER_ALREADY_PROVISIONED VOUCHER_ALREADY_CONFIRMED VOUCHER_ALREADY_REVERSED VOUCHER_ALREADY_REDEEMED
  VOUCHER_NOT_REDEEMABLE VOUCHER_NOT_REDEEMED REDEMPTION_ALREADY_CONFIRMED REDEMPTION_ALREADY_REVERSED REDEMPTION_NOT_CONFIRMED
  VOUCHER_ALREADY_REFUNDED VOUCHER_NOT_REFUNDED REFUND_ALREADY_CONFIRMED REFUND_ALREADY_REVERSED INSUFFICIENT_AMOUNT
  DO_NOT_HONOUR DO_NOT_HONOR INSUFFICIENT_FUNDS INVALID_ACCOUNT TRANSACTION_DECLINED LIMIT_EXCEEDED
`
  .trim()
  .split(/\s+/);

/** Error types that leave the outcome open, whatever the status. The last two do so only for a provision. */
function neverDeclines(operation: Operation, errorType: string): boolean {
  const always = ["UPSTREAM_UNAVAILABLE", "VOUCHER_STATUS_UNKNOWN", "DUPLICATE_RECORD"];
  const forProvisions = ["VOUCHER_ALREADY_PROVISIONED", "VOUCHER_ALREADY_CONFIRMED"];
  const isProvision = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return always.includes(errorType) || (isProvision && forProvisions.includes(errorType));
}

const isDeclineStatus = (status: number): boolean =>
  status === 501 || (status >= 400 && status <= 499 && ![408, 425, 429].includes(status));

/** 5xx, and what asks for patience: a gateway in trouble says no more than Electrum does. */
const isTrouble = (status: number): boolean =>
  (status >= 500 && status !== 501) || status === 408 || status === 425 || status === 429;

/** The outcome and, if it is an acknowledgement or may be one, of what kind. */
export type ExpectedAdviceOutcome =
  | "repeat"
  | "halt"
  | "contradicted"
  | "refused"
  | `acknowledged ${"accepted" | "already" | "duplicate" | "notFound" | "notRedeemed"}`
  | `unnamed ${"notFound" | "unnamed"}`;

type AdviceOperation = Extract<Operation, `confirm${string}` | `reverse${string}`>;

interface AdviceIds {
  readonly id: string;
  readonly requestId: string;
}

/** What the response to an advice says about the advice (contract E). */
export function deriveAdviceOutcome(
  operation: AdviceOperation,
  ids: AdviceIds,
  { status, body }: HttpResponse,
): ExpectedAdviceOutcome {
  if (status === 401 || status === 407) return "halt";
  if (status >= 200 && status <= 299) return outcomeOfSuccess(ids, status, body);
  const message = parseObject(body) ?? {};
  const errorType = textField(message, "errorType");
  if (errorType !== undefined && authorByName(message, errorType, [ids.id, ids.requestId]) !== "another")
    return outcomeByErrorType(operation, errorType) ?? outcomeByStatus(operation, status);
  if (body.trim() !== "") return "repeat";
  if (status === 403) return "halt";
  return status === 404 && operation.startsWith("reverse") ? "unnamed notFound" : "repeat";
}

/** It names the advice or its request; or another message; or none, and then a gateway may have sent it. */
function outcomeOfSuccess({ id, requestId }: AdviceIds, status: number, body: string): ExpectedAdviceOutcome {
  const message = parseObject(body);
  if (message === undefined) return body.trim() === "" || parseValue(body) !== undefined ? "unnamed unnamed" : "repeat";
  const isAnothers = namesOther(message, "id", [id]) || namesOther(message, "requestId", [requestId]);
  if (isAnothers || textField(message, "errorType") !== undefined) return "repeat";
  const isNamed = textField(message, "id") !== undefined || textField(message, "requestId") !== undefined;
  return isNamed && [200, 201, 202].includes(status) ? "acknowledged accepted" : "unnamed unnamed";
}

function outcomeByErrorType(operation: AdviceOperation, errorType: string): ExpectedAdviceOutcome | undefined {
  const entity = operation.endsWith("Voucher") ? "VOUCHER" : "REDEMPTION";
  const isReversal = operation.startsWith("reverse");
  switch (errorType) {
    case `${entity}_ALREADY_CONFIRMED`:
      return isReversal ? "contradicted" : "acknowledged already";
    case `${entity}_ALREADY_REVERSED`:
      return isReversal ? "acknowledged already" : "contradicted";
    case "UNABLE_TO_LOCATE_RECORD":
      return isReversal ? "acknowledged notFound" : "contradicted";
    case "VOUCHER_NOT_REDEEMED":
      return operation === "confirmRedeem" ? "acknowledged notRedeemed" : "refused";
    case "DUPLICATE_RECORD":
      return "acknowledged duplicate";
    case "ACCOUNT_ALREADY_SETTLED":
      return "acknowledged already";
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
  if (status === 404) return operation.startsWith("reverse") ? "acknowledged notFound" : "contradicted";
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
  const value = parseValue(text);
  return isObject(value) && !Array.isArray(value) ? value : undefined;
}

/** Whatever JSON a text holds, if it is not nested too deep. */
function parseValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isDeeper(value, MAX_DEPTH) ? undefined : value;
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
