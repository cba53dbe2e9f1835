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
  const message = parseObject(body) ?? {};
  const expected: Record<string, unknown> = { status };
  for (const [field, sources] of keptFields) {
    const text = sources.map((source) => textField(message, source)).find((found) => found !== undefined);
    if (text !== undefined) expected[field] = text.slice(0, MAX_TEXT_LENGTH);
  }
  if (isUnnamed) expected["isUnnamed"] = true;
  return violationUnless(
    JSON.stringify(error) === JSON.stringify(expected),
    "an error holds something else than the response's own error",
  );
}

/** Whether a value holds a voucher's secret anywhere. */
export function containsSecret(value: unknown): boolean {
  const text = JSON.stringify(value) ?? "";
  return text.includes(CODE) || text.includes(PIN);
}
