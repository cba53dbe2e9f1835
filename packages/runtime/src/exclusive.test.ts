import {
  createMemoryOutbox,
  provisionRequest,
  redemptionRequest,
  type Script,
  secrets,
  tenders,
  unwrapAsync,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import type { ProvisionRequest } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { createTestTill, type KillableTill, type TestTill } from "../test/test-till.ts";

// Two transactions that must not be open at once: of the same voucher, or of what the till calls the same sale.

const override = { by: "Thandi", reason: "the first till is on fire" };
const saleIdentity = ({ basketRef }: ProvisionRequest): string | undefined => basketRef;
const saleOf = (n: number): ProvisionRequest => ({ ...provisionRequest(uuid(n)), basketRef: "basket 7" });

const slowly: Script = ({ operation }, nth) =>
  operation === "provisionVoucher" && nth === 0 ? { afterMs: 5_000 } : undefined;

/** A process that was killed returns nothing to its caller. */
const neverTold = (): never => expect.unreachable();

const find = (testTill: TestTill, till: KillableTill, n: number) =>
  testTill.done(till.lookUp(voucherLookup, { id: uuid(n) }));

/** Two tills of two processes, on one store. */
async function openTwoTills(policy: Parameters<typeof createTestTill>[0] = {}): Promise<{
  readonly testTill: TestTill;
  readonly first: KillableTill;
  readonly second: KillableTill;
}> {
  const testTill = createTestTill(policy);
  const [first, second] = [await testTill.open({ saleIdentity }), await testTill.open({ saleIdentity })];
  return { testTill, first, second };
}

describe("a voucher is redeemed by one open redemption", () => {
  test("given that another process redeems it, then a second redeem is taken, and says what will become of the first", async () => {
    const { testTill, first, second } = await openTwoTills({ decisionDeadlineMs: 60_000 });
    await find(testTill, first, 1);
    await find(testTill, second, 2);
    await testTill.done(first.redeem(redemptionRequest(uuid(1))));

    const error = await testTill.failed(second.redeem(redemptionRequest(uuid(2))));
    expect(error).toMatchObject({
      type: "taken",
      id: uuid(1),
      holder: { kind: "redemption", state: "redeemed" },
      outlook: { by: "till", at: expect.any(Number) },
    });
    expect(JSON.stringify(error)).not.toContain(secrets.code);
    expect((await testTill.stored(uuid(2))).state).toBe("found");
    expect(testTill.operations().filter((operation) => operation === "redeemVoucher")).toHaveLength(1);
  });

  test("given two processes at once, then one passes", async () => {
    const { testTill, first, second } = await openTwoTills();
    await find(testTill, first, 1);
    await find(testTill, second, 2);
    const both = await Promise.all([
      testTill.settled(first.redeem(redemptionRequest(uuid(1)))),
      testTill.settled(second.redeem(redemptionRequest(uuid(2)))),
    ]);
    expect(both.map((result) => (result.isOk() ? result.value.state : result.error.type)).toSorted()).toEqual([
      "redeemed",
      "taken",
    ]);
  });

  test.each([
    ["confirmed", (till: KillableTill) => till.confirmRedemption(uuid(1))],
    ["cancelled, and Electrum has acknowledged the reversal", (till: KillableTill) => till.cancel(uuid(1))],
  ])("given that the first was %s, then the second goes on", async (_, decide) => {
    const { testTill, first, second } = await openTwoTills();
    await find(testTill, first, 1);
    await testTill.done(first.redeem(redemptionRequest(uuid(1))));
    await testTill.done(decide(first));
    await testTill.clock.advance(1_000);
    await find(testTill, second, 2);
    await testTill.done(second.redeem(redemptionRequest(uuid(2))));
    expect(testTill.operations().filter((operation) => operation === "redeemVoucher")).toHaveLength(2);
  });

  test("given the same redeem again, then it is a repeat, and not taken", async () => {
    const { testTill, first, second } = await openTwoTills();
    await find(testTill, first, 1);
    await testTill.done(first.redeem(redemptionRequest(uuid(1))));
    expect(await testTill.done(second.redeem(redemptionRequest(uuid(1))))).toMatchObject({ state: "redeemed" });
  });

  test("given an override, then the second goes on, which is journalled; the first keeps what it holds", async () => {
    const { testTill, first, second } = await openTwoTills();
    for (const n of [1, 2, 3]) await find(testTill, first, n);
    await testTill.done(first.redeem(redemptionRequest(uuid(1))));
    await testTill.done(second.redeem(redemptionRequest(uuid(2)), { override }));
    expect(await testTill.stored(uuid(2))).toMatchObject({ state: "redeemed", redeem: { override } });
    expect(await testTill.failed(second.redeem(redemptionRequest(uuid(3))))).toMatchObject({ id: uuid(1) });
    await testTill.done(first.confirmRedemption(uuid(1)));
    expect(await testTill.done(second.redeem(redemptionRequest(uuid(3))))).toMatchObject({ state: "redeemed" });
  });

  test("given an override without a name or a reason, then it is refused", async () => {
    const { testTill, first } = await openTwoTills();
    await find(testTill, first, 1);
    const unsaid = { override: { by: " ", reason: "" } };
    expect(await testTill.failed(first.redeem(redemptionRequest(uuid(1)), unsaid))).toMatchObject({
      refusal: { type: "invalidMessage", faults: [{ path: "override.by" }, { path: "override.reason" }] },
    });
  });
});

describe("what the till calls the same sale is undecided once at most", () => {
  test("given that the first is issued, then the second is taken; once the first is confirmed, it is sold", async () => {
    const { testTill, first, second } = await openTwoTills();
    await testTill.done(first.provision(saleOf(1)));
    expect(await testTill.failed(second.provision(saleOf(2)))).toMatchObject({
      type: "taken",
      id: uuid(1),
      outlook: { by: "till" },
    });
    await testTill.done(first.confirm(uuid(1), tenders));
    expect(await testTill.done(second.provision(saleOf(2)))).toMatchObject({ state: "issued" });
  });

  test("given that the first was killed amid its sale, then its own repeat goes on", async () => {
    const { testTill, first, second } = await openTwoTills({ script: slowly });
    const dead = first.provision(saleOf(1)).match(neverTold, neverTold);
    await testTill.clock.advance(1_000);
    first.kill();
    expect(dead).toBeDefined();
    expect(await testTill.done(second.provision(saleOf(1)))).toMatchObject({ id: uuid(1), state: "requesting" });
  });

  test("given an override, then the second is sold, which is journalled", async () => {
    const { testTill, first, second } = await openTwoTills();
    await testTill.done(first.provision(saleOf(1)));
    await testTill.done(second.provision(saleOf(2), { override }));
    expect(await testTill.stored(uuid(2))).toMatchObject({ state: "issued", start: { override } });
  });

  test("given sales that are not the same, or a till that says nothing of it, then any number is open", async () => {
    const { testTill, first } = await openTwoTills();
    await testTill.done(first.provision(saleOf(1)));
    await testTill.done(first.provision(provisionRequest(uuid(2))));
    const other = await testTill.open();
    expect(await testTill.done(other.provision(saleOf(3)))).toMatchObject({ state: "issued" });
  });

  test.each([
    ["throws", () => expect.unreachable()],
    ["gives something else", () => ""],
  ])("given an identity that %s, then the sale is refused, and nothing is stored", async (_, identity) => {
    const testTill = createTestTill();
    const outbox = createMemoryOutbox();
    const till = await testTill.open({ outbox, saleIdentity: identity });
    expect(await testTill.failed(till.provision(saleOf(1)))).toMatchObject({
      type: "refused",
      refusal: { faults: [{ path: "saleIdentity" }] },
    });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toBeUndefined();
  });
});
