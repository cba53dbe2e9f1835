import type { Outbox } from "@electrum-vouchers/core/ports";
import { expect, test } from "vitest";
import { provisionRequest, tenders, uuid } from "../test/messages.ts";
import { createShop } from "../test/shop.ts";

/** One bit of the outbox's index has changed: whoever asks for the second sale is led to the record of the first. */
const misled = (outbox: Outbox): Outbox => ({
  ...outbox,
  load: (id) => outbox.load(id === uuid(2) ? uuid(1) : id).map((stored) => stored && { ...stored, id }),
});

test("given an index that leads to another's record, then no customer gets another's voucher", async () => {
  const shop = createShop();
  const till = await shop.open({ outbox: misled(shop.outbox) });
  await shop.done(till.provision(provisionRequest(uuid(1))));
  await shop.done(till.confirm(uuid(1), tenders));
  await shop.done(till.provision(provisionRequest(uuid(2))));

  const damaged = { type: "damaged", id: uuid(2), damage: { type: "damaged", what: "content" } };
  expect(await shop.failed(till.find(uuid(2)))).toEqual(damaged);
  expect(await shop.failed(till.confirm(uuid(2), tenders))).toEqual(damaged);
  expect((await shop.done(till.find(uuid(1)))).id).toBe(uuid(1));
});
