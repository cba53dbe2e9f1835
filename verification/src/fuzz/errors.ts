import type { HttpResponse, ErrorResponse } from "@electrum-vouchers/core";
import { CODE, PIN } from "./messages.ts";
import { type Violations, violationUnless } from "./system-under-test.ts";
import { parseObject, textField } from "./expected-outcomes.ts";

/** Longer texts would let a record grow with a response. */
const MAX_TEXT_LENGTH = 256;

/** What may be kept of an error response, and the fields that it comes from. All other fields may hold a voucher. */
const keptFields: readonly (readonly [field: keyof ErrorResponse, sources: readonly string[]])[] = [
  ["errorType", ["errorType"]],
  ["errorMessage", ["errorMessage"]],
  ["providerErrorCode", ["providerErrorCode"]],
  ["providerErrorMessage", ["providerErrorMessage", "providerErrorMsg"]],
];

/** An error holds what its response held in the fields for errors, whether it named no message, and nothing else. */
export function checkError(
  error: ErrorResponse | undefined,
  { status, body }: HttpResponse,
  isUnnamed = false,
): Violations {
  if (error === undefined) return [];
  const message = asObject(parseObject(body));
  const expected: Record<string, unknown> = { status };
  for (const [field, sources] of keptFields) {
    const text = sources.map((source) => textField(message, source)).find((found) => found !== undefined);
    if (text !== undefined) expected[field] = text.slice(0, MAX_TEXT_LENGTH);
  }
  const faults = formatErrorsOf(message["detailMessage"]);
  if (faults.length > 0) expected["formatErrors"] = faults;
  if (isUnnamed) expected["isUnnamed"] = true;
  return violationUnless(
    JSON.stringify(error) === JSON.stringify(expected),
    "an error holds something else than the response's own error",
  );
}

/** The first faults, each with its field and its text, and never with the value. */
function formatErrorsOf(detailMessage: unknown): readonly object[] {
  const listed = asObject(detailMessage)["formatErrors"];
  if (!Array.isArray(listed)) return [];
  return listed
    .filter((fault) => typeof fault === "object" && fault !== null && !Array.isArray(fault))
    .slice(0, MAX_FAULTS)
    .map(asObject)
    .map(({ field, msg }) => ({
      ...(typeof field === "string" ? { field: field.slice(0, MAX_FAULT_TEXT_LENGTH) } : {}),
      ...(typeof msg === "string" ? { message: msg.slice(0, MAX_FAULT_TEXT_LENGTH) } : {}),
    }));
}

const MAX_FAULTS = 5;
const MAX_FAULT_TEXT_LENGTH = 100;

/** The own fields of a value that has any. */
const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Whether a value holds a voucher's secret anywhere. */
export function containsSecret(value: unknown): boolean {
  const text = JSON.stringify(value) ?? "";
  return text.includes(CODE) || text.includes(PIN);
}
