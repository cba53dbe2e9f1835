import type { Redemption } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import {
  failure,
  provisionRequest,
  redemptionRequest,
  secrets,
  tenders,
  uuid,
  voucherLookup,
} from "../test/messages.ts";
import { never, type Outcome, type Script } from "../test/scripted-electrum.ts";
import { createShop, OPENS_AT, type Shop, type TillProcess } from "../test/shop.ts";

const whenRedeemed =
  (outcome: Outcome): Script =>
  ({ operation }) =>
    operation === "redeemVoucher" ? outcome : undefined;

/** Looks the voucher up and redeems it. */
async function redeem(shop: Shop, till: TillProcess, id = uuid(1)): Promise<Redemption> {
  await shop.done(till.lookUp(voucherLookup, id));
  return shop.done(till.redeem(redemptionRequest(id)));
}

describe("the lookup that comes first", () => {
  test("given a voucher that Electrum knows, then the till sees it and decides", async () => {
    const shop = createShop();
    const till = await shop.open();

    const redemption = await shop.done(till.lookUp(voucherLookup));

    expect(redemption).toMatchObject({ state: "found", response: { voucher: { code: secrets.code } } });
    expect(shop.operations()).toEqual(["lookupVoucher"]);
  });

  test("given a voucher that Electrum does not know, then it is not found, and may be looked up again", async () => {
    const shop = createShop({
      script: ({ operation }, nth) =>
        operation === "lookupVoucher" && nth === 0 ? { answer: failure(404, "UNABLE_TO_LOCATE_RECORD") } : undefined,
    });
    const till = await shop.open();

    const redemption = await shop.done(till.lookUp(voucherLookup));
    expect(redemption).toMatchObject({ state: "notFound", reason: { type: "declined" } });

    expect((await shop.done(till.lookUpAgain(redemption.id))).state).toBe("found");
  });

  test("given no answer, then it is repeated while the customer waits, as often as the policy says", async () => {
    const shop = createShop({ lookupRepeats: 2, script: () => never });
    const till = await shop.open();

    const redemption = await shop.done(till.lookUp(voucherLookup));

    expect(redemption).toMatchObject({ state: "notFound", reason: { type: "unknown" } });
    expect(shop.operations()).toEqual(["lookupVoucher", "lookupVoucher", "lookupVoucher"]);
  });

  test("given the same lookup under the same id, then it is joined or given, and not sent twice", async () => {
    const shop = createShop({ script: () => ({ afterMs: 1_000 }) });
    const till = await shop.open();
    const calls = [till.lookUp(voucherLookup, uuid(1)), till.lookUp(voucherLookup, uuid(1))];

    const [first, second] = await Promise.all(calls.map((call) => shop.done(call)));
    const third = await shop.done(till.lookUp(voucherLookup, uuid(1)));

    expect(first?.state).toBe("found");
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(shop.operations()).toEqual(["lookupVoucher"]);
  });

  test("given another lookup under the same id, then it is refused", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.done(till.lookUp(voucherLookup, uuid(1)));

    const error = await shop.failed(till.lookUp({ voucherSerialNumber: "42" }, uuid(1)));

    expect(error.type).toBe("otherRequest");
  });

  test("given a lookup that names no voucher, then it is refused, and nothing sent", async () => {
    const shop = createShop();
    const till = await shop.open();

    expect(await shop.failed(till.lookUp({}))).toMatchObject({ refusal: { type: "invalidMessage" } });
    expect(shop.operations()).toEqual([]);
  });
});

