import type { Answer, ErrorAnswer } from "@electrum-vouchers/core";
import { CODE, PIN } from "./messages.ts";
import { type Faults, unless } from "./subject.ts";
import { objectIn, textIn } from "./verdict.ts";

/** Longer texts would let a state grow with an answer. */
const MAX_TEXT = 256;

/** What of an error answer may be kept, and the fields it may come from. All else may hold a voucher. */
const kept: readonly (readonly [field: keyof ErrorAnswer, sources: readonly string[]])[] = [
  ["errorType", ["errorType"]],
  ["errorMessage", ["errorMessage"]],
  ["providerErrorCode", ["providerErrorCode"]],
  ["providerErrorMessage", ["providerErrorMessage", "providerErrorMsg"]],
];

/** An error says what its answer said in the fields that are for errors, and nothing else. */
export function errorFaults(error: ErrorAnswer | undefined, { status, body }: Answer): Faults {
  if (error === undefined) return [];
  const message = objectIn(body) ?? {};
  const expected: Record<string, unknown> = { status };
  for (const [field, sources] of kept) {
    const text = sources.map((source) => textIn(message, source)).find((found) => found !== undefined);
    if (text !== undefined) expected[field] = text.slice(0, MAX_TEXT);
  }
  return unless(
    JSON.stringify(error) === JSON.stringify(expected),
    "an error holds something else than the answer's own error",
  );
}

/** Whether a voucher's secret shows anywhere in a value. */
export function showsSecret(value: unknown): boolean {
  const text = JSON.stringify(value) ?? "";
  return text.includes(CODE) || text.includes(PIN);
}
