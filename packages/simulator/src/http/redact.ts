import type { Json } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "../json.ts";

/** Fields with secrets or personal data: a voucher's code and pin, card numbers, slips that print them, customers. */
const SECRET_FIELDS: readonly string[] = [
  "code",
  "pin",
  "voucherCode",
  "cardNumber",
  "accountNumber",
  "slipData",
  "recipient",
  "customer",
];

const MASK = "***";

/** Deeper than any message of Electrum's. Anything deeper is masked. */
const MAX_DEPTH = 12;

/** Longer bodies are logged by their length alone. */
const MAX_BODY_CHARACTERS = 16 * 1024;

/** A body for the request log. One that cannot be parsed cannot be masked, so only its length is logged. */
export function redactBody(body: string): Json {
  if (body === "") return null;
  const value = body.length <= MAX_BODY_CHARACTERS ? parseJson(body) : undefined;
  return value === undefined ? `(${body.length} characters, not parsed)` : redactValue(value, 0);
}

/** A target for the request log: a lookup has the voucher's code in its query. */
export function redactTarget(target: string): string {
  const at = target.indexOf("?");
  if (at < 0) return target;
  const query = new URLSearchParams(target.slice(at + 1));
  for (const name of query.keys()) if (SECRET_FIELDS.includes(name)) query.set(name, MASK);
  return `${target.slice(0, at)}?${query.toString()}`;
}

function redactValue(value: Json, depth: number): Json {
  if (depth > MAX_DEPTH) return MASK;
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        SECRET_FIELDS.includes(name) ? MASK : redactValue(each, depth + 1),
      ]),
    );
  }
  return isList(value) ? value.map((each) => redactValue(each, depth + 1)) : value;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
