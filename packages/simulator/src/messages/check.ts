import type { Json } from "@electrum-vouchers/core";
import { isJsonObject } from "../json.ts";

/** One fault of a message. It names the field and never repeats its value, which may be a voucher code. */
export interface FormatError {
  /** The place, such as `originator.merchant.merchantId`; empty for the message as a whole. */
  readonly field: string;
  readonly msg: string;
}

/**
 * Finds the faults in a value. These rules are the simulator's own: if a client shared its validation with the switch, a wrong limit
 * would go unnoticed.
 */
export interface Check<Checked> {
  readonly findErrors: (value: Json, field: string) => readonly FormatError[];
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
export function validate<Checked>(check: Check<Checked>, value: Json): CheckResult<Checked> {
  const errors = check.findErrors(value, "").slice(0, MAX_FORMAT_ERRORS);
  return passes(check, value, errors) ? { type: "valid", value } : { type: "invalid", errors };
}

/** A value without faults has the type that the check proves. */
const passes = <Checked>(_check: Check<Checked>, _value: unknown, faults: readonly FormatError[]): _value is Checked =>
  faults.length === 0;

export const required = <Checked>(check: Check<Checked>): Required<Checked> => ({
  findErrors: check.findErrors,
  presence: "required",
});

/** The field may be absent or `null`, which many JSON libraries write for absent. */
export const optional = <Checked>(check: Check<Checked>): Optional<Checked> => ({
  findErrors: check.findErrors,
  presence: "optional",
});

/** A string. `matching` is a pattern, and its meaning for the error message. */
export function text(
  limits: { readonly max?: number; readonly exactly?: number; readonly matching?: readonly [RegExp, string] } = {},
): Check<string> {
  const { max, exactly, matching } = limits;
  return {
    findErrors(value, field) {
      if (typeof value !== "string") return [{ field, msg: "must be a string" }];
      if (max !== undefined && value.length > max) return [{ field, msg: `must have at most ${max} characters` }];
      if (exactly !== undefined && value.length !== exactly) {
        return [{ field, msg: `must have exactly ${exactly} characters` }];
      }
      return matching === undefined || matching[0].test(value) ? [] : [{ field, msg: `must be ${matching[1]}` }];
    },
  };
}

export function wholeNumber(
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
): Check<number> {
  return {
    findErrors: (value, field) =>
      typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
        ? []
        : [{ field, msg: `must be a whole number from ${min} to ${max}` }],
  };
}

export const number: Check<number> = {
  findErrors: (value, field) => (typeof value === "number" ? [] : [{ field, msg: "must be a number" }]),
};

export const flag: Check<boolean> = {
  findErrors: (value, field) => (typeof value === "boolean" ? [] : [{ field, msg: "must be true or false" }]),
};

export function oneOf<const Choice extends string | number>(...choices: readonly Choice[]): Check<Choice> {
  return {
    findErrors: (value, field) =>
      choices.some((choice) => choice === value) ? [] : [{ field, msg: `must be one of ${choices.join(", ")}` }],
  };
}

export function listOf<Item>(item: Check<Item>): Check<readonly Item[]> {
  return {
    findErrors: (value, field) =>
      isList(value)
        ? value.flatMap((each, index) => item.findErrors(each, `${field}[${index}]`))
        : [{ field, msg: "must be a list" }],
  };
}

/** An object with any field names, whose values all pass `item`. */
export function mapOf<Item>(item: Check<Item>): Check<Readonly<Record<string, Item>>> {
  return {
    findErrors: (value, field) =>
      isJsonObject(value)
        ? Object.entries(value).flatMap(([name, each]) => item.findErrors(each, joinPath(field, name)))
        : [{ field, msg: "must be an object" }],
  };
}

/** An object with these fields and no others. */
export function object<Checked>(fields: Fields<Checked>): Check<Checked> {
  const checks = new Map<string, Required<unknown> | Optional<unknown>>(Object.entries(fields));
  return {
    findErrors(value, field) {
      if (!isJsonObject(value)) return [{ field, msg: "must be an object" }];
      const unknown = Object.keys(value)
        .filter((name) => !checks.has(name))
        .map((name) => ({ field: joinPath(field, name), msg: "is not a known field" }));
      return [
        ...unknown,
        ...[...checks].flatMap(([name, check]) => findFieldErrors(check, fieldOf(value, name), joinPath(field, name))),
      ];
    },
  };
}

/** An object whose field `discriminant` says which of the checks it must pass. */
export function variant<Checked>(
  discriminant: string,
  checks: Readonly<Record<string, Check<Checked>>>,
): Check<Checked> {
  return {
    findErrors(value, field) {
      if (!isJsonObject(value)) return [{ field, msg: "must be an object" }];
      const name = fieldOf(value, discriminant);
      const check = typeof name === "string" && Object.hasOwn(checks, name) ? checks[name] : undefined;
      return (
        check?.findErrors(value, field) ?? [
          { field: joinPath(field, discriminant), msg: `must be one of ${Object.keys(checks).join(", ")}` },
        ]
      );
    },
  };
}

function findFieldErrors(
  check: Required<unknown> | Optional<unknown>,
  value: Json | undefined,
  field: string,
): readonly FormatError[] {
  if (value !== undefined && value !== null) return check.findErrors(value, field);
  return check.presence === "required" ? [{ field, msg: "is required" }] : [];
}

// Only an object's own fields count: a message may have a field with the name of an inherited member, such as "constructor".
const fieldOf = (value: Readonly<Record<string, Json>>, name: string): Json | undefined =>
  Object.hasOwn(value, name) ? value[name] : undefined;

const joinPath = (field: string, name: string): string => (field === "" ? name : `${field}.${name}`);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
