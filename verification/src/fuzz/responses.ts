import type { HttpResponse, Json } from "@electrum-vouchers/core";
import { approvals, genuineBodies } from "./messages.ts";
import { duplicateField, mutateJson, mutateText, addDeepNesting, randomJson, randomText } from "./mutate.ts";
import type { Random } from "../random.ts";

/** A fuzzed response: a genuine one, altered a little or a lot, or noise. */
export function generateResponse(random: Random): HttpResponse {
  // Most that can be said is an error, and most statuses are, too. An approval must meet every state all the same.
  if (random.chance(0.1)) return generateApproval(random);
  return {
    status: random.chance(0.8) ? random.pick(statuses) : random.below(700),
    body: generateBody(random),
    ...(random.chance(0.5) ? { retryAfterMs: random.pick([0, 1_000, 1e15]) } : {}),
  };
}

const statuses = [
  200, 200, 200, 201, 201, 202, 204, 206, 301, 400, 400, 401, 403, 404, 404, 408, 409, 425, 429, 500, 501, 502, 503,
  504,
];

/** An approval with a status that it may have, altered once at the most. */
function generateApproval(random: Random): HttpResponse {
  const approval = random.pick<Json>(approvals);
  const body = random.chance(0.5) ? approval : mutateJson(random, approval);
  return { status: random.pick([200, 201, 202]), body: JSON.stringify(body) };
}

function generateBody(random: Random): string {
  switch (random.below(10)) {
    case 0:
      return random.pick(nonMessages);
    case 1:
      return randomText(random, random.below(200));
    case 2:
      return JSON.stringify(randomJson(random, 4));
    default:
      return generateAlteredBody(random);
  }
}

const nonMessages = [
  "",
  " ",
  "\r\n",
  "\ufeff",
  "null",
  "[]",
  "{}",
  '""',
  "0",
  "<html><body>502 Bad Gateway</body></html>",
];

/** Often nothing is altered: a genuine response must be classified as it is meant. */
function generateAlteredBody(random: Random): string {
  const body = applyRepeatedly(random, mutateJson, random.pick<Json>(genuineBodies));
  const text = JSON.stringify(body);
  switch (random.below(8)) {
    case 0:
      return applyRepeatedly(random, mutateText, text);
    case 1:
      return duplicateField(random, text);
    case 2:
      // At the depth limit of what is read, and sometimes far deeper than the stack allows.
      return addDeepNesting(text, random.chance(0.05) ? 20_000 : 61 + random.below(5));
    default:
      return text;
  }
}

/** Alters a value up to three times. */
function applyRepeatedly<Value>(random: Random, alter: (random: Random, value: Value) => Value, value: Value): Value {
  let altered = value;
  for (let remaining = random.pick([0, 0, 1, 1, 2, 3]); remaining > 0; remaining -= 1) altered = alter(random, altered);
  return altered;
}
