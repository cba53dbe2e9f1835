import { errorResponse, provisionRequest, uuid, voucherLookup } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, type KillableTill, type TestTill, alertsOf } from "../test/test-till.ts";

const noSuchVoucher = (): TestTill =>
  createTestTill({
    script: ({ operation }) =>
      operation === "lookupVoucher" ? { response: errorResponse(404, "UNABLE_TO_LOCATE_RECORD") } : undefined,
  });

async function lookUp(testTill: TestTill, till: KillableTill, count: number, terminal: string): Promise<void> {
  for (let n = 0; n < count; n += 1)
    await testTill.done(till.lookUp({ voucherCode: `guess ${n}` }, { client: "shop", terminal }));
}

describe("guessing of voucher codes is noticed", () => {
  test("ten lookups of one terminal without such a voucher are an alert, and ten more are another", async () => {
    const testTill = noSuchVoucher();
    const till = await testTill.open();
    await lookUp(testTill, till, 9, "TILL0001");
    await lookUp(testTill, till, 9, "TILL0002");
    expect(alertsOf(testTill)).toEqual([]);

    await lookUp(testTill, till, 1, "TILL0001");
    const alert = { reason: "failedLookups", client: "shop", terminal: "TILL0001", failures: 10, withinMs: 600_000 };
    expect(alertsOf(testTill)).toEqual([alert]);

    await lookUp(testTill, till, 10, "TILL0001");
    expect(alertsOf(testTill)).toEqual([alert, alert]);
  });

  test("balance inquiries count as lookups do", async () => {
    const testTill = noSuchVoucher();
    const till = await testTill.open();
    await lookUp(testTill, till, 9, "TILL0001");
    const asking = till.inquireBalance({ voucherCode: "guess 10" }, { client: "shop", terminal: "TILL0001" });

    expect(await testTill.done(asking)).toMatchObject({ outcome: "notFound" });
    expect(alertsOf(testTill)).toMatchObject([{ reason: "failedLookups", terminal: "TILL0001", failures: 10 }]);
  });

  test("in ten minutes, and no longer", async () => {
    const testTill = noSuchVoucher();
    const till = await testTill.open();
    await lookUp(testTill, till, 9, "TILL0001");
    await testTill.clock.advance(600_000);
    await lookUp(testTill, till, 9, "TILL0001");
    expect(alertsOf(testTill)).toEqual([]);
  });

  test("lookups that fail for another reason do not count, nor do sales", async () => {
    const testTill = createTestTill({
      lookupRetries: 0,
      script: ({ operation }) =>
        operation === "lookupVoucher" ? { response: errorResponse(400, "FUNCTION_NOT_SUPPORTED") } : undefined,
    });
    const till = await testTill.open();
    for (let n = 0; n < 12; n += 1) await testTill.done(till.lookUp(voucherLookup));
    for (let n = 1; n < 12; n += 1) await testTill.done(till.provision(provisionRequest(uuid(n))));
    expect(alertsOf(testTill)).toEqual([]);
  });
});
