import type { RefundRequest } from "@electrum-vouchers/core";
import {
  cents,
  declinedResponse,
  never,
  type Outcome,
  policyOf,
  redemptionRequest,
  refundRequest,
  type Script,
  secrets,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { createTestTill, type KillableTill, type TestTill } from "../test/test-till.ts";

const REDEMPTION = uuid(1);

const whenRefunded =
  (outcome: Outcome): Script =>
  ({ operation }) =>
    operation === "refundVoucher" ? outcome : undefined;

/** A process that was killed returns nothing to its caller. */
const neverTold = (): never => expect.unreachable();

/** A refund of so much of the redemption. */
const part = (n: number, amount: number): RefundRequest =>
  refundRequest(uuid(n), REDEMPTION, { amounts: { requestAmount: cents(amount) } });

/** A redemption of R100.00 that is confirmed. */
async function redeem(testTill: TestTill, till: KillableTill, id = REDEMPTION): Promise<void> {
  await testTill.done(till.lookUp(voucherLookup, { id }));
  await testTill.done(till.redeem(redemptionRequest(id)));
  await testTill.done(till.confirmRedemption(id));
  await testTill.until(id, "confirmed");
}

/** Refunds a part of the redemption, and has that confirmed. */
async function refundPart(testTill: TestTill, till: KillableTill, n: number, amount: number): Promise<void> {
  await testTill.done(till.refund(part(n, amount)));
  await testTill.done(till.confirmRefund(uuid(n)));
  await testTill.until(uuid(n), "confirmed");
}

/** Two tills of two processes on one store, with one confirmed redemption. */
async function openTwoTills(script?: Script): Promise<{
  readonly testTill: TestTill;
  readonly first: KillableTill;
  readonly second: KillableTill;
}> {
  const testTill = createTestTill(script === undefined ? {} : { script });
  const [first, second] = [await testTill.open(), await testTill.open()];
  await redeem(testTill, first);
  return { testTill, first, second };
}

describe("a refund", () => {
  test("given dual messaging, then it is refunded, and confirmed once the till says so", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await redeem(testTill, till);
    const refund = await testTill.done(till.refund(refundRequest(), { correlation: "order 7" }));
    expect(refund).toMatchObject({
      kind: "refund",
      state: "refunded",
      start: { redemptionId: REDEMPTION, correlation: "order 7" },
    });
    expect(JSON.stringify(refund)).not.toContain(secrets.code);
    expect(await testTill.done(till.confirmRefund(uuid(2)))).toMatchObject({ state: "confirming" });
    await testTill.until(uuid(2), "confirmed");
    expect(testTill.operations().slice(-2)).toEqual(["refundVoucher", "confirmRefund"]);
  });

  test("given single messaging, then the approval completes it", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    expect(await testTill.done(till.refund(refundRequest()))).toMatchObject({ state: "completed" });
    expect(testTill.operations()).toEqual(["refundVoucher"]);
  });

  test("given a decline, then nothing is owed", async () => {
    const testTill = createTestTill({ script: whenRefunded({ response: declinedResponse() }) });
    const till = await testTill.open();
    expect(await testTill.done(till.refund(refundRequest()))).toMatchObject({ state: "declined" });
    expect(testTill.operations()).toEqual(["refundVoucher"]);
  });

  test("given no response, then it is reversed, and not sent again", async () => {
    const testTill = createTestTill({ script: whenRefunded(never) });
    const till = await testTill.open();
    expect(await testTill.done(till.refund(refundRequest()))).toMatchObject({ state: "reversing" });
    await testTill.until(uuid(2), "reversed");
    expect(testTill.operations()).toEqual(["refundVoucher", "reverseRefund"]);
  });

  test("given that the till is killed while it waits, then the next one reverses it after its deadline", async () => {
    const testTill = createTestTill({ script: whenRefunded(never) });
    const till = await testTill.open();
    const dead = till.refund(refundRequest()).match(neverTold, neverTold);
    await testTill.clock.advance(1_000);
    till.kill();
    expect(dead).toBeDefined();
    await testTill.open();
    await testTill.until(uuid(2), "reversed");
    expect(testTill.operations()).toEqual(["refundVoucher", "reverseRefund"]);
  });

  test("given that the till cancels an approval, then it is reversed", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.refund(refundRequest()));
    expect(await testTill.done(till.cancel(uuid(2)))).toMatchObject({ state: "reversing" });
    expect(await testTill.failed(till.confirmRefund(uuid(2)))).toMatchObject({ refusal: { type: "alreadyDecided" } });
    await testTill.until(uuid(2), "reversed");
  });

  test("given that the till makes nothing of it, then it is reversed as the policy says", async () => {
    const testTill = createTestTill({ decisionDeadlineMs: 60_000 });
    const till = await testTill.open();
    await testTill.done(till.refund(refundRequest()));
    await testTill.until(uuid(2), "reversed");
    expect(await testTill.stored(uuid(2))).toMatchObject({ decision: { by: "deadline" } });
  });

  test("given the same start again, then it is joined or given, and not sent twice; another under its id is refused", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    const [first, again] = [till.refund(refundRequest()), till.refund(refundRequest())];
    expect((await testTill.done(first)).state).toBe("refunded");
    expect((await testTill.done(again)).state).toBe("refunded");
    expect(testTill.operations()).toEqual(["refundVoucher"]);
    expect(await testTill.failed(till.refund(part(2, 1)))).toMatchObject({ type: "idInUse" });
  });

  test("is confirmed by its own call only: that of a redemption is refused, and decides nothing", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await redeem(testTill, till);
    await testTill.done(till.refund(refundRequest()));
    expect(await testTill.failed(till.confirmRedemption(uuid(2)))).toMatchObject({ refusal: { type: "wrongKind" } });
    expect(await testTill.failed(till.confirmRefund(REDEMPTION))).toMatchObject({ refusal: { type: "wrongKind" } });
    expect((await testTill.stored(uuid(2))).state).toBe("refunded");
  });

  test("of too much is not confirmed, which is alerted: the customer may have been paid", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.refund(refundRequest()));
    const error = await testTill.failed(till.confirmRefund(uuid(2), { approvedAmount: cents(10_001) }));
    expect(error).toMatchObject({ refusal: { type: "notAuthorised" } });
    expect(testTill.events).toContainEqual(
      expect.objectContaining({ alert: expect.objectContaining({ reason: "confirmationRefused", id: uuid(2) }) }),
    );
  });

  test("goes by the policy that is selected for it, and is refused if its request is too old", async () => {
    const testTill = createTestTill();
    const retention = { redactAfterMs: 4_000_000, redactUnsettledAfterMs: 5_000_000, deleteAfterMs: 9_000_000_000 };
    const till = await testTill.open({
      policy: (subject) => policyOf({ messaging: "refund" in subject ? "single" : "dual" }),
      outbox: testTill.outbox.unwatched.connect(),
      retention,
    });
    expect(await testTill.done(till.refund(refundRequest()))).toMatchObject({ state: "completed" });
    const old = refundRequest(uuid(3), uuid(9), { time: "2020-01-01T00:00:00.000Z" });
    expect(await testTill.failed(till.refund(old))).toMatchObject({ type: "tooOld" });
  });

  test("sends its voucher's pin, and stores it nowhere", async () => {
    const testTill = createTestTill({ script: whenRefunded(never) });
    const till = await testTill.open();
    const voucher = { code: secrets.code, pin: { type: "CLEAR_PIN", pin: secrets.pin } } as const;
    const refunding = till.refund(refundRequest(uuid(2), REDEMPTION, { voucher }));
    await testTill.clock.advance(0);
    expect(JSON.stringify(testTill.electrum.sent)).toContain(secrets.pin);
    const { unwatched } = testTill.outbox;
    const held = [await unwatched.load(uuid(2)), await unwatched.journal(uuid(2))];
    expect(JSON.stringify(held)).toContain(secrets.code);
    expect(JSON.stringify(held)).not.toContain(secrets.pin);
    await testTill.done(refunding);
  });
});

