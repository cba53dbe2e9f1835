import {
  policyOf,
  provisionRequest,
  redemptionRequest,
  tenders,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, alertReasonsOf } from "../test/test-till.ts";

// A crash between the payment and `confirm` must not take the voucher from a customer who has paid.

const MINUTE_MS = 60_000;
const policy = policyOf({ decisionDeadlineMs: 5 * MINUTE_MS });

describe("a payment has started, and the till says nothing more", () => {
  test.each(["the same process goes on", "it is killed, and another starts"])(
    "given that %s, then an operator is told once the time to decide is over, and nothing is reversed",
    async (course) => {
      const testTill = createTestTill();
      const till = await testTill.open({ policy });
      await testTill.done(till.provision(provisionRequest()));
      await testTill.done(till.paymentStarted(uuid(1), { reference: "card-17", by: "Thandi" }));
      if (course.startsWith("it is killed")) {
        till.kill();
        await testTill.open({ policy });
      }
      await testTill.clock.advance(60 * MINUTE_MS);

      expect(await testTill.stored(uuid(1))).toMatchObject({
        state: "issued",
        payment: { reference: "card-17", by: "Thandi" },
        overdueAt: expect.any(Number),
      });
      expect(alertReasonsOf(testTill)).toEqual(["attention"]);
      expect(testTill.operations()).toEqual(["provisionVoucher"]);
    },
  );

  test("given that it then says that the customer has paid, then the sale is confirmed", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy });
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.paymentStarted(uuid(1)));
    await testTill.clock.advance(60 * MINUTE_MS);

    await testTill.done(till.confirm(uuid(1), tenders));
    await testTill.clock.advance(0);
    expect((await testTill.stored(uuid(1))).state).toBe("confirmed");
  });

  test("given that no payment has started, then the time to decide reverses as before", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy });
    await testTill.done(till.provision(provisionRequest()));
    await testTill.clock.advance(60 * MINUTE_MS);
    expect((await testTill.stored(uuid(1))).state).toBe("reversed");
  });
});

describe("a confirmation that is refused for its content", () => {
  test("alerts, and counts as a payment that has started", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy });
    await testTill.done(till.provision(provisionRequest()));
    const [tender] = tenders;
    const tooLong = tender === undefined ? [] : [{ ...tender, reference: "x".repeat(41) }];

    expect(await testTill.failed(till.confirm(uuid(1), tooLong))).toMatchObject({
      refusal: { type: "invalidMessage" },
    });
    expect(alertReasonsOf(testTill)).toEqual(["confirmationRefused"]);
    await testTill.clock.advance(60 * MINUTE_MS);
    expect((await testTill.stored(uuid(1))).state).toBe("issued");
    expect((await testTill.done(till.confirm(uuid(1), tenders))).state).toBe("confirming");
  });

  test("so too of a redemption, and for more than Electrum authorised", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy });
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
    const amounts = { requestAmount: { amount: 100, currency: "710" } };
    await testTill.done(till.redeem({ ...redemptionRequest(), amounts }));
    const more = { approvedAmount: { amount: 101, currency: "710" } };

    expect(await testTill.failed(till.confirmRedemption(uuid(1), more))).toMatchObject({
      refusal: { type: "notAuthorised" },
    });
    expect(alertReasonsOf(testTill)).toEqual(["confirmationRefused"]);
  });

  test("is no alert once the transaction was decided: nothing can be taken from the customer any more", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy });
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(uuid(1), tenders));
    await testTill.failed(till.confirm(uuid(1), tenders, { approvedAmount: { amount: -1, currency: "710" } }));
    expect(alertReasonsOf(testTill)).toEqual([]);
  });
});
