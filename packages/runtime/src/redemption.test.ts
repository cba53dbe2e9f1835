import type { RedemptionView } from "@electrum-vouchers/core";
import {
  errorResponse,
  never,
  type Outcome,
  provisionRequest,
  redemptionRequest,
  type Script,
  secrets,
  tenders,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, OPENS_AT, type TestTill, type KillableTill } from "../test/test-till.ts";

const whenRedeemed =
  (outcome: Outcome): Script =>
  ({ operation }) =>
    operation === "redeemVoucher" ? outcome : undefined;

/** Looks the voucher up and redeems it. */
async function redeem(testTill: TestTill, till: KillableTill, id = uuid(1)): Promise<RedemptionView> {
  await testTill.done(till.lookUp(voucherLookup, { id }));
  return testTill.done(till.redeem(redemptionRequest(id)));
}

describe("the lookup that comes first", () => {
  test("given a voucher that Electrum knows, then the till sees it and decides", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    const redemption = await testTill.done(till.lookUp(voucherLookup));

    expect(redemption).toMatchObject({ state: "found", response: { voucher: {} } });
    expect(JSON.stringify(redemption)).not.toContain(secrets.code);
    expect(testTill.operations()).toEqual(["lookupVoucher"]);
  });

  test("given a voucher that Electrum does not know, then it is not found, and may be looked up again", async () => {
    const testTill = createTestTill({
      script: ({ operation }, nth) =>
        operation === "lookupVoucher" && nth === 0
          ? { response: errorResponse(404, "UNABLE_TO_LOCATE_RECORD") }
          : undefined,
    });
    const till = await testTill.open();

    const redemption = await testTill.done(till.lookUp(voucherLookup));
    expect(redemption).toMatchObject({ state: "lookupFailed", reason: "noSuchVoucher" });

    expect((await testTill.done(till.lookUpAgain(redemption.id))).state).toBe("found");
  });

  test("given no response, then it is repeated while the customer waits, as often as the policy says", async () => {
    const testTill = createTestTill({ lookupRetries: 2, script: () => never });
    const till = await testTill.open();

    const redemption = await testTill.done(till.lookUp(voucherLookup));

    expect(redemption).toMatchObject({ state: "lookupFailed", reason: "noAnswer", unknown: { cause: "deadline" } });
    expect(testTill.operations()).toEqual(["lookupVoucher", "lookupVoucher", "lookupVoucher"]);
  });

  test("given the same lookup under the same id, then it is joined or given, and not sent twice", async () => {
    const testTill = createTestTill({ script: () => ({ afterMs: 1_000 }) });
    const till = await testTill.open();
    const calls = [till.lookUp(voucherLookup, { id: uuid(1) }), till.lookUp(voucherLookup, { id: uuid(1) })];

    const [first, second] = await Promise.all(calls.map((call) => testTill.done(call)));
    const third = await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));

    expect(first?.state).toBe("found");
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(testTill.operations()).toEqual(["lookupVoucher"]);
  });

  test("given another lookup under the same id, then it is refused", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));

    const error = await testTill.failed(till.lookUp({ voucherSerialNumber: "42" }, { id: uuid(1) }));

    expect(error.type).toBe("idInUse");
  });

  test("given a lookup that names no voucher, then it is refused, and nothing sent", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    expect(await testTill.failed(till.lookUp({}))).toMatchObject({ refusal: { type: "invalidMessage" } });
    expect(testTill.operations()).toEqual([]);
  });
});

describe("a lookup is no way to resolve a pending sale", () => {
  test("given a sale of ours under way, then its lookup is refused until its deadline at least", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "provisionVoucher" ? never : undefined),
    });
    const till = await testTill.open();
    const id = "5ca1ab1e-0000-4000-8000-00000000cafe";
    const selling = till.provision(provisionRequest(id));
    await testTill.clock.advance(1_000);

    for (const provisionRequestId of [id, id.toUpperCase()]) {
      const error = await testTill.failed(till.lookUp({ provisionRequestId }));
      expect(error).toEqual({ type: "lookupTooEarly", state: "requesting", allowedFrom: OPENS_AT + 60_000 });
    }
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
    await testTill.done(selling);
  });

  test("given a sale that is over, then it is allowed once the initial processing period has passed", async () => {
    const testTill = createTestTill({ messaging: "single", lookupAfterMs: 30_000 });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest(uuid(2))));

    const lookup = { provisionRequestId: uuid(2) };
    expect(await testTill.failed(till.lookUp(lookup))).toMatchObject({ allowedFrom: OPENS_AT + 30_000 });
    await testTill.clock.advance(30_000);

    expect((await testTill.done(till.lookUp(lookup))).state).toBe("found");
  });

  test("given a sale that is not ours, then it is allowed", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    expect((await testTill.done(till.lookUp({ provisionRequestId: uuid(99) }))).state).toBe("found");
  });
});

