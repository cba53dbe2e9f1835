import { stellr } from "@electrum-vouchers/core";
import { provisionRequest, type Script, tenders, uuid, voucherLookup } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, type TestTill } from "../test/test-till.ts";

const operator = { by: "Thandi", reason: "INC-4411" } as const;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const silent =
  (name: string): Script =>
  ({ operation }) =>
    operation === name ? { noResponse: "deadline" } : undefined;

const attentionsOf = ({ events }: TestTill): readonly string[] =>
  events.flatMap((event) =>
    event.type === "alert" && event.alert.reason === "attention" ? [event.alert.attention.reason] : [],
  );

describe("an advice that an operator holds", () => {
  test("is not sent until it is no longer held, whichever process delivers", async () => {
    const testTill = createTestTill({ script: silent("confirmVoucher") });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(uuid(1), tenders));
    await testTill.clock.advance(MINUTE_MS);
    await testTill.done(till.hold(uuid(1), operator));
    const sent = testTill.operations().length;
    till.kill();
    const next = await testTill.open();
    await testTill.clock.advance(DAY_MS);

    expect(testTill.operations().length).toBeLessThanOrEqual(sent + 1);
    expect(await testTill.stored(uuid(1))).toMatchObject({ state: "confirming", held: operator });
    expect(attentionsOf(testTill)).toEqual(["held"]);

    const before = testTill.operations().length;
    await testTill.done(next.unhold(uuid(1), operator));
    await testTill.clock.advance(MINUTE_MS);
    expect(testTill.operations().length).toBeGreaterThan(before);
  });

  test("is over if Electrum acknowledges what was under way", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "confirmVoucher" ? { afterMs: 10_000 } : undefined),
    });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(uuid(1), tenders));
    await testTill.clock.advance(1_000);
    await testTill.done(till.hold(uuid(1), operator));
    await testTill.clock.advance(MINUTE_MS);

    expect((await testTill.stored(uuid(1))).state).toBe("confirmed");
  });
});

describe("a reconciliation item", () => {
  const reversedAtStellr = async (): Promise<TestTill> => {
    const testTill = createTestTill({ provider: stellr, script: silent("provisionVoucher") });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.until(uuid(1), "reversed");
    return testTill;
  };

  test("alerts, and needs attention until an operator has settled it, with a name and a reason", async () => {
    const testTill = await reversedAtStellr();
    const till = await testTill.open();
    expect(attentionsOf(testTill)).toEqual(["providerTakesNoReversals"]);

    const settled = await testTill.done(till.reconcile(uuid(1), { outcome: "corrected", ...operator }));
    expect(settled.reconciliation).toMatchObject([{ settled: { outcome: "corrected", ...operator } }]);
    expect(await testTill.done(testTill.outbox.unwatched.summary(0))).toMatchObject({ needsAttention: 0 });
  });

  test("is settled once: the same again changes nothing, another outcome is refused", async () => {
    const testTill = await reversedAtStellr();
    const till = await testTill.open();
    const first = await testTill.done(till.reconcile(uuid(1), { outcome: "corrected", ...operator }));
    const commits = testTill.outbox.count("commit");

    expect(await testTill.done(till.reconcile(uuid(1), { items: [1], outcome: "corrected", ...operator }))).toEqual(
      first,
    );
    expect(testTill.outbox.count("commit")).toBe(commits);
    expect(
      await testTill.failed(till.reconcile(uuid(1), { items: [1], outcome: "agrees", ...operator })),
    ).toMatchObject({
      refusal: { type: "contentDiffers" },
    });
    expect(
      await testTill.failed(till.reconcile(uuid(1), { items: [2], outcome: "agrees", ...operator })),
    ).toMatchObject({
      refusal: { type: "noSuchItem", item: 2 },
    });
  });
});

test("a lookup of which the till makes nothing is given up after a day, and its voucher is no longer open", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
  till.kill();
  await testTill.open();
  await testTill.clock.advance(DAY_MS + MINUTE_MS);

  expect((await testTill.stored(uuid(1))).state).toBe("abandoned");
});
