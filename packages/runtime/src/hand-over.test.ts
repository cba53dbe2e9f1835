import { decodeStored, toView } from "@electrum-vouchers/core";
import {
  jsonResponse,
  provisionRequest,
  redemptionRequest,
  secrets,
  tenders,
  unwrapAsync,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill } from "../test/test-till.ts";

test("a voucher is handed over once its sale is confirmed, and not before", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  await testTill.done(till.provision(provisionRequest()));

  expect(await testTill.failed(till.handOver(uuid(1)))).toEqual({
    type: "nothingToHandOver",
    reason: "undecided",
    state: "issued",
  });
  await testTill.done(till.confirm(uuid(1), tenders));
  expect(await testTill.done(till.handOver(uuid(1)))).toEqual({
    voucher: { code: secrets.code, pin: { type: "CLEAR_PIN", pin: secrets.pin } },
  });
});

test("a voucher whose sale was cancelled is not handed over", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  await testTill.done(till.provision(provisionRequest()));
  await testTill.done(till.cancel(uuid(1)));

  expect(await testTill.failed(till.handOver(uuid(1)))).toMatchObject({ type: "nothingToHandOver", reason: "undone" });
});

test("a redemption hands over the change voucher that it leaves, and says that there is one", async () => {
  const change = { code: "SECRET-CHANGE-CODE", serialNumber: "S-2" };
  const testTill = createTestTill({
    script: ({ operation, message }) =>
      operation === "redeemVoucher"
        ? {
            response: jsonResponse(201, {
              ...message,
              voucher: change,
              slipData: { messageLines: [{ text: "change" }] },
            }),
          }
        : undefined,
  });
  const till = await testTill.open();
  await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
  const redeemed = await testTill.done(till.redeem(redemptionRequest()));
  expect(redeemed).toMatchObject({ state: "redeemed", approval: { changeVoucher: { serialNumber: "S-2" } } });
  expect(JSON.stringify(redeemed)).not.toContain(change.code);

  await testTill.done(till.confirmRedemption(uuid(1)));
  expect(await testTill.done(till.handOver(uuid(1)))).toEqual({
    voucher: change,
    slipData: { messageLines: [{ text: "change" }] },
  });
});

test("a redemption without change has no voucher to hand over", async () => {
  const testTill = createTestTill({ messaging: "single" });
  const till = await testTill.open();
  await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
  await testTill.done(till.redeem(redemptionRequest()));

  expect(await testTill.done(till.handOver(uuid(1)))).toEqual({});
});

test("nothing is handed over for a transaction that is not there", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  expect(await testTill.failed(till.handOver(uuid(9)))).toEqual({ type: "unknownTransaction", id: uuid(9) });
});

describe("that a voucher is handed over is stored before it is given out", () => {
  const copy = { by: "Thandi", reason: "the printer ate it" };

  test("so it is given out once, and again as a copy, with a name and a reason", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    expect(await testTill.done(till.handOver(uuid(1), { by: "Sipho" }))).not.toHaveProperty("copy");
    expect(await testTill.failed(till.handOver(uuid(1)))).toMatchObject({
      type: "alreadyHandedOver",
      handedOver: { by: "Sipho", copies: 0 },
    });
    expect(await testTill.done(till.handOver(uuid(1), { copy }))).toMatchObject({ copy: 1 });
    const journal = await unwrapAsync(testTill.outbox.unwatched.journal(uuid(1)));
    expect(journal.filter((entry) => entry.includes("the printer ate it"))).toHaveLength(1);
  });

  test("in one commit with the confirmation, so that no crash comes between the two", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    const given = await testTill.done(till.confirmAndHandOver(uuid(1), tenders, { by: "Sipho" }));
    expect(given).toMatchObject({
      sale: { state: "confirming", handedOver: { by: "Sipho", copies: 0 } },
      handOver: { voucher: { code: secrets.code } },
    });
    const journal = await unwrapAsync(testTill.outbox.unwatched.journal(uuid(1)));
    expect(journal.filter((entry) => entry.includes('"handOver"'))).toMatchObject([
      expect.stringContaining('"type":"confirm"'),
    ]);
    expect(JSON.stringify(given.sale)).not.toContain(secrets.code);
    expect(await testTill.failed(till.confirmAndHandOver(uuid(1), tenders))).toMatchObject({
      type: "alreadyHandedOver",
    });
  });

  test("if the outbox does not take the mark, the customer gets what is paid for, with an alert", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    testTill.outbox.fail((call) => (call === "commit" ? "unavailable" : undefined));
    expect(await testTill.done(till.handOver(uuid(1)))).toMatchObject({ voucher: { code: secrets.code } });
    expect(testTill.events).toContainEqual(
      expect.objectContaining({ alert: expect.objectContaining({ reason: "handOverUnmarked", id: uuid(1) }) }),
    );
  });

  test("but no copy, and nothing twice", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.handOver(uuid(1)));
    testTill.outbox.fail((call) => (call === "commit" ? "unavailable" : undefined));
    expect(await testTill.failed(till.handOver(uuid(1), { copy }))).toMatchObject({ type: "outboxUnavailable" });
    expect(await testTill.failed(till.handOver(uuid(1)))).toMatchObject({ type: "alreadyHandedOver" });
  });

  test("what the caller says of a copy is what is journalled, whatever it does with its object meanwhile", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.handOver(uuid(1)));
    const said = { copy: { ...copy } };
    const given = till.handOver(uuid(1), said);
    said.copy.by = "somebody else";
    await testTill.done(given);
    const journal = await unwrapAsync(testTill.outbox.unwatched.journal(uuid(1)));
    expect(journal.join()).toContain(copy.by);
    expect(journal.join()).not.toContain("somebody else");
  });

  test("where the policy tracks printing, it may be had again until it is printed", async () => {
    const testTill = createTestTill({ messaging: "single", tracksPrinting: true });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.handOver(uuid(1)));
    till.kill();
    const next = await testTill.open();
    expect(await testTill.done(next.handOver(uuid(1)))).toMatchObject({ copy: 1 });
    await testTill.done(next.printed(uuid(1)));
    expect(await testTill.failed(next.handOver(uuid(1)))).toMatchObject({ type: "alreadyHandedOver" });
  });
});

test("given a till that is killed between the confirmation and the printer, then what was never shown is found, by id and without its code", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  for (const n of [1, 2]) await testTill.done(till.provision(provisionRequest(uuid(n))));
  await testTill.done(till.confirmAndHandOver(uuid(1), tenders));
  await testTill.done(till.confirm(uuid(2), tenders));
  till.kill();

  const { records } = await unwrapAsync(testTill.outbox.unwatched.list({ only: "toHandOver", limit: 10 }));
  const sales = records.flatMap((record) => decodeStored(record).map(toView).unwrapOr([]));
  expect(sales).toMatchObject([{ id: uuid(2) }]);
  expect(JSON.stringify(sales)).not.toContain(secrets.code);

  const next = await testTill.open();
  expect(await testTill.done(next.handOver(uuid(2), { by: "Thandi" }))).not.toHaveProperty("copy");
  expect(await unwrapAsync(testTill.outbox.unwatched.list({ only: "toHandOver", limit: 10 }))).toEqual({ records: [] });
});
