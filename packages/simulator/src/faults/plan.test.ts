import { describe, expect, test } from "vitest";
import { faultKinds } from "./fault.ts";
import { readFaultPlan } from "./plan.ts";

const errorsIn = (script: Parameters<typeof readFaultPlan>[0]): readonly string[] => {
  const reading = readFaultPlan(script);
  return reading.type === "valid" ? [] : reading.errors.map(({ field, msg }) => `${field} ${msg}`);
};

const oneOfEach = [
  { kind: "refused", durationMs: 100 },
  { kind: "reset", processed: true },
  { kind: "noResponse", processed: false },
  { kind: "delayed", delayMs: 100 },
  { kind: "duplicate" },
  { kind: "slowHeaders", delayMs: 100 },
  { kind: "slowBody", delayMs: 100 },
  { kind: "truncatedBody" },
  { kind: "wrongContentType", contentType: "text/html" },
  { kind: "notJson" },
  { kind: "emptyBody" },
  { kind: "wrongId" },
  { kind: "status", status: 429, processed: false, retryAfterSeconds: 2 },
  { kind: "error", status: 404, errorType: "UPSTREAM_UNAVAILABLE", processed: true },
  { kind: "restart", memory: "lost", durationMs: 100 },
  { kind: "emulateTestServer" },
];

describe("a fault script", () => {
  test("accepts each kind of fault", () => {
    expect(oneOfEach.map(({ kind }) => kind).toSorted()).toEqual(faultKinds.toSorted());
    expect(errorsIn({ rules: oneOfEach.map((fault) => ({ fault })) })).toEqual([]);
  });

  test("has predicates, times and random faults", () => {
    const match = { operation: "redeemVoucher", terminalId: "TILL0001", voucherCode: "1", requestId: "x", nth: 2 };
    const rules = [
      { match, fault: { kind: "notJson" }, times: 3 },
      { fault: { kind: "notJson" }, times: "always" },
    ];
    expect(errorsIn({ rules, random: { seed: 7, rates: { reset: 0.5, noResponse: 0.5 }, delayMs: 5 } })).toEqual([]);
    expect(errorsIn({})).toEqual([]);
  });

  test("gets every fault reported, by its field", () => {
    const script = {
      rule: [],
      rules: [
        { fault: { kind: "explode" } },
        { fault: { kind: "reset" } },
        { fault: { kind: "status", status: 102, processed: "yes" } },
        { match: { operation: "sell", nth: 0 }, fault: { kind: "notJson" }, times: 0 },
        { fault: { kind: "wrongContentType", contentType: "text/html\r\nx: y" } },
        { fault: { kind: "delayed", delayMs: 3_600_001 } },
      ],
      random: { rates: { reset: 2, surprise: 0.1 } },
    };
    expect(errorsIn(script)).toEqual([
      "rule is not a known field",
      `rules[0].fault.kind must be one of ${faultKinds.join(", ")}`,
      "rules[1].fault.processed is required",
      "rules[2].fault.status must be a whole number from 200 to 599",
      "rules[2].fault.processed must be true or false",
      expect.stringMatching(/^rules\[3\]\.match\.operation must be one of provisionVoucher, /),
      `rules[3].match.nth must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
      `rules[3].times must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
      "rules[4].fault.contentType must be a media type, such as text/html",
      "rules[5].fault.delayMs must be a whole number from 0 to 3600000",
      "random.rates.reset must be a number from 0 to 1",
      "random.seed is required",
    ]);
  });

  test("has rates of known kinds, with a sum of at most 1", () => {
    expect(errorsIn({ random: { seed: 1, rates: { surprise: 0.1 } } })).toEqual([
      `random.rates.surprise must be one of ${faultKinds.join(", ")}`,
    ]);
    expect(errorsIn({ random: { seed: 1, rates: { reset: 0.6, noResponse: 0.6 } } })).toEqual([
      "random.rates must not add up to more than 1",
    ]);
  });

  test.each([[[]], ["x"], [1], [null]])("is an object, not %j", (script) => {
    expect(errorsIn(script)).toEqual([" must be an object"]);
  });

  test("has a bounded number of rules", () => {
    const rules = Array.from({ length: 1_001 }, () => ({ fault: { kind: "notJson" } }));
    expect(errorsIn({ rules })).toEqual(["rules must have at most 1000 rules"]);
  });
});
