import { describe, expect, test } from "vitest";
import {
  advice,
  confirmation,
  netcareReceiver,
  standardReceiver,
  provision,
  redemption,
  reversal,
  stellrReceiver,
  uuid,
} from "../../test/messages.ts";
import { createInProcessTill } from "../../test/in-process-till.ts";
import { textAt } from "../../test/http-till.ts";
import { computeBalance } from "./balance.ts";
import { allProviders } from "./inspect.ts";
import { providerOf } from "./providers.ts";
import { createWorld } from "./world.ts";

describe("the receiver names the provider", () => {
  test.each([
    [undefined, "standard"],
    [standardReceiver, "standard"],
    [netcareReceiver, "Netcare"],
    [stellrReceiver, "Stellr"],
    [{ id: "stellr", name: "Something" }, "Stellr"],
    [{ id: "1", name: " NETCARE " }, "Netcare"],
    [{ id: "Stellr2", name: "Not Stellr" }, "standard"],
  ])("%o → %s", (receiver, name) => {
    expect(providerOf(createWorld(), receiver)).toBe(name);
  });
});

describe("a retry that the provider declines", () => {
  test("leaves an attempt without a response unknown: the reversal undoes that one", () => {
    const till = createInProcessTill();
    till.setProvider("standard", { state: "slow", delayMs: 30_000 });
    expect(till.post("/vouchers", provision(uuid(1))).status).toBe(504);
    till.setProvider("standard", { state: "declining" });
    expect(till.post(`/vouchers/${uuid(1)}/retry`, provision(uuid(1))).status).toBe(400);
    expect(till.transaction(uuid(1))).toMatchObject({ state: "unknown", providerState: "approved" });

    expect(till.post("/vouchers/reversals", reversal(uuid(11), uuid(1))).status).toBe(202);
    till.setProvider("standard", { state: "up" });
    expect(till.deliverNext("standard")).toBe(true);
    expect(till.transaction(uuid(1))).toMatchObject({ state: "reversed", providerState: "reversed" });
    expect(computeBalance(till.world())).toMatchObject({ reversed: 1, open: 0, discrepancies: [] });
  });
});

describe("advices are stored and forwarded", () => {
  test("in order, each after the one before was delivered", () => {
    const till = createInProcessTill();
    for (const number of [1, 2, 3]) till.post("/vouchers", provision(uuid(number)));
    till.setProvider("standard", { state: "down" });
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    till.post("/vouchers/reversals", reversal(uuid(12), uuid(2)));
    till.post("/vouchers/confirmations", confirmation(uuid(13), uuid(3)));

    expect(till.deliverNext("standard")).toBe(false);
    expect(till.deliverNext("standard")).toBe(false);
    const waiting = allProviders(till.world(), 10)[0];
    expect(waiting?.queue.map(({ id, attempts }) => ({ id, attempts }))).toEqual([
      { id: uuid(11), attempts: 2 },
      { id: uuid(12), attempts: 0 },
      { id: uuid(13), attempts: 0 },
    ]);
    expect(till.transaction(uuid(1))).toMatchObject({ state: "confirmed", providerState: "approved" });

    till.setProvider("standard", { state: "up" });
    expect([1, 2, 3, 4].map(() => till.deliverNext("standard"))).toEqual([true, true, true, false]);
    const { receivedMessages, queued } = allProviders(till.world(), 10)[0] ?? { receivedMessages: [], queued: -1 };
    expect(queued).toBe(0);
    expect(receivedMessages.slice(-3).map(({ operation, id }) => [operation, id])).toEqual([
      ["confirmVoucher", uuid(11)],
      ["reverseVoucher", uuid(12)],
      ["confirmVoucher", uuid(13)],
    ]);
    expect(till.transaction(uuid(1))).toMatchObject({ state: "confirmed", providerState: "confirmed" });
    expect(till.transaction(uuid(2))).toMatchObject({ state: "reversed", providerState: "reversed" });
  });

  test("once: a repeat is acknowledged, but not forwarded again", () => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(uuid(1)));
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    expect(till.forwards()).toHaveLength(1);
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    expect(till.forwards()).toEqual([]);
  });

  test("to each provider through a queue of its own", () => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(uuid(1)));
    till.post("/vouchers", provision(uuid(2), { receiver: netcareReceiver }));
    till.setProvider("standard", { state: "down" });
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    till.post("/vouchers/confirmations", confirmation(uuid(12), uuid(2)));
    expect([till.deliverNext("standard"), till.deliverNext("Netcare")]).toEqual([false, true]);
  });

  test("also to a provider that declines requests: an advice cannot be declined", () => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(uuid(1)));
    till.setProvider("standard", { state: "declining" });
    expect(till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1))).status).toBe(202);
    expect(till.deliverNext("standard")).toBe(true);
  });

  test("also for redemptions and refunds", () => {
    const till = createInProcessTill();
    const code = textAt(till.post("/vouchers", provision(uuid(1))).body, "voucher.code");
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    till.post("/redemptions", redemption(uuid(2), code));
    till.post("/redemptions/reversals", reversal(uuid(12), uuid(2)));
    expect(till.forwards()).toMatchObject([{ operation: "reverseRedeem", id: uuid(12), transaction: { id: uuid(2) } }]);
  });
});

