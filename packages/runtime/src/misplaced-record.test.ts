import type { Outbox } from "@electrum-vouchers/core/ports";
import { provisionRequest, tenders, uuid } from "@electrum-vouchers/testkit";
import { expect, test } from "vitest";
import { createTestTill } from "../test/test-till.ts";

/** One bit of the outbox's index has changed: whoever asks for the second sale is led to the record of the first. */
const misled = (outbox: Outbox): Outbox => ({
  ...outbox,
  load: (id) => outbox.load(id === uuid(2) ? uuid(1) : id).map((stored) => stored && { ...stored, id }),
});

test("given an index that leads to another's record, then no customer gets another's voucher", async () => {
  const testTill = createTestTill();
  const till = await testTill.open({ outbox: misled(testTill.outbox) });
  await testTill.done(till.provision(provisionRequest(uuid(1))));
  await testTill.done(till.confirm(uuid(1), tenders));
  await testTill.done(till.provision(provisionRequest(uuid(2))));

  const damaged = { type: "damaged", id: uuid(2), damage: { type: "damaged", fault: "content" } };
  expect(await testTill.failed(till.find(uuid(2)))).toEqual(damaged);
  expect(await testTill.failed(till.confirm(uuid(2), tenders))).toEqual(damaged);
  expect((await testTill.done(till.find(uuid(1)))).id).toBe(uuid(1));
});
