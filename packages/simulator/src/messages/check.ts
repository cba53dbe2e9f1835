// Checks of foreign JSON: each says what is wrong with a value, how Electrum's stack would read it, and what JSON Schema it has.
//
// Rules
// 1. They are the simulator's own. If a client shared its validation with the switch, a wrong limit would go unnoticed.
// 2. One entry a fault, in the order of the message: its fields as they were sent, then those that are missing, as the model lists them.
// 3. An entry names the field and never repeats its value, which may be a voucher code. What is wrong is data (`BrokenRule`), so that the
//    switch can word it as a Java validator does (`java-wording.ts`), and a script's author reads plain English (`msg`).
// 4. `coerce` is what Electrum's own stack does before it validates: Jackson takes a number or a boolean for a string, and a string of
//    digits for a number. Whoever asks for the letter of the Swagger does not call it.

import type { Json, JsonObject } from "@electrum-vouchers/core";
import { isJsonObject } from "../json.ts";

/** One fault of a message. It names the field and never repeats its value. */
export interface FormatError {
  /** The place, such as `originator.merchant.merchantId`; empty for the message as a whole. */
  readonly field: string;
  readonly msg: string;
  /** The rule that is broken; absent if a Java validator has no words of its own for it. */
  readonly brokenRule?: BrokenRule;
}

/** What is wrong with a field. */
export type BrokenRule =
  | { readonly type: "missing" }
  | { readonly type: "unknownField" }
  | { readonly type: "wrongType"; readonly wanted: "String" | "Long" | "Double" | "Boolean" | "ArrayList" | "Object" }
  | { readonly type: "length"; readonly min: number; readonly max: number }
  /** A regular expression, without its anchors. */
  | { readonly type: "pattern"; readonly pattern: string }
  | { readonly type: "range"; readonly min: number; readonly max: number }
  | { readonly type: "choice"; readonly choices: readonly string[] };

/** `tolerant`: as Electrum's own stack reads a message. `strict`: the Swagger to the letter. */
export type Reading = "tolerant" | "strict";

/** Finds the faults in a value. */
export interface Check<Checked> {
  readonly findErrors: (value: Json, field: string) => readonly FormatError[];
  /** The value as Jackson would read it. Absent: as it is. */
  readonly coerce?: (value: Json) => Json;
  /** The values that pass, as JSON Schema. */
  readonly schema: (reading: Reading) => JsonObject;
  /** Never present. It ties the check to the type that it proves. */
  readonly proves?: Checked;
}

interface Required<Checked> extends Check<Checked> {
  readonly presence: "required";
}

interface Optional<Checked> extends Check<Checked> {
  readonly presence: "optional";
}

/** The checks of an object's fields: one for each field of the type, required or optional as in the type. */
export type Fields<Checked> = {
  readonly [Name in keyof Checked]-?: undefined extends Checked[Name]
    ? Optional<NonNullable<Checked[Name]>>
    : Required<Checked[Name]>;
};

/** A hostile message may have very many faults; the first hundred are enough for its sender. */
const MAX_FORMAT_ERRORS = 100;

export type CheckResult<Checked> =
  | { readonly type: "valid"; readonly value: Checked }
  | { readonly type: "invalid"; readonly errors: readonly FormatError[] };

/** The value with the type that the check proves, or every fault in it. */
export function validate<Checked>(
  check: Check<Checked>,
  given: Json,
  reading: Reading = "strict",
): CheckResult<Checked> {
  const value = reading === "strict" ? given : coerce(check, given);
  const errors = check.findErrors(value, "").slice(0, MAX_FORMAT_ERRORS);
  return passes(check, value, errors) ? { type: "valid", value } : { type: "invalid", errors };
}

const coerce = ({ coerce: read }: Check<unknown>, value: Json): Json => (read === undefined ? value : read(value));

/** A value without faults has the type that the check proves. */
const passes = <Checked>(_check: Check<Checked>, _value: unknown, faults: readonly FormatError[]): _value is Checked =>
  faults.length === 0;

export const required = <Checked>(check: Check<Checked>): Required<Checked> => ({ ...check, presence: "required" });

/** The field may be absent or `null`, which many JSON libraries write for absent. */
export const optional = <Checked>(check: Check<Checked>): Optional<Checked> => ({ ...check, presence: "optional" });