describe("Stellr takes no advices", () => {
  test("they are acknowledged, and nothing is forwarded", () => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(uuid(1), { receiver: stellrReceiver }));
    expect(till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1))).status).toBe(202);
    expect(till.forwards()).toEqual([]);
  });

  test("a voucher that was reversed at the switch stays valid, which the ledger shows", () => {
    const till = createInProcessTill();
    const code = textAt(till.post("/vouchers", provision(uuid(1), { receiver: stellrReceiver })).body, "voucher.code");
    expect(till.post("/vouchers/reversals", reversal(uuid(11), uuid(1))).status).toBe(202);
    expect(till.transaction(uuid(1))).toMatchObject({
      state: "reversed",
      providerState: "approved",
      voucherState: "CONFIRMED_PROVISIONED",
    });
    expect(computeBalance(till.world())).toMatchObject({ toReconcile: 1, discrepancies: [] });
    expect(till.post("/redemptions", redemption(uuid(2), code)).status).toBe(201);
  });

  test("a redemption that was reversed at the switch stays at the provider", () => {
    const till = createInProcessTill();
    const code = textAt(till.post("/vouchers", provision(uuid(1), { receiver: stellrReceiver })).body, "voucher.code");
    till.post("/redemptions", redemption(uuid(2), code, { receiver: stellrReceiver }));
    expect(till.post("/redemptions/reversals", reversal(uuid(12), uuid(2))).status).toBe(202);
    expect(till.post("/redemptions", redemption(uuid(3), code, { receiver: stellrReceiver })).status).toBe(400);
  });
});

describe("a provider that is", () => {
  test("slow: the response comes late, and the outcome is the same", () => {
    const till = createInProcessTill();
    till.setProvider("standard", { state: "slow", delayMs: 700 });
    expect(till.post("/vouchers", provision(uuid(1))).status).toBe(201);
    expect(till.delayMs()).toBe(700);
  });

  test("slower than the switch waits: 504, though the voucher is redeemed", () => {
    const till = createInProcessTill({ upstreamDeadlineMs: 500 });
    const code = textAt(till.post("/vouchers", provision(uuid(1))).body, "voucher.code");
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    till.setProvider("standard", { state: "slow", delayMs: 700 });
    expect(till.post("/redemptions", redemption(uuid(2), code)).status).toBe(504);
    expect(till.transaction(uuid(2))).toMatchObject({ state: "unknown", voucherState: "REDEEMED" });
    expect(till.post("/redemptions/confirmations", advice(uuid(12), uuid(2))).status).toBe(404);
    expect(till.post("/redemptions/reversals", reversal(uuid(12), uuid(2))).status).toBe(202);
    expect(till.transaction(uuid(2))).toMatchObject({ state: "reversed", voucherState: "CONFIRMED_PROVISIONED" });
  });

  test("down: 503, nothing has happened, and the reversal is forwarded all the same", () => {
    const till = createInProcessTill();
    const code = textAt(till.post("/vouchers", provision(uuid(1))).body, "voucher.code");
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    till.setProvider("standard", { state: "down" });
    expect(till.post("/redemptions", redemption(uuid(2), code)).status).toBe(503);
    till.post("/redemptions/reversals", reversal(uuid(12), uuid(2)));
    expect(till.forwards()).toHaveLength(1);
    till.setProvider("standard", { state: "up" });
    expect(till.post("/redemptions", redemption(uuid(3), code)).status).toBe(201);
  });

  test("declining: another attempt with a new id may succeed", () => {
    const till = createInProcessTill();
    const code = textAt(till.post("/vouchers", provision(uuid(1))).body, "voucher.code");
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    till.setProvider("standard", { state: "declining", errorType: "DO_NOT_HONOUR" });
    expect(till.post("/redemptions", redemption(uuid(2), code))).toMatchObject({
      status: 400,
      body: { id: uuid(2), errorType: "DO_NOT_HONOUR" },
    });
    till.setProvider("standard", { state: "up" });
    expect(till.post("/redemptions", redemption(uuid(3), code)).status).toBe(201);
  });
});

test("a provider that is down receives nothing", () => {
  const till = createInProcessTill();
  till.setProvider("standard", { state: "down" });
  till.post("/vouchers", provision(uuid(1)));
  till.get("/vouchers?voucherCode=1");
  expect(till.world().providers.standard).toMatchObject({ receivedCount: 0, receivedMessages: [] });
});

test("a provider keeps a bounded number of received messages, and counts all", () => {
  const till = createInProcessTill({ maxHistory: 3 });
  for (let number = 1; number <= 5; number += 1) till.post("/vouchers", provision(uuid(number)));
  expect(allProviders(till.world(), 10)[0]).toMatchObject({
    receivedCount: 5,
    receivedMessages: [{ id: uuid(3) }, { id: uuid(4) }, { id: uuid(5) }],
  });
});
