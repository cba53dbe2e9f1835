import { never, redemptionRequest, secrets, uuid, voucherLookup } from "@electrum-vouchers/testkit";
import { expect, test } from "vitest";
import { createTestTill, type TestTill } from "../test/test-till.ts";

/** All that the outbox holds of the redemption. */
async function held({ outbox }: TestTill): Promise<string> {
  const [record, journal] = [await outbox.unwatched.load(uuid(1)), await outbox.unwatched.journal(uuid(1))];
  return JSON.stringify([record, journal]);
}

test.each([
  ["while its response is awaited", never],
  ["once it was answered", undefined],
])("a voucher's pin is sent, and stored nowhere: %s", async (_, outcome) => {
  const testTill = createTestTill({
    script: ({ operation }) => (operation === "redeemVoucher" ? outcome : undefined),
  });
  const till = await testTill.open();
  await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
  const redeeming = till.redeem(redemptionRequest());
  await testTill.clock.advance(0);

  expect(JSON.stringify(testTill.electrum.sent)).toContain(secrets.pin);
  expect(await held(testTill)).toContain(secrets.code);
  expect(await held(testTill)).not.toContain(secrets.pin);
  expect((await testTill.done(redeeming)).state).toBe(outcome === never ? "reversing" : "redeemed");
});