describe("a redemption of this outbox is refunded", () => {
  test("given that it is not confirmed, or is no redemption, then not at all", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: REDEMPTION }));
    await testTill.done(till.redeem(redemptionRequest(REDEMPTION)));
    expect(await testTill.failed(till.refund(refundRequest()))).toMatchObject({
      type: "refused",
      refusal: { type: "notRefundable", reason: "notRedeemed", state: "redeemed" },
      transaction: { id: REDEMPTION },
    });
    await testTill.done(till.refund(refundRequest(uuid(3), uuid(7))));
    expect(await testTill.failed(till.refund(refundRequest(uuid(4), uuid(3))))).toMatchObject({
      refusal: { reason: "noRedemption" },
    });
    expect(testTill.operations()).not.toContain("confirmRefund");
  });

  test("given several parts, then up to what was redeemed, and no cent more", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await redeem(testTill, till);
    await refundPart(testTill, till, 2, 4_000);
    await refundPart(testTill, till, 3, 5_000);
    expect(await testTill.failed(till.refund(part(4, 1_001)))).toMatchObject({
      refusal: { type: "notRefundable", reason: "tooMuch", refundable: { amount: 1_000, currency: "710" } },
    });
    // A part that was reversed leaves its room to the next one.
    await testTill.done(till.refund(part(5, 1_000)));
    await testTill.done(till.cancel(uuid(5)));
    await testTill.until(uuid(5), "reversed");
    await refundPart(testTill, till, 6, 1_000);
    expect(await testTill.failed(till.refund(part(7, 1)))).toMatchObject({ refusal: { reason: "tooMuch" } });
    // The same again is no other refund.
    for (const n of [2, 3, 6]) {
      const amount = [4_000, 5_000, 0, 0, 1_000][n - 2] ?? 0;
      expect(await testTill.done(till.refund(part(n, amount)))).toMatchObject({ state: "confirmed" });
    }
  });

  test("given an open refund, then a second one is taken, in whatever process, until the first has ended", async () => {
    const { testTill, first, second } = await openTwoTills();
    await testTill.done(first.refund(part(2, 1_000)));
    for (const id of [REDEMPTION, REDEMPTION.toUpperCase()]) {
      const request = { ...part(3, 1_000), redemptionId: id };
      expect(await testTill.failed(second.refund(request))).toMatchObject({
        type: "taken",
        id: uuid(2),
        holder: { kind: "refund", state: "refunded" },
        outlook: { by: "till" },
      });
    }
    await testTill.done(first.confirmRefund(uuid(2)));
    await testTill.until(uuid(2), "confirmed");
    await refundPart(testTill, second, 3, 1_000);
  });

  test("given two processes at once, then one passes, and never both", async () => {
    const { testTill, first, second } = await openTwoTills();
    const both = await Promise.all([
      testTill.settled(first.refund(part(2, 6_000))),
      testTill.settled(second.refund(part(3, 6_000))),
    ]);
    expect(both.map((result) => (result.isOk() ? result.value.state : result.error.type)).toSorted()).toEqual([
      "refunded",
      "taken",
    ]);
  });

  test("given that another process refunds between the look and the commit, then its refund is counted", async () => {
    const { testTill, first, second } = await openTwoTills();
    // The second one has read the redemption, and stands before its commit.
    const { outbox } = testTill;
    const held = Promise.withResolvers<void>();
    const slow = await testTill.open({
      outbox: {
        ...outbox.unwatched.connect(),
        secret: () => ResultAsync.fromSafePromise(held.promise).andThen(() => outbox.unwatched.secret()),
      },
    });
    const late = testTill.settled(slow.refund(part(4, 6_000)));
    await testTill.clock.advance(100);
    await refundPart(testTill, first, 2, 6_000);
    held.resolve();
    const result = await late;
    expect(result.isErr() && result.error).toMatchObject({ refusal: { reason: "tooMuch" } });
    await refundPart(testTill, second, 3, 4_000);
  });

  test("given that it was redacted, then as before: redaction keeps states and amounts", async () => {
    const dayMs = 24 * 60 * 60 * 1_000;
    const testTill = createTestTill();
    const till = await testTill.open({
      outbox: testTill.outbox.unwatched.connect(),
      retention: { redactAfterMs: dayMs, redactUnsettledAfterMs: 3 * dayMs, deleteAfterMs: 9 * dayMs },
    });
    await redeem(testTill, till);
    await refundPart(testTill, till, 2, 4_000);
    await testTill.clock.advance(dayMs + 7_200_000);
    expect((await testTill.stored(uuid(2))).start.redacted).toBe(true);
    const time = new Date(testTill.clock.now()).toISOString();
    const again = await testTill.failed(till.refund({ ...part(3, 6_001), time }));
    expect(again).toMatchObject({ refusal: { reason: "tooMuch", refundable: { amount: 6_000 } } });
    expect(await testTill.done(till.refund({ ...part(4, 6_000), time }))).toMatchObject({ state: "refunded" });
  });
});

test("a redemption that this outbox does not know is refunded: one refund at a time", async () => {
  const testTill = createTestTill();
  const [first, second] = [await testTill.open(), await testTill.open()];
  await testTill.done(first.refund(refundRequest(uuid(2), uuid(99))));
  expect(await testTill.failed(second.refund(refundRequest(uuid(3), uuid(99))))).toMatchObject({ type: "taken" });
  await testTill.done(first.confirmRefund(uuid(2)));
  await testTill.until(uuid(2), "confirmed");
  expect(await testTill.done(second.refund(refundRequest(uuid(3), uuid(99))))).toMatchObject({ state: "refunded" });
});

test("refunds that name no redemption do not know of each other", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  for (const n of [2, 3]) {
    const { redemptionId: _, ...request } = refundRequest(uuid(n));
    expect(await testTill.done(till.refund(request))).toMatchObject({ state: "refunded" });
  }
});
