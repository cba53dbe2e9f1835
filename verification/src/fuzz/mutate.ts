import type { Json } from "@electrum-vouchers/core";
import { isJsonObject } from "@electrum-vouchers/testkit";
import { errorTypes, ID } from "./messages.ts";
import type { Random } from "../random.ts";

/** Where a value stands within another: the fields and indices that lead to it. */
type Path = readonly (string | number)[];

/** Changes, removes or adds something somewhere in a JSON value. */
export function mutateJson(random: Random, value: Json): Json {
  const edit = random.pick(edits);
  return editAt(value, random.pick(pathsIn(value)), (old) => edit(random, old, value)) ?? null;
}

/** `undefined` removes. */
type Edit = (random: Random, old: Json, whole: Json) => Json | undefined;

const edits: readonly Edit[] = [
  () => undefined,
  () => null,
  (random) => pickScalar(random),
  (random) => pickScalar(random),
  (random) => randomJson(random, 3),
  (_, old) => [old],
  (_, old) => ({ id: old, voucher: old }),
  (random, _, whole) => valueAt(whole, random.pick(pathsIn(whole))),
  (random, old) => ({ ...(isJsonObject(old) ? old : {}), [random.pick(fieldNames)]: pickScalar(random) }),
  (random, old) => (isJsonObject(old) ? { ...old, errorType: random.pick(errorTypes) } : old),
  (_, old) => (typeof old === "string" ? old.toUpperCase() : ""),
  (random, old) => (typeof old === "string" ? mutateText(random, old) : random.below(1_000)),
];

const fieldNames = [
  "id",
  "requestId",
  "originalId",
  "errorType",
  "errorMessage",
  "providerErrorMsg",
  "voucher",
  "code",
  "thirdPartyIdentifiers",
  "amounts",
  "slipData",
  "redeemInstructions",
  "__proto__",
  "constructor",
  "toJSON",
  "length",
  "0",
  "",
];

const scalars: readonly Json[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.1,
  1e308,
  2 ** 53,
  "",
  " ",
  "null",
  "0",
  ID,
  ID.toUpperCase(),
  ID.replace("3", "4"),
  `${ID} `,
  "\ud800",
  "\u0000",
  "\ufeff",
  '"}]{[\\',
  "İ",
  "x".repeat(300),
];

const pickScalar = (random: Random): Json => random.pick(scalars);

/** Any JSON value, not deeper than `depth`. */
export function randomJson(random: Random, depth: number): Json {
  const kind = depth === 0 ? 0 : random.below(3);
  const length = random.below(5);
  if (kind === 1) return Array.from({ length }, () => randomJson(random, depth - 1));
  if (kind === 0) return pickScalar(random);
  return Object.fromEntries(
    Array.from({ length }, () => [random.pick(fieldNames), randomJson(random, depth - 1)] as const),
  );
}

function pathsIn(value: Json): readonly Path[] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner).map((path) => [key, ...path]))];
}

function valueAt(value: Json, [key, ...rest]: Path): Json {
  if (key === undefined || typeof value !== "object" || value === null) return value;
  const inner = Object.entries(value).find(([field]) => field === key)?.[1];
  return inner === undefined ? value : valueAt(inner, rest);
}

function editAt(value: Json, [key, ...rest]: Path, edit: (old: Json) => Json | undefined): Json | undefined {
  if (key === undefined) return edit(value);
  if (typeof value !== "object" || value === null) return value;
  const edited = Object.entries(value).flatMap(([field, inner]) => {
    const next = field === key ? editAt(inner, rest, edit) : inner;
    return next === undefined ? [] : [[field, next] as const];
  });
  return Array.isArray(value) ? edited.map(([, inner]) => inner) : Object.fromEntries(edited);
}

/** Damages a text in one place, as a network, a disk or a gateway might, and worse. */
export function mutateText(random: Random, text: string): string {
  const from = random.below(text.length + 1);
  const to = Math.min(text.length, from + 1 + random.below(random.pick([1, 8, 200])));
  const [before, cut, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  switch (random.below(8)) {
    case 0:
      return before;
    case 1:
      return before + after;
    case 2:
      return before + cut + cut + after;
    case 3:
      return before + flipBit(random, cut) + after;
    case 4:
      return before + randomText(random, 1 + random.below(4)) + cut + after;
    case 5:
      return before + escapeAll(cut) + after;
    case 6:
      return random.pick(["\ufeff", " ", "\u0000", "[", "{}"]) + text + random.pick(["", " \r\n", "x", "}", "\u0000"]);
    default:
      return after + before + cut;
  }
}

/** The first character with one of its lower seven bits changed. */
const flipBit = (random: Random, text: string): string =>
  text === "" ? "" : String.fromCharCode(text.charCodeAt(0) ^ (1 << random.below(7))) + text.slice(1);

/** The same text within a JSON string, and invalid JSON anywhere else. */
const escapeAll = (text: string): string =>
  text
    .split("")
    .map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");

/** Text of `length` characters, each of 16 bits, most of them printable. */
export const randomText = (random: Random, length: number): string =>
  Array.from({ length }, () =>
    String.fromCharCode(random.chance(0.8) ? 0x20 + random.below(0x5f) : random.below(0x10000)),
  ).join("");

/** Puts a field that is nested `depth` deep first into the text of a JSON object. */
export const addDeepNesting = (text: string, depth: number): string =>
  text.replace("{", `{"deep":${"[".repeat(depth)}${"]".repeat(depth)},`);

/** Puts a second field of the same name before the first. JSON allows that, and the last one counts. */
export const duplicateField = (random: Random, text: string): string =>
  text.replace("{", `{${JSON.stringify(random.pick(fieldNames))}:${JSON.stringify(pickScalar(random))},`);
