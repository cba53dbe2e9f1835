import { approvedProvision, changesOf, policyOf, provisionRequest, tenders, uuid } from "@electrum-vouchers/testkit";
import { expect, test } from "vitest";
import { createTestTill, OPENS_AT } from "../test/test-till.ts";

const HOUR_MS = 60 * 60 * 1000;

/** A sale that owes its confirmation. One digit of its record was changed after its checksum was made. */
const damagedSale = changesOf(
  [
    {
      type: "provisionStarted",
      start: {
        request: provisionRequest(),
        confirmationId: uuid(1_001),
        reversalId: uuid(2_001),
        policy: policyOf(),
        at: OPENS_AT,
      },
    },
    { type: "fact", fact: { type: "response", attempt: 0, ...approvedProvision(provisionRequest()), at: OPENS_AT } },
    { type: "intent", intent: { type: "confirm", tenders, at: OPENS_AT } },
  ],
  OPENS_AT,
).map((change) =>
  change.state === "confirming" ? { ...change, record: change.record.replace("GAME100", "GAME101") } : change,
);

test("given a flipped byte in a record that owes a confirmation, then it is seen, repaired by the operator, and confirmed", async () => {
  const testTill = createTestTill();
  const outbox = testTill.outbox.unwatched;
  for (const change of damagedSale) await testTill.done(outbox.commit(change));
  await testTill.open();
  await testTill.clock.advance(1_000);

  expect(testTill.operations()).toEqual([]);
  expect(testTill.events).toContainEqual(
    expect.objectContaining({ alert: expect.objectContaining({ reason: "damagedRecord", id: uuid(1) }) }),
  );
  expect(await testTill.done(outbox.summary(testTill.clock.now()))).toMatchObject({ needsAttention: 1 });
  expect(await testTill.done(outbox.check())).toEqual([`transaction ${uuid(1)}: the record is damaged`]);

  const at = testTill.clock.now();
  await testTill.done(outbox.repair({ id: uuid(1), by: "Thandi", reason: "check() names it", at }));
  await testTill.clock.advance(HOUR_MS);

  expect(testTill.operations()).toEqual(["confirmVoucher"]);
  expect(await testTill.stored(uuid(1))).toMatchObject({ state: "confirmed" });
  expect(await testTill.done(outbox.summary(testTill.clock.now()))).toMatchObject({ needsAttention: 0 });
  expect(await testTill.done(outbox.check())).toEqual([]);
});
