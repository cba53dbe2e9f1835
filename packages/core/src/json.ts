/** Any value that `JSON.parse` can return. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object as it was received: its fields are not checked. */
export interface JsonObject {
  readonly [field: string]: Json;
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Electrum's messages nest less than ten deep. A hostile response with more could exhaust the stack of a recursive caller. */
const MAX_DEPTH = 64;

/** The value that `text` holds, or `undefined` if it is not JSON or nests deeper than `maxDepth`. */
export function parseJson(text: string, maxDepth: number = MAX_DEPTH): Json | undefined {
  // Most responses to an advice are empty. To let `JSON.parse` throw would take longer than all the rest of classifying one.
  if (text === "") return undefined;
  if (opensMoreThan(text, maxDepth) && nestsDeeper(text, maxDepth)) return undefined;
  try {
    const parsed: unknown = NUMERIC_IDENTIFIER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
    return isJson(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A third-party identifier that came as a number. Electrum's schema says text; a reviver would slow down every other message. */
const NUMERIC_IDENTIFIER = /"(?:transactionIdentifier|institutionId)"\s*:\s*-?\d/;

/**
 * One party must never change another's identifier (contract E.5). A number that a double cannot hold, or would print in
 * another way, is kept as the text that came. A runtime without the source of a number gives the number.
 */
function keepDigits(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (key !== "transactionIdentifier" && key !== "institutionId") return value;
  const source = context?.source;
  return typeof value === "number" && source !== undefined && source !== String(value) ? source : value;
}

/** `JSON.parse` returns nothing else. */
const isJson = (parsed: unknown): parsed is Json => parsed !== undefined;

/** Text with at most `maxCount` brackets cannot nest deeper. Checked first, since `indexOf` is 30 times faster than a loop. */
function opensMoreThan(text: string, maxCount: number): boolean {
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let index = text.indexOf(bracket); index !== -1; index = text.indexOf(bracket, index + 1)) {
      count += 1;
      if (count > maxCount) return true;
    }
  }
  return false;
}

/** Brackets inside a string do not nest, such as those in a voucher's instructions. */
function nestsDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) inString = !inString;
    else if (inString) index += unit === BACKSLASH ? 1 : 0;
    else if (unit === BRACE || unit === BRACKET) depth += 1;
    else if (unit === CLOSING_BRACE || unit === CLOSING_BRACKET) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

// Numbers: comparing one-character strings takes longer.
const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = "\\".charCodeAt(0);
const BRACE = "{".charCodeAt(0);
const CLOSING_BRACE = "}".charCodeAt(0);
const BRACKET = "[".charCodeAt(0);
const CLOSING_BRACKET = "]".charCodeAt(0);

/** Whether two JSON values are equal. The order of fields does not count, and an absent field equals an `undefined` one. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [leftFields, rightFields] = [new Map(presentFields(left)), new Map(presentFields(right))];
  return (
    leftFields.size === rightFields.size &&
    [...leftFields].every(([field, value]) => rightFields.has(field) && sameJson(value, rightFields.get(field)))
  );
}

const presentFields = (value: object): readonly [string, unknown][] =>
  Object.entries(value).filter(([, field]) => field !== undefined);

/** A value as JSON, with the fields of each object in order: equal values give equal texts. */
export const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
