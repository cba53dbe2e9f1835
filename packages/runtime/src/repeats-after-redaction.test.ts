import {
  type MemoryOutbox,
  policyOf,
  provisionRequest,
  redemptionRequest,
  tenders,
  unwrapAsync,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, type KillableTill, OPENS_AT, type TestTill, alertReasonsOf } from "../test/test-till.ts";
import type { TillOptions } from "./options.ts";

// Redaction masks a voucher, a card, a customer. The same request again must still give the transaction that exists, or a till that repeats
// itself after a month would sell twice.

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

const retention = { redactAfterMs: DAY_MS, redactUnsettledAfterMs: 3 * DAY_MS, deleteAfterMs: 5 * DAY_MS };
const keyOf = (id: string) => () => ({ id, secret: new Uint8Array(32).fill(id.length) });
const withKey = { retention, digestKey: keyOf("2026") };

const another = { ...provisionRequest(), basketRef: "another" };
const otherTenders = tenders.map((tender) => ({ ...tender, cardNumber: "400000******1234" }));

interface Shop {
  readonly testTill: TestTill;
  readonly outbox: MemoryOutbox;
  /** The till, with these options in place of the first ones. */
  reopen(options: Partial<TillOptions>): Promise<KillableTill>;
}

/** A shop whose one sale and one redemption were confirmed, and redacted. */
async function openShop(options: Partial<TillOptions>): Promise<Shop & { readonly till: KillableTill }> {
  const testTill = createTestTill();
  const outbox = testTill.outbox.unwatched.connect();
  const till = await testTill.open({ outbox, ...options });
  await testTill.done(till.provision(provisionRequest()));
  await testTill.done(till.confirm(uuid(1), tenders));
  await testTill.done(till.lookUp(voucherLookup, { id: uuid(2) }));
  await testTill.done(till.redeem(redemptionRequest(uuid(2))));
  await testTill.done(till.confirmRedemption(uuid(2)));
  await testTill.until(uuid(1), "confirmed");
  await testTill.until(uuid(2), "confirmed");
  await testTill.clock.advance(DAY_MS + 2 * HOUR_MS);
  expect((await testTill.stored(uuid(1))).start.redacted).toBe(true);
  expect((await testTill.stored(uuid(2))).start.redacted).toBe(true);
  const reopen = async (changed: Partial<TillOptions>): Promise<KillableTill> => {
    await testTill.settled(till.stop());
    return testTill.open({ outbox: testTill.outbox.unwatched.connect(), ...options, ...changed });
  };
  return { testTill, outbox, till, reopen };
}

describe("under the key of the redaction", () => {
  test("the same start, confirmation and redeem again give the transaction that exists, and nothing is sent", async () => {
    const { testTill, till } = await openShop(withKey);
    const sent = testTill.operations().length;
    expect(await testTill.done(till.provision(provisionRequest()))).toMatchObject({ state: "confirmed" });
    expect(await testTill.done(till.confirm(uuid(1), tenders))).toMatchObject({ state: "confirmed" });
    expect(await testTill.done(till.lookUp(voucherLookup, { id: uuid(2) }))).toMatchObject({ state: "confirmed" });
    expect(await testTill.done(till.redeem(redemptionRequest(uuid(2))))).toMatchObject({ state: "confirmed" });
    expect(await testTill.done(till.confirmRedemption(uuid(2)))).toMatchObject({ state: "confirmed" });
    expect(testTill.operations()).toHaveLength(sent);
    expect(alertReasonsOf(testTill)).toEqual([]);
  });

  test("another voucher under the same id is not taken for a repeat", async () => {
    const { testTill, till } = await openShop(withKey);
    expect(await testTill.failed(till.provision(another))).toMatchObject({ type: "idInUse" });
    expect(await testTill.failed(till.confirm(uuid(1), otherTenders))).toMatchObject({
      refusal: { type: "contentDiffers", intent: "confirm" },
    });
    const redeemed = redemptionRequest(uuid(2));
    expect(
      await testTill.failed(till.redeem({ ...redeemed, voucher: { ...redeemed.voucher, code: "9999888877776666" } })),
    ).toMatchObject({ refusal: { type: "contentDiffers", intent: "redeem" } });
    expect(await testTill.failed(till.lookUp({ voucherCode: "9999888877776666" }, { id: uuid(2) }))).toMatchObject({
      type: "idInUse",
    });
  });
});

describe.each<[string, Partial<TillOptions>, Partial<TillOptions>]>([
  ["without a key", { retention }, {}],
  ["under another key", withKey, { digestKey: keyOf("2027.1") }],
])("%s", (_, first, then) => {
  test("nothing proves a difference: a start and a confirmation are accepted uncompared, with an alert", async () => {
    const { testTill, reopen } = await openShop(first);
    const till = await reopen(then);
    expect(await testTill.done(till.provision(another))).toMatchObject({ state: "confirmed" });
    expect(await testTill.done(till.confirm(uuid(1), otherTenders))).toMatchObject({ state: "confirmed" });
    expect(alertReasonsOf(testTill)).toEqual(["secretsNotCompared", "secretsNotCompared"]);
  });

  test("a redeem is refused: a till that redeems another voucher must not be told that it was redeemed", async () => {
    const { testTill, reopen } = await openShop(first);
    const till = await reopen(then);
    expect(await testTill.failed(till.redeem(redemptionRequest(uuid(2))))).toMatchObject({
      refusal: { type: "secretsNotCompared", intent: "redeem" },
    });
  });
});

describe("once the transaction is deleted", () => {
  test("a request that is older than what is kept is refused, naming the clock; a new one is served", async () => {
    const { testTill, till, outbox } = await openShop(withKey);
    await testTill.clock.advance(5 * DAY_MS);
    expect(await unwrapAsync(outbox.load(uuid(1)))).toBeUndefined();

    const old = provisionRequest();
    expect(await testTill.failed(till.provision(old))).toMatchObject({ type: "tooOld", time: old.time });
    const time = new Date(testTill.clock.now()).toISOString();
    expect(await testTill.done(till.provision({ ...old, time }))).toMatchObject({ state: "issued" });
  });

  test("a redeem request that is so old is refused as well", async () => {
    const { testTill, till } = await openShop(withKey);
    await testTill.clock.advance(5 * DAY_MS);
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(2) }));
    const old = { ...redemptionRequest(uuid(2)), time: new Date(OPENS_AT).toISOString() };
    expect(await testTill.failed(till.redeem(old))).toMatchObject({ type: "tooOld", time: old.time });
  });
});

test("a key that is none is refused when the till starts, and never repeated", async () => {
  const testTill = createTestTill();
  const policy = policyOf({});
  const secret = new Uint8Array(16).fill(7);
  await expect(testTill.open({ policy, digestKey: () => ({ id: "", secret }) })).rejects.toThrow(
    /^startTill: digestKey\.id must be text/,
  );
  await expect(testTill.open({ policy, digestKey: () => expect.unreachable() })).rejects.toThrow(
    /^startTill: digestKey must give a key, and not throw$/,
  );
});
