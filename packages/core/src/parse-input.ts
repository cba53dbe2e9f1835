// Validates what a caller brings, once: a copy of it (`plain-data.ts`), frozen, of exactly the fields that its schema knows.

import { err, ok, type Result } from "neverthrow";
import * as v from "valibot";
import { MAX_FAULTS, type MessageFault } from "./fault.ts";
import { jsonBytes, MAX_MESSAGE_BYTES } from "./messages/bounds.ts";
import { copyPlainData, MAX_GROWTH, tooLarge } from "./plain-data.ts";
import { NOT_A_FIELD } from "./plain-object.ts";

/**
 * A validated, frozen copy of the input, or all its faults. What this function gave before is given back as it is: nothing can have
 * changed it. So a policy is validated once, and not again for each sale.
 *
 * @param maxBytes the most that it may have as JSON, in UTF-8
 */
export function parseInput<T>(
  schema: v.GenericSchema<T>,
  input: unknown,
  maxBytes: number = MAX_MESSAGE_BYTES,
): Result<T, readonly MessageFault[]> {
  if (isParsed(schema, input)) return ok(input);
  const copy = copyPlainData(input, maxBytes);
  if (copy.isCutShort) return err(copy.faults);
  // One fault for each value: text that is no date fails the check for an existing day as well.
  const parsed = v.safeParse(schema, copy.value, { abortPipeEarly: true });
  const faults = [...copy.faults, ...(parsed.success ? [] : parsed.issues.map(faultOf)).filter(isNew(copy.faults))];
  if (!parsed.success || faults.length > 0) return err(faults.slice(0, MAX_FAULTS));
  if (copy.characters * MAX_GROWTH > maxBytes && jsonBytes(parsed.output) > maxBytes) return err([tooLarge(maxBytes)]);
  freeze(parsed.output);
  if (typeof parsed.output === "object" && parsed.output !== null) parsedBy.set(parsed.output, schema);
  return ok(parsed.output);
}

/** What was parsed, and by which schema. */
const parsedBy = new WeakMap<object, unknown>();

const isParsed = <T>(schema: v.GenericSchema<T>, input: unknown): input is T =>
  typeof input === "object" && input !== null && parsedBy.get(input) === schema;

/** A value that could not be copied is missing from the copy. That is no second fault. */
const isNew =
  (known: readonly MessageFault[]) =>
  ({ path }: MessageFault): boolean =>
    !known.some((fault) => fault.path === path);

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.values(value).forEach(freeze);
  Object.freeze(value);
}

const faultOf = (issue: v.BaseIssue<unknown>): MessageFault => ({
  path: v.getDotPath(issue) ?? "",
  expected: expectationOf(issue),
});

// Valibot's own messages print the received value. Those of this library (of kind "validation") do not.
function expectationOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === "validation") return issue.message;
  if (issue.expected === "never") return NOT_A_FIELD;
  if (issue.received === "undefined") return "is required";
  return issue.expected === null ? "is not allowed" : `must be ${issue.expected}`;
}