export interface TextLimits {
  readonly min?: number;
  readonly max?: number;
  readonly exactly?: number;
  /** A pattern, and its meaning for the error message. */
  readonly matching?: readonly [RegExp, string];
}

/** A string. */
export function text({ min: atLeast = 0, max, exactly, matching }: TextLimits = {}): Check<string> {
  const [min, most] = [exactly ?? atLeast, exactly ?? max];
  return {
    findErrors(value, field) {
      if (typeof value !== "string") return [wrongType(field, "String", "must be a string")];
      const faults: FormatError[] = [];
      if (most !== undefined && (value.length > most || value.length < min)) {
        faults.push({
          field,
          msg: `must have ${lengths(min, most)} characters`,
          brokenRule: { type: "length", min, max: most },
        });
      }
      if (matching !== undefined && !matching[0].test(value)) {
        const pattern = matching[0].source.replace(/^\^|\$$/g, "");
        faults.push({ field, msg: `must be ${matching[1]}`, brokenRule: { type: "pattern", pattern } });
      }
      return faults;
    },
    // A number that JavaScript cannot hold exactly would become another text.
    coerce: (value) =>
      typeof value === "boolean" || (typeof value === "number" && Number.isSafeInteger(value)) ? String(value) : value,
    schema: (reading) => ({
      type: reading === "strict" ? "string" : ["string", "integer", "boolean"],
      ...(most === undefined ? {} : { maxLength: most }),
      ...(min === 0 ? {} : { minLength: min }),
      ...(matching === undefined ? {} : { pattern: matching[0].source }),
    }),
  };
}