describe("a lookup is no way to resolve a pending sale", () => {
  test("given a sale of ours under way, then its lookup is refused until its deadline at least", async () => {
    const shop = createShop({ script: ({ operation }) => (operation === "provisionVoucher" ? never : undefined) });
    const till = await shop.open();
    const id = "5ca1ab1e-0000-4000-8000-00000000cafe";
    const selling = till.provision(provisionRequest(id));
    await shop.clock.advance(1_000);

    for (const provisionRequestId of [id, id.toUpperCase()]) {
      const error = await shop.failed(till.lookUp({ provisionRequestId }));
      expect(error).toEqual({ type: "lookupTooEarly", state: "requesting", allowedFrom: OPENS_AT + 60_000 });
    }
    expect(shop.operations()).toEqual(["provisionVoucher"]);
    await shop.done(selling);
  });

  test("given a sale that is over, then it is allowed once the initial processing period has passed", async () => {
    const shop = createShop({ messaging: "single", lookupAfterMs: 30_000 });
    const till = await shop.open();
    await shop.done(till.provision(provisionRequest(uuid(2))));

    const lookup = { provisionRequestId: uuid(2) };
    expect(await shop.failed(till.lookUp(lookup))).toMatchObject({ allowedFrom: OPENS_AT + 30_000 });
    await shop.clock.advance(30_000);

    expect((await shop.done(till.lookUp(lookup))).state).toBe("found");
  });

  test("given a sale that is not ours, then it is allowed", async () => {
    const shop = createShop();
    const till = await shop.open();

    expect((await shop.done(till.lookUp({ provisionRequestId: uuid(99) }))).state).toBe("found");
  });
});

describe("redeeming", () => {
  test("given dual messaging, then the till confirms, and it is confirmed", async () => {
    const shop = createShop();
    const till = await shop.open();

    expect((await redeem(shop, till)).state).toBe("redeemed");
    expect((await shop.done(till.confirmRedemption(uuid(1)))).state).toBe("confirming");

    await shop.clock.advance(0);
    expect((await shop.stored(uuid(1))).state).toBe("confirmed");
    expect(shop.operations()).toEqual(["lookupVoucher", "redeemVoucher", "confirmRedeem"]);
  });

  test("given a final amount, then it must not be more than was authorised", async () => {
    const shop = createShop();
    const till = await shop.open();
    await redeem(shop, till);

    const tooMuch = { approvedAmount: { amount: 10_001, currency: "710" } };
    expect(await shop.failed(till.confirmRedemption(uuid(1), tooMuch))).toMatchObject({
      refusal: { type: "notAuthorised" },
    });
    const part = { approvedAmount: { amount: 2_500, currency: "710" } };
    await shop.done(till.confirmRedemption(uuid(1), part));

    await shop.clock.advance(0);
    expect(shop.electrum.sent.at(-1)?.outgoing).toMatchObject({
      operation: "confirmRedeem",
      message: { amounts: part },
    });
  });

  test("given single messaging, then an approval completes it", async () => {
    const shop = createShop({ messaging: "single" });
    const till = await shop.open();

    expect((await redeem(shop, till)).state).toBe("completed");
    expect(shop.operations()).toEqual(["lookupVoucher", "redeemVoucher"]);
  });

  test("given a time-out at the till, then it is reversed: there is no retry", async () => {
    const shop = createShop({ script: whenRedeemed(never) });
    const till = await shop.open();

    expect((await redeem(shop, till)).state).toBe("reversing");
    await shop.clock.advance(1_000);

    expect((await shop.stored(uuid(1))).state).toBe("reversed");
    expect(shop.operations()).toEqual(["lookupVoucher", "redeemVoucher", "reverseRedeem"]);
  });

  test("given an error upstream, then it is declined, and the consumer tries again under a new id", async () => {
    const shop = createShop({
      script: ({ operation }, nth) =>
        operation === "redeemVoucher" && nth === 0 ? { answer: failure(400, "INSUFFICIENT_AMOUNT") } : undefined,
    });
    const till = await shop.open();

    expect((await redeem(shop, till, uuid(1))).state).toBe("declined");
    expect((await redeem(shop, till, uuid(2))).state).toBe("redeemed");
    expect(shop.operations()).not.toContain("reverseRedeem");
  });

  test("given several calls with the same request at one moment, then one is sent, and all get its outcome", async () => {
    const shop = createShop({ script: whenRedeemed({ afterMs: 5_000 }) });
    const till = await shop.open();
    await shop.done(till.lookUp(voucherLookup, uuid(1)));
    const calls = Array.from({ length: 3 }, () => till.redeem(redemptionRequest()));

    const redemptions = await Promise.all(calls.map((call) => shop.done(call)));

    expect(redemptions.map(({ state }) => state)).toEqual(["redeemed", "redeemed", "redeemed"]);
    expect(shop.operations()).toEqual(["lookupVoucher", "redeemVoucher"]);
  });

  test("given another voucher than was looked up, then it is refused, and nothing sent", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.done(till.lookUp(voucherLookup, uuid(1)));

    const error = await shop.failed(till.redeem(redemptionRequest(uuid(1), "ANOTHER-CODE")));

    expect(error).toMatchObject({ refusal: { type: "notTheOneLookedUp", field: "voucher.code" } });
    expect(shop.operations()).toEqual(["lookupVoucher"]);
  });

  test("given no lookup, then there is nothing to redeem", async () => {
    const shop = createShop();
    const till = await shop.open();

    expect(await shop.failed(till.redeem(redemptionRequest()))).toMatchObject({ type: "unknownTransaction" });
  });

  test("given a voucher that was not found, then it cannot be redeemed", async () => {
    const shop = createShop({ script: () => ({ answer: failure(404, "UNABLE_TO_LOCATE_RECORD") }) });
    const till = await shop.open();
    await shop.done(till.lookUp(voucherLookup, uuid(1)));

    expect(await shop.failed(till.redeem(redemptionRequest()))).toMatchObject({
      refusal: { type: "notNow", state: "notFound" },
    });
  });
});