describe("redeeming", () => {
  test("given dual messaging, then the till confirms, and it is confirmed", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    expect((await redeem(testTill, till)).state).toBe("redeemed");
    expect((await testTill.done(till.confirmRedemption(uuid(1)))).state).toBe("confirming");

    await testTill.clock.advance(0);
    expect((await testTill.stored(uuid(1))).state).toBe("confirmed");
    expect(testTill.operations()).toEqual(["lookupVoucher", "redeemVoucher", "confirmRedeem"]);
  });

  test("given a final amount, then it must not be more than was authorised", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await redeem(testTill, till);

    const tooMuch = { approvedAmount: { amount: 10_001, currency: "710" } };
    expect(await testTill.failed(till.confirmRedemption(uuid(1), tooMuch))).toMatchObject({
      refusal: { type: "notAuthorised" },
    });
    const part = { approvedAmount: { amount: 2_500, currency: "710" } };
    await testTill.done(till.confirmRedemption(uuid(1), part));

    await testTill.clock.advance(0);
    expect(testTill.electrum.sent.at(-1)?.message).toMatchObject({
      operation: "confirmRedeem",
      message: { amounts: part },
    });
  });

  test("given single messaging, then an approval completes it", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();

    expect((await redeem(testTill, till)).state).toBe("completed");
    expect(testTill.operations()).toEqual(["lookupVoucher", "redeemVoucher"]);
  });

  test("given a time-out at the till, then it is reversed: there is no retry", async () => {
    const testTill = createTestTill({ script: whenRedeemed(never) });
    const till = await testTill.open();

    expect((await redeem(testTill, till)).state).toBe("reversing");
    await testTill.clock.advance(1_000);

    expect((await testTill.stored(uuid(1))).state).toBe("reversed");
    expect(testTill.operations()).toEqual(["lookupVoucher", "redeemVoucher", "reverseRedeem"]);
  });

  test("given an error upstream, then it is declined, and the consumer tries again under a new id", async () => {
    const testTill = createTestTill({
      script: ({ operation }, nth) =>
        operation === "redeemVoucher" && nth === 0
          ? { response: errorResponse(400, "INSUFFICIENT_AMOUNT") }
          : undefined,
    });
    const till = await testTill.open();

    expect((await redeem(testTill, till, uuid(1))).state).toBe("declined");
    expect((await redeem(testTill, till, uuid(2))).state).toBe("redeemed");
    expect(testTill.operations()).not.toContain("reverseRedeem");
  });

  test("given several calls with the same request at one moment, then one is sent, and all get its outcome", async () => {
    const testTill = createTestTill({ script: whenRedeemed({ afterMs: 5_000 }) });
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
    const calls = Array.from({ length: 3 }, () => till.redeem(redemptionRequest()));

    const redemptions = await Promise.all(calls.map((call) => testTill.done(call)));

    expect(redemptions.map(({ state }) => state)).toEqual(["redeemed", "redeemed", "redeemed"]);
    expect(testTill.operations()).toEqual(["lookupVoucher", "redeemVoucher"]);
  });

  test("given another voucher than was looked up, then it is refused, and nothing sent", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));

    const error = await testTill.failed(till.redeem(redemptionRequest(uuid(1), "ANOTHER-CODE")));

    expect(error).toMatchObject({ refusal: { type: "lookupMismatch", field: "voucher.code" } });
    expect(testTill.operations()).toEqual(["lookupVoucher"]);
  });

  test("given no lookup, then there is nothing to redeem", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    expect(await testTill.failed(till.redeem(redemptionRequest()))).toMatchObject({ type: "unknownTransaction" });
  });

  test("given a voucher that was not found, then it cannot be redeemed", async () => {
    const testTill = createTestTill({ script: () => ({ response: errorResponse(404, "UNABLE_TO_LOCATE_RECORD") }) });
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));

    expect(await testTill.failed(till.redeem(redemptionRequest()))).toMatchObject({
      refusal: { type: "wrongState", state: "lookupFailed" },
    });
  });
});

describe("cancelling", () => {
  test("given a voucher that was only looked up, then it is abandoned, and nothing is owed", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));

    expect((await testTill.done(till.cancel(uuid(1)))).state).toBe("abandoned");
    expect(testTill.operations()).toEqual(["lookupVoucher"]);
  });

  test("given a redemption under way, then its approval is reversed", async () => {
    const testTill = createTestTill({ script: whenRedeemed({ afterMs: 5_000 }) });
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
    const redeeming = till.redeem(redemptionRequest());
    await testTill.clock.advance(1_000);

    expect((await testTill.done(till.cancel(uuid(1)))).state).toBe("redeeming");

    expect(await testTill.done(redeeming)).toMatchObject({ state: "reversing", decision: { by: "till" } });
  });

  test("given a redeemed voucher, then it is reversed", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await redeem(testTill, till);

    expect((await testTill.done(till.cancel(uuid(1)))).state).toBe("reversing");
    await testTill.clock.advance(0);
    expect((await testTill.stored(uuid(1))).state).toBe("reversed");
  });

  test("given no decision in time, then the policy's deadline reverses it", async () => {
    const testTill = createTestTill({ decisionDeadlineMs: 60_000 });
    const till = await testTill.open();
    await redeem(testTill, till);

    await testTill.clock.advance(62_000);

    expect(await testTill.stored(uuid(1))).toMatchObject({ state: "reversed", decision: { by: "deadline" } });
  });
});

test("given a call for the other kind of transaction, then it is refused", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  await redeem(testTill, till);

  expect(await testTill.failed(till.confirm(uuid(1), tenders))).toMatchObject({ refusal: { type: "wrongKind" } });
  expect((await testTill.stored(uuid(1))).state).toBe("redeemed");
});
