import {
  checkRefundable,
  decide,
  holdsExclusively,
  isFinal,
  observe,
  startRedemption,
  type Transaction,
} from "@electrum-vouchers/core";
import { policyOf, redemptionRequest, secrets, uuid } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { exploreRefunds, type RefundRules } from "./explore.ts";

/** A redemption of R100.00 that is completed. */
function redeem(): Transaction {
  const id = uuid(1);
  const policy = policyOf({ messaging: "single" });
  const start = {
    id,
    lookup: { voucherCode: secrets.code },
    confirmationId: uuid(0xa),
    reversalId: uuid(0xb),
    policy,
    at: 0,
  };
  const fact = { type: "response", status: 200, at: 0 } as const;
  const looking = startRedemption(start)._unsafeUnwrap().transaction;
  const body = JSON.stringify({ id, voucher: { code: secrets.code } });
  const found = observe(looking, { ...fact, attempt: 0, body }).transaction;
  const redeeming = decide(found, { type: "redeem", request: redemptionRequest(id), at: 0 })._unsafeUnwrap()
    .transaction;
  return observe(redeeming, { ...fact, attempt: 1, body: JSON.stringify({ id }) }).transaction;
}

const redeemed = redeem();

const shipped: RefundRules = {
  check: (of, earlier, request) => checkRefundable(of, earlier, request).isOk(),
  holds: holdsExclusively,
  next: (earlier) => earlier.length + 1,
  passes: (holder) => isFinal(holder) && holdsExclusively(holder),
};

const explore = (rules: Partial<RefundRules> = {}) =>
  exploreRefunds(redeemed, 10_000, [6_000, 4_000, 5_000], { ...shipped, ...rules });

describe("three processes refund one redemption, in every order", () => {
  test("one refund is open at a time, and all together stay within what was redeemed", () => {
    const { violations, sums, situations } = explore();
    expect([...violations]).toEqual([]);
    // Also all of it is refunded in some order, and nothing if each is declined.
    expect(Math.max(...sums)).toBe(10_000);
    expect(Math.min(...sums)).toBe(0);
    expect(situations).toBeGreaterThan(100);
  });

  test.each<[string, Partial<RefundRules>, string]>([
    ["a refund beyond what was redeemed", { check: () => true }, "tooMuch"],
    ["a second open refund: an open one is passed over", { passes: () => true }, "twoOpen"],
    [
      "a sum that is out of date: what has ended gives its number back",
      { holds: (refund) => !isFinal(refund) },
      "tooMuch",
    ],
    [
      "a sum that is out of date: every refund takes the same number",
      { next: () => 1, holds: (refund) => !isFinal(refund) },
      "tooMuch",
    ],
    ["a refund that holds nothing", { holds: () => false }, "twoOpen"],
  ])("and the check detects %s", (_, defect, violation) => {
    expect([...explore(defect).violations]).toContain(violation);
  });
});