describe("cancelling", () => {
  test("given a voucher that was only looked up, then it is abandoned, and nothing is owed", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.done(till.lookUp(voucherLookup, uuid(1)));

    expect((await shop.done(till.cancel(uuid(1)))).state).toBe("abandoned");
    expect(shop.operations()).toEqual(["lookupVoucher"]);
  });

  test("given a redemption under way, then its approval is reversed", async () => {
    const shop = createShop({ script: whenRedeemed({ afterMs: 5_000 }) });
    const till = await shop.open();
    await shop.done(till.lookUp(voucherLookup, uuid(1)));
    const redeeming = till.redeem(redemptionRequest());
    await shop.clock.advance(1_000);

    expect((await shop.done(till.cancel(uuid(1)))).state).toBe("redeeming");

    expect(await shop.done(redeeming)).toMatchObject({ state: "reversing", decision: { by: "till" } });
  });

  test("given a redeemed voucher, then it is reversed", async () => {
    const shop = createShop();
    const till = await shop.open();
    await redeem(shop, till);

    expect((await shop.done(till.cancel(uuid(1)))).state).toBe("reversing");
    await shop.clock.advance(0);
    expect((await shop.stored(uuid(1))).state).toBe("reversed");
  });

  test("given no decision in time, then the policy's deadline reverses it", async () => {
    const shop = createShop({ decisionDeadlineMs: 60_000 });
    const till = await shop.open();
    await redeem(shop, till);

    await shop.clock.advance(62_000);

    expect(await shop.stored(uuid(1))).toMatchObject({ state: "reversed", decision: { by: "deadline" } });
  });
});

describe("asking Electrum about a redemption of ours", () => {
  test("given that it is open, then the question is refused", async () => {
    const shop = createShop();
    const till = await shop.open();
    await redeem(shop, till);

    expect(await shop.failed(till.lookUpRedemption(uuid(1)))).toEqual({ type: "lookupTooEarly", state: "redeemed" });
    expect(shop.operations()).not.toContain("lookupRedemption");
  });

  test("given that it is over, then Electrum's answer is read, and changes nothing", async () => {
    const shop = createShop({ messaging: "single" });
    const till = await shop.open();
    const redemption = await redeem(shop, till);

    expect(await shop.done(till.lookUpRedemption(uuid(1)))).toMatchObject({ outcome: "approved" });
    expect(await shop.stored(uuid(1))).toEqual(redemption);
  });

  test("given no answer, then the call says why", async () => {
    const shop = createShop({
      messaging: "single",
      script: ({ operation }) => (operation === "lookupRedemption" ? { silence: "unreachable" } : undefined),
    });
    const till = await shop.open();
    await redeem(shop, till);

    expect(await shop.failed(till.lookUpRedemption(uuid(1)))).toEqual({ type: "silence", cause: "unreachable" });
  });
});

test("given a call for the other kind of transaction, then it is refused", async () => {
  const shop = createShop();
  const till = await shop.open();
  await redeem(shop, till);

  expect(await shop.failed(till.confirm(uuid(1), tenders))).toMatchObject({ refusal: { type: "wrongKind" } });
  expect((await shop.stored(uuid(1))).state).toBe("redeemed");
});
