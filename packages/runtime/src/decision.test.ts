import { type Intent, toView, type TransactionView } from "@electrum-vouchers/core";
import {
  errorResponse,
  provisionRequest,
  redemptionRequest,
  tenders,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import fc from "fast-check";
import type { ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { createTestTill, type TestTill, type KillableTill } from "../test/test-till.ts";
import type { TillError } from "./errors.ts";

type Decide = (till: KillableTill) => ResultAsync<TransactionView, TillError>;

const decisions: Readonly<Record<"confirm" | "cancel", Decide>> = {
  confirm: (till) => till.confirm(uuid(1), tenders).map((sale): TransactionView => sale),
  cancel: (till) => till.cancel(uuid(1)),
};

async function givenIssued(testTill: TestTill): Promise<readonly [KillableTill, KillableTill]> {
  const [one, other] = [await testTill.open(), await testTill.open()];
  await testTill.done(one.provision(provisionRequest()));
  return [one, other];
}

describe("confirm and cancel may race: one wins, the other is told who, and when", () => {
  test.each([
    { first: "confirm", second: "cancel", tills: "one till", outcome: "confirm", state: "confirmed" },
    { first: "cancel", second: "confirm", tills: "one till", outcome: "reverse", state: "reversed" },
    { first: "confirm", second: "cancel", tills: "two tills", outcome: "confirm", state: "confirmed" },
    { first: "cancel", second: "confirm", tills: "two tills", outcome: "reverse", state: "reversed" },
  ] as const)("given $tills, $first just before $second, then $outcome stands", async (race) => {
    const testTill = createTestTill();
    const [one, other] = await givenIssued(testTill);
    const at = testTill.clock.now();

    const winning = decisions[race.first](one);
    const losing = decisions[race.second](race.tills === "one till" ? one : other);
    const [won, lost] = [await testTill.settled(winning), await testTill.settled(losing)];

    expect(won.isOk()).toBe(true);
    expect(lost).toMatchObject({
      error: {
        type: "refused",
        refusal: { type: "alreadyDecided", decision: { outcome: race.outcome, by: "till", at } },
        transaction: { id: uuid(1) },
      },
    });
    await testTill.clock.advance(1_000);
    expect((await testTill.stored(uuid(1))).state).toBe(race.state);
    expect(testTill.operations()).toHaveLength(2);
  });

  test("given any number of decisions from two tills at one moment, then all that agree with the first are accepted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ decision: fc.constantFrom("confirm", "cancel"), till: fc.constantFrom(0, 1) } as const), {
          minLength: 2,
          maxLength: 6,
        }),
        async (attempts) => {
          const testTill = createTestTill();
          const tills = await givenIssued(testTill);
          const calls = attempts.map(({ decision, till }) => decisions[decision](tills[till]));
          const results = await Promise.all(calls.map((call) => testTill.settled(call)));

          const told = (isAccepted: boolean): ReadonlySet<string> =>
            new Set(attempts.filter((_, nth) => results[nth]?.isOk() === isAccepted).map(({ decision }) => decision));
          const [accepted, refused] = [told(true), told(false)];
          expect(accepted.size).toBe(1);
          expect([...refused]).not.toContain([...accepted][0]);

          await testTill.clock.advance(1_000);
          const { state } = await testTill.stored(uuid(1));
          expect(state).toBe(accepted.has("confirm") ? "confirmed" : "reversed");
          expect(testTill.operations().slice(1)).toEqual([
            accepted.has("confirm") ? "confirmVoucher" : "reverseVoucher",
          ]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("given no decision, then it is reversed at its decision deadline, and not later", async () => {
    const testTill = createTestTill({ decisionDeadlineMs: 10_000 });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.clock.advance(9_999);
    expect((await testTill.stored(uuid(1))).state).toBe("issued");

    await testTill.clock.advance(1_001);

    expect((await testTill.stored(uuid(1))).state).toBe("reversed");
  });

  test("given the decision deadline and a confirm at one moment, then one of them stands", async () => {
    const testTill = createTestTill({ decisionDeadlineMs: 10_000 });
    const [one] = await givenIssued(testTill);
    await testTill.clock.advance(10_999);

    const confirming = one.confirm(uuid(1), tenders);
    await testTill.clock.advance(10_000);

    const isConfirmed = (await confirming).isOk();
    expect((await testTill.stored(uuid(1))).state).toBe(isConfirmed ? "confirmed" : "reversed");
    expect(testTill.operations()).toEqual(["provisionVoucher", isConfirmed ? "confirmVoucher" : "reverseVoucher"]);
  });
});

describe("a till repeats after a crash", () => {
  test("given the same decision again, then it is accepted and changes nothing", async () => {
    const testTill = createTestTill();
    const [one, other] = await givenIssued(testTill);
    await testTill.done(one.confirm(uuid(1), tenders));
    await testTill.clock.advance(1_000);
    const confirmed = await testTill.stored(uuid(1));

    expect(await testTill.done(other.confirm(uuid(1), tenders))).toEqual(toView(confirmed));
    expect(testTill.operations()).toEqual(["provisionVoucher", "confirmVoucher"]);
  });

  test("given the same decision with other content, then it is refused", async () => {
    const testTill = createTestTill();
    const [one] = await givenIssued(testTill);
    await testTill.done(one.confirm(uuid(1), tenders));

    expect(await testTill.failed(one.confirm(uuid(1), []))).toMatchObject({ refusal: { type: "contentDiffers" } });
  });
});

test("a decision resolves when it is durable, not when it is delivered", async () => {
  const testTill = createTestTill({
    script: ({ operation }) => (operation === "confirmVoucher" ? { noResponse: "unreachable" } : undefined),
  });
  const [one] = await givenIssued(testTill);

  expect((await testTill.done(one.confirm(uuid(1), tenders))).state).toBe("confirming");
});

describe("a dispute that a person settles", () => {
  async function givenDisputed(testTill: TestTill): Promise<KillableTill> {
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(uuid(1), tenders));
    await testTill.clock.advance(0);
    expect((await testTill.stored(uuid(1))).state).toBe("disputed");
    return till;
  }
  const contradictedOnce = (): TestTill =>
    createTestTill({
      script: ({ operation }, nth) =>
        operation === "confirmVoucher" && nth === 0
          ? { response: errorResponse(400, "VOUCHER_ALREADY_REVERSED") }
          : undefined,
    });

  test("given that it is sent again, then the same advice goes out", async () => {
    const testTill = contradictedOnce();
    const till = await givenDisputed(testTill);

    await testTill.done(till.resend(uuid(1), { by: "Thandi", reason: "Electrum has mended it" }));
    await testTill.clock.advance(0);

    expect((await testTill.stored(uuid(1))).state).toBe("confirmed");
    const [, first, second] = testTill.electrum.sent;
    expect(second?.wire).toBe(first?.wire);
  });

  test("given that it was settled elsewhere, then it is resolved, and nothing more is sent", async () => {
    const testTill = contradictedOnce();
    const till = await givenDisputed(testTill);

    const resolved = await testTill.done(
      till.resolve(uuid(1), { resolution: "reversed", by: "Thandi", reason: "Refunded in cash" }),
    );

    expect(resolved).toMatchObject({ state: "resolved", resolution: { resolution: "reversed", by: "Thandi" } });
    await testTill.clock.advance(600_000);
    expect(testTill.operations()).toEqual(["provisionVoucher", "confirmVoucher"]);
  });

  test("given that nothing is disputed, then there is nothing to settle", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
    await testTill.done(till.redeem(redemptionRequest()));

    const intents: readonly Intent["type"][] = ["resend", "resolve"];
    const errors = [
      await testTill.failed(till.resend(uuid(1), { by: "Thandi", reason: "Electrum has mended it" })),
      await testTill.failed(till.resolve(uuid(1), { resolution: "reversed", by: "Thandi", reason: "mended" })),
    ];
    expect(errors).toMatchObject(intents.map((intent) => ({ refusal: { type: "wrongState", intent } })));
  });
});
