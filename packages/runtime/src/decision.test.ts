import type { Intent, Transaction } from "@electrum-vouchers/core";
import fc from "fast-check";
import type { ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { failure, provisionRequest, redemptionRequest, tenders, uuid, voucherLookup } from "../test/messages.ts";
import { createShop, type Shop, type TillProcess } from "../test/shop.ts";
import type { TillError } from "./errors.ts";

type Decide = (till: TillProcess) => ResultAsync<Transaction, TillError>;

const decisions: Readonly<Record<"confirm" | "cancel", Decide>> = {
  confirm: (till) => till.confirm(uuid(1), tenders).map((sale): Transaction => sale),
  cancel: (till) => till.cancel(uuid(1)),
};

async function givenIssued(shop: Shop): Promise<readonly [TillProcess, TillProcess]> {
  const [one, other] = [await shop.open({ worker: "one" }), await shop.open({ worker: "other" })];
  await shop.done(one.provision(provisionRequest()));
  return [one, other];
}

describe("confirm and cancel may race: one wins, the other is told who, and when", () => {
  test.each([
    { first: "confirm", second: "cancel", tills: "one till", outcome: "confirm", state: "confirmed" },
    { first: "cancel", second: "confirm", tills: "one till", outcome: "reverse", state: "reversed" },
    { first: "confirm", second: "cancel", tills: "two tills", outcome: "confirm", state: "confirmed" },
    { first: "cancel", second: "confirm", tills: "two tills", outcome: "reverse", state: "reversed" },
  ] as const)("given $tills, $first just before $second, then $outcome stands", async (race) => {
    const shop = createShop();
    const [one, other] = await givenIssued(shop);
    const at = shop.clock.now();

    const winning = decisions[race.first](one);
    const losing = decisions[race.second](race.tills === "one till" ? one : other);
    const [won, lost] = [await shop.settled(winning), await shop.settled(losing)];

    expect(won.isOk()).toBe(true);
    expect(lost).toMatchObject({
      error: {
        type: "refused",
        refusal: { type: "alreadyDecided", decision: { outcome: race.outcome, by: "till", at } },
        transaction: { id: uuid(1) },
      },
    });
    await shop.clock.advance(1_000);
    expect((await shop.stored(uuid(1))).state).toBe(race.state);
    expect(shop.operations()).toHaveLength(2);
  });

  test("given any number of decisions from two tills at one moment, then all that agree with the first are accepted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ decision: fc.constantFrom("confirm", "cancel"), till: fc.constantFrom(0, 1) } as const), {
          minLength: 2,
          maxLength: 6,
        }),
        async (attempts) => {
          const shop = createShop();
          const tills = await givenIssued(shop);
          const calls = attempts.map(({ decision, till }) => decisions[decision](tills[till]));
          const results = await Promise.all(calls.map((call) => shop.settled(call)));

          const told = (isAccepted: boolean): ReadonlySet<string> =>
            new Set(attempts.filter((_, nth) => results[nth]?.isOk() === isAccepted).map(({ decision }) => decision));
          const [accepted, refused] = [told(true), told(false)];
          expect(accepted.size).toBe(1);
          expect([...refused]).not.toContain([...accepted][0]);

          await shop.clock.advance(1_000);
          const { state } = await shop.stored(uuid(1));
          expect(state).toBe(accepted.has("confirm") ? "confirmed" : "reversed");
          expect(shop.operations().slice(1)).toEqual([accepted.has("confirm") ? "confirmVoucher" : "reverseVoucher"]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("given the decision deadline and a confirm at one moment, then one of them stands", async () => {
    const shop = createShop({ decisionDeadlineMs: 10_000 });
    const [one] = await givenIssued(shop);
    await shop.clock.advance(10_999);

    const confirming = one.confirm(uuid(1), tenders);
    await shop.clock.advance(10_000);

    const isConfirmed = (await confirming).isOk();
    expect((await shop.stored(uuid(1))).state).toBe(isConfirmed ? "confirmed" : "reversed");
    expect(shop.operations()).toEqual(["provisionVoucher", isConfirmed ? "confirmVoucher" : "reverseVoucher"]);
  });
});

describe("a till repeats after a crash", () => {
  test("given the same decision again, then it is accepted and changes nothing", async () => {
    const shop = createShop();
    const [one, other] = await givenIssued(shop);
    await shop.done(one.confirm(uuid(1), tenders));
    await shop.clock.advance(1_000);
    const confirmed = await shop.stored(uuid(1));

    expect(await shop.done(other.confirm(uuid(1), tenders))).toEqual(confirmed);
    expect(shop.operations()).toEqual(["provisionVoucher", "confirmVoucher"]);
  });

  test("given the same decision with other content, then it is refused", async () => {
    const shop = createShop();
    const [one] = await givenIssued(shop);
    await shop.done(one.confirm(uuid(1), tenders));

    expect(await shop.failed(one.confirm(uuid(1), []))).toMatchObject({ refusal: { type: "otherContent" } });
  });
});

test("a decision resolves when it is durable, not when it is delivered", async () => {
  const shop = createShop({
    script: ({ operation }) => (operation === "confirmVoucher" ? { silence: "unreachable" } : undefined),
  });
  const [one] = await givenIssued(shop);

  expect((await shop.done(one.confirm(uuid(1), tenders))).state).toBe("confirming");
});

describe("a dispute that a person settles", () => {
  async function givenDisputed(shop: Shop): Promise<TillProcess> {
    const till = await shop.open();
    await shop.done(till.provision(provisionRequest()));
    await shop.done(till.confirm(uuid(1), tenders));
    await shop.clock.advance(0);
    expect((await shop.stored(uuid(1))).state).toBe("disputed");
    return till;
  }
  const contradictedOnce = (): Shop =>
    createShop({
      script: ({ operation }, nth) =>
        operation === "confirmVoucher" && nth === 0 ? { answer: failure(400, "VOUCHER_ALREADY_REVERSED") } : undefined,
    });

  test("given that it is sent again, then the same advice goes out", async () => {
    const shop = contradictedOnce();
    const till = await givenDisputed(shop);

    await shop.done(till.resend(uuid(1)));
    await shop.clock.advance(0);

    expect((await shop.stored(uuid(1))).state).toBe("confirmed");
    const [, first, second] = shop.electrum.sent;
    expect(second?.wire).toBe(first?.wire);
  });

  test("given that it was settled elsewhere, then it is resolved, and nothing more is sent", async () => {
    const shop = contradictedOnce();
    const till = await givenDisputed(shop);

    const resolved = await shop.done(till.resolve(uuid(1), { as: "reversed", by: "Thandi", why: "Refunded in cash" }));

    expect(resolved).toMatchObject({ state: "resolved", resolution: { as: "reversed", by: "Thandi" } });
    await shop.clock.advance(600_000);
    expect(shop.operations()).toEqual(["provisionVoucher", "confirmVoucher"]);
  });

  test("given that nothing is disputed, then there is nothing to settle", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.done(till.lookUp(voucherLookup, uuid(1)));
    await shop.done(till.redeem(redemptionRequest()));

    const intents: readonly Intent["type"][] = ["resend", "resolve"];
    const errors = [
      await shop.failed(till.resend(uuid(1))),
      await shop.failed(till.resolve(uuid(1), { as: "reversed", by: "Thandi", why: "" })),
    ];
    expect(errors).toMatchObject(intents.map((intent) => ({ refusal: { type: "notNow", intent } })));
  });
});
