import { isJsonObject, type Json } from "../json.ts";

// Where a response to `lookupProducts` keeps its products. No page of Electrum's that we could read shows its schema, so the list is found
// by its form: the body itself, or the one field of it that is an array. Two such fields, or none, leave open which list is meant.

/** The entries of the list in a response's body; `undefined` if it does not hold exactly one list. */
export function productListIn(body: Json | undefined): readonly Json[] | undefined {
  if (isList(body)) return body;
  const lists = isJsonObject(body) ? Object.values(body).filter(isList) : [];
  return lists.length === 1 ? lists[0] : undefined;
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
