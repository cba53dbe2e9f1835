import { policyOf, provisionRequest, tenders, uuid } from "@electrum-vouchers/testkit";
import type { UndeliveredBounds } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { createTestTill, type KillableTill, type TestTill } from "../test/test-till.ts";

// What a provider has not been told of yet is bounded by policy: beyond it, no new sale begins there.

const MINUTE_MS = 60_000;

/** A till whose confirmations Electrum does not take, and so many sales that it has confirmed. */
async function openShop(
  maxUndelivered: UndeliveredBounds,
  confirmed: number,
): Promise<{ readonly testTill: TestTill; readonly till: KillableTill; heal(): void }> {
  let isDown = true;
  const testTill = createTestTill({
    script: ({ operation }) =>
      operation === "confirmVoucher" && isDown ? { response: { status: 503, body: "" } } : undefined,
  });
  const till = await testTill.open({ policy: policyOf({ maxUndelivered }) });
  for (let n = 1; n <= confirmed; n += 1) {
    await testTill.done(till.provision(provisionRequest(uuid(n))));
    await testTill.done(till.confirm(uuid(n), tenders));
  }
  await testTill.clock.advance(MINUTE_MS);
  return {
    testTill,
    till,
    heal: () => {
      isDown = false;
    },
  };
}

describe("no new sale of the provider begins", () => {
  test.each<[string, UndeliveredBounds, keyof UndeliveredBounds]>([
    ["so many confirmations", { count: 2 }, "count"],
    ["so much money", { amount: 20_000 }, "amount"],
    ["one for so long", { ageMs: MINUTE_MS }, "ageMs"],
  ])("once it has not been told of %s; what was sold goes on", async (_, bounds, bound) => {
    const { testTill, till, heal } = await openShop(bounds, 2);
    expect(await testTill.failed(till.provision(provisionRequest(uuid(3))))).toMatchObject({
      type: "tooManyUndelivered",
      bound,
      count: 2,
      amounts: { 710: 20_000 },
    });
    expect(await testTill.done(till.provision(provisionRequest(uuid(1))))).toMatchObject({ state: "confirming" });

    heal();
    await testTill.clock.advance(10 * MINUTE_MS);
    expect(await testTill.done(till.provision(provisionRequest(uuid(3))))).toMatchObject({ state: "issued" });
  });
});

test("below the bounds, and where an operator holds what is undelivered, sales begin", async () => {
  const { testTill, till } = await openShop({ count: 3 }, 2);
  await testTill.done(till.provision(provisionRequest(uuid(3))));
  await testTill.done(till.confirm(uuid(3), tenders));
  await testTill.done(till.hold(uuid(1), { by: "Thandi", reason: "the provider asked for it" }));
  await testTill.clock.advance(MINUTE_MS);
  expect(await testTill.done(till.provision(provisionRequest(uuid(4))))).toMatchObject({ state: "issued" });
});
