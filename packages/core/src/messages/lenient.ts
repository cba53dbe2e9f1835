// How a message of Electrum's is read: what is malformed counts as absent.

export type LooseFields = Readonly<Record<string, unknown>>;

export const isLooseFields = (value: unknown): value is LooseFields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const looseFieldsOf = (value: unknown): LooseFields => (isLooseFields(value) ? value : {});

/** Those of the named fields that hold text. */
export const texts = <Name extends string>(
  fields: LooseFields,
  names: readonly Name[],
): { readonly [Field in Name]?: string } => pick(fields, names, (value) => typeof value === "string");

/** Those of the named fields that hold a number. */
export const numbers = <Name extends string>(
  fields: LooseFields,
  names: readonly Name[],
): { readonly [Field in Name]?: number } => pick(fields, names, (value) => typeof value === "number");

/** Those of the named fields that hold true or false. */
export const booleans = <Name extends string>(
  fields: LooseFields,
  names: readonly Name[],
): { readonly [Field in Name]?: boolean } => pick(fields, names, (value) => typeof value === "boolean");

function pick<Name extends string, Value>(
  fields: LooseFields,
  names: readonly Name[],
  isValid: (value: unknown) => value is Value,
): { readonly [Field in Name]?: Value } {
  const found: { [Field in Name]?: Value } = {};
  for (const name of names) {
    const value = fields[name];
    if (isValid(value)) found[name] = value;
  }
  return found;
}

/** A field, or none. */
export function optionalField<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Field in Name]?: Value } {
  const field: { [Field in Name]?: Value } = {};
  if (value !== undefined) field[name] = value;
  return field;
}