function lengths(min: number, max: number): string {
  if (min === max) return `exactly ${max}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}

const wrongType = (
  field: string,
  wanted: Extract<BrokenRule, { readonly type: "wrongType" }>["wanted"],
  msg: string,
): FormatError => ({ field, msg, brokenRule: { type: "wrongType", wanted } });

/** A number as text, which Jackson reads as the number. No whole number that JavaScript holds exactly has more digits. */
const DIGITS = /^-?[0-9]{1,16}$/;

export function wholeNumber(
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
): Check<number> {
  const msg = `must be a whole number from ${min} to ${max}`;
  return {
    findErrors(value, field) {
      if (typeof value !== "number" || !Number.isInteger(value)) return [wrongType(field, "Long", msg)];
      return value >= min && value <= max ? [] : [{ field, msg, brokenRule: { type: "range", min, max } }];
    },
    coerce: (value) => (typeof value === "string" && DIGITS.test(value) ? Number(value) : value),
    schema: (reading) => ({
      minimum: min,
      maximum: max,
      ...(reading === "strict" ? { type: "integer" } : { type: ["integer", "string"], pattern: DIGITS.source }),
    }),
  };
}

const DECIMAL = /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/;

export const number: Check<number> = {
  findErrors: (value, field) => (typeof value === "number" ? [] : [wrongType(field, "Double", "must be a number")]),
  coerce: (value) => (typeof value === "string" && DECIMAL.test(value) ? Number(value) : value),
  schema: (reading) =>
    reading === "strict" ? { type: "number" } : { type: ["number", "string"], pattern: DECIMAL.source },
};

export const flag: Check<boolean> = {
  findErrors: (value, field) =>
    typeof value === "boolean" ? [] : [wrongType(field, "Boolean", "must be true or false")],
  coerce: (value) => (value === "true" || value === "false" ? value === "true" : value),
  schema: (reading) => (reading === "strict" ? { type: "boolean" } : { enum: [true, false, "true", "false"] }),
};

export function oneOf<const Choice extends string | number>(...choices: readonly Choice[]): Check<Choice> {
  return {
    findErrors: (value, field) =>
      choices.some((choice) => choice === value) ? [] : [notAmong(field, choices.map(String))],
    schema: () => ({ enum: choices }),
  };
}

const notAmong = (field: string, choices: readonly string[]): FormatError => ({
  field,
  msg: `must be one of ${choices.join(", ")}`,
  brokenRule: { type: "choice", choices },
});

export function listOf<Item>(item: Check<Item>): Check<readonly Item[]> {
  return {
    findErrors: (value, field) =>
      isList(value)
        ? value.flatMap((each, index) => item.findErrors(each, `${field}[${index}]`))
        : [wrongType(field, "ArrayList", "must be a list")],
    coerce: (value) => (isList(value) ? value.map((each) => coerce(item, each)) : value),
    schema: (reading) => ({ type: "array", items: item.schema(reading) }),
  };
}

/** An object with any field names, whose values all pass `item`. */
export function mapOf<Item>(item: Check<Item>): Check<Readonly<Record<string, Item>>> {
  return {
    findErrors: (value, field) =>
      isJsonObject(value)
        ? Object.entries(value).flatMap(([name, each]) => item.findErrors(each, joinPath(field, name)))
        : [notAnObject(field)],
    coerce: (value) => (isJsonObject(value) ? mapFields(value, () => item) : value),
    schema: (reading) => ({ type: "object", additionalProperties: item.schema(reading) }),
  };
}

const notAnObject = (field: string): FormatError => wrongType(field, "Object", "must be an object");

const mapFields = (value: JsonObject, checkOf: (name: string) => Check<unknown> | undefined): JsonObject =>
  Object.fromEntries(
    Object.entries(value).map(([name, each]): [string, Json] => {
      const check = checkOf(name);
      return [name, check === undefined ? each : coerce(check, each)];
    }),
  );

/** An object with these fields and no others. */
export function object<Checked>(fields: Fields<Checked>): Check<Checked> {
  const checks = new Map<string, Required<unknown> | Optional<unknown>>(Object.entries(fields));
  return {
    findErrors(value, field) {
      if (!isJsonObject(value)) return [notAnObject(field)];
      return [
        ...Object.entries(value).flatMap(([name, each]) =>
          findFieldErrors(checks.get(name), each, joinPath(field, name)),
        ),
        ...[...checks]
          .filter(([name, { presence }]) => presence === "required" && !Object.hasOwn(value, name))
          .map(([name]) => missing(joinPath(field, name))),
      ];
    },
    coerce: (value) => (isJsonObject(value) ? mapFields(value, (name) => checks.get(name)) : value),
    schema: (reading) => ({
      type: "object",
      properties: Object.fromEntries([...checks].map(([name, check]) => [name, check.schema(reading)])),
      required: [...checks].flatMap(([name, { presence }]) => (presence === "required" ? [name] : [])),
      additionalProperties: false,
    }),
  };
}

/** An object whose field `discriminant` says which of the checks it must pass. */
export function variant<Checked>(
  discriminant: string,
  checks: Readonly<Record<string, Check<Checked>>>,
): Check<Checked> {
  const checkOf = (value: JsonObject): Check<Checked> | undefined => {
    const name = Object.hasOwn(value, discriminant) ? value[discriminant] : undefined;
    return typeof name === "string" && Object.hasOwn(checks, name) ? checks[name] : undefined;
  };
  return {
    findErrors: (value, field) =>
      isJsonObject(value)
        ? (checkOf(value)?.findErrors(value, field) ?? [notAmong(joinPath(field, discriminant), Object.keys(checks))])
        : [notAnObject(field)],
    coerce(value) {
      const check = isJsonObject(value) ? checkOf(value) : undefined;
      return check === undefined ? value : coerce(check, value);
    },
    schema: (reading) => ({ oneOf: Object.values(checks).map((check) => check.schema(reading)) }),
  };
}

/** Any object, whatever is in it. */
export const anyObject: Check<JsonObject> = {
  findErrors: (value, field) => (isJsonObject(value) ? [] : [notAnObject(field)]),
  schema: () => ({ type: "object" }),
};

function findFieldErrors(
  check: Required<unknown> | Optional<unknown> | undefined,
  value: Json,
  field: string,
): readonly FormatError[] {
  if (check === undefined) return [{ field, msg: "is not a known field", brokenRule: { type: "unknownField" } }];
  if (value !== null && value !== undefined) return check.findErrors(value, field);
  return check.presence === "required" ? [missing(field)] : [];
}

const missing = (field: string): FormatError => ({ field, msg: "is required", brokenRule: { type: "missing" } });

const joinPath = (field: string, name: string): string => (field === "" ? name : `${field}.${name}`);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
