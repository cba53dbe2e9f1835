import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stopAndCheckResources, waitUntil } from "../../test/stop-and-check.ts";
import { confirmation, netcareReceiver, provision, redemption, reversal, USER, uuid } from "../../test/messages.ts";
import {
  type TestResponse,
  toTestResponse,
  valueAt,
  textAt,
  type HttpTill,
  createHttpTill,
} from "../../test/http-till.ts";
import { checkExchange } from "../../test/exchange-check.ts";
import { sendOverWire } from "../../test/wire.ts";
import { itemAt, lengthOf } from "../switch/queue.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

let simulator: Simulator;
let till: HttpTill;

beforeEach(async () => {
  simulator = await startSimulator({ forwardRepeatMs: 5 });
  till = createHttpTill(simulator.url);
});

afterEach(() => stopAndCheckResources(simulator));

const admin = async (method: string, path: string, body?: unknown): Promise<TestResponse> => {
  const response = await fetch(`${simulator.adminUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { pathname } = new URL(simulator.adminUrl);
  checkExchange({
    method,
    path: `${pathname}${path}`,
    ...(body === undefined ? {} : { request: JSON.stringify(body) }),
    status: response.status,
    response: text,
  });
  return toTestResponse(response.status, text);
};

const queueLength = (): number => lengthOf(simulator.world().providers.standard.queue);

describe("the administration shows", () => {
  test("the ledger: the balance, and transactions and vouchers with their histories", async () => {
    const code = textAt((await till.post("/vouchers", provision(uuid(1)))).body, "voucher.code");
    await till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    const { status, body } = await admin("GET", "/ledger");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      balance: { issued: 1, open: 0, confirmed: 1, redeemed: 0, refunded: 0, reversed: 0, discrepancies: [] },
      transactions: [
        {
          kind: "provision",
          user: USER,
          id: uuid(1),
          state: "confirmed",
          voucherCode: code,
          voucherState: "CONFIRMED_PROVISIONED",
          confirmationId: uuid(11),
        },
      ],
      vouchers: [{ voucher: { code }, state: "CONFIRMED_PROVISIONED" }],
    });
    expect(JSON.stringify(valueAt(body, "transactions"))).toContain("provisionVoucher: 201, open");
  });

  test("as much of the ledger as the limit says", async () => {
    for (const number of [1, 2, 3]) await till.post("/vouchers", provision(uuid(number)));
    const { body } = await admin("GET", "/ledger?limit=2");
    expect(body).toMatchObject({ transactions: [{ id: uuid(2) }, { id: uuid(3) }], vouchers: [{}, {}] });
    for (const nonsense of ["0", "-1", "x", "1.5"]) {
      const all = await admin("GET", `/requests?limit=${nonsense}`);
      expect(all.body).toMatchObject({ latest: [{}, {}, {}] });
    }
  });

  test("the transactions of one request id, and one voucher", async () => {
    const code = textAt((await till.post("/vouchers", provision(uuid(1)))).body, "voucher.code");
    expect((await admin("GET", `/transactions/${uuid(1)}`)).body).toMatchObject({
      transactions: [{ id: uuid(1), state: "open", response: { status: 201 } }],
    });
    expect((await admin("GET", `/transactions/${uuid(2)}`)).body).toEqual({ transactions: [] });
    expect((await admin("GET", `/vouchers/${code}`)).body).toMatchObject({ state: "PROVISIONED" });
    expect((await admin("GET", "/vouchers/1")).status).toBe(404);
  });

  test("the request log, without secrets", async () => {
    const code = textAt((await till.post("/vouchers", provision(uuid(1)))).body, "voucher.code");
    await till.post("/vouchers/confirmations", {
      ...confirmation(uuid(11), uuid(1)),
      tenders: [{ amount: { amount: 1, currency: "710" }, tenderType: "CREDIT_CARD", cardNumber: "411111******1111" }],
    });
    await till.get(`/vouchers?voucherCode=${code}&receiverInstId=1`);
    await till.post("/redemptions", {
      ...redemption(uuid(2), code, { customer: { firstName: "Thandi", msisdn: "+27821234567" } }),
      slipData: { messageLines: [{ text: `Voucher ${code}` }] },
    });
    const broken = JSON.stringify(redemption(uuid(2), code)).slice(0, -1);
    await sendOverWire({ url: `${simulator.url}/redemptions`, user: USER, body: broken });

    const { text, body } = await admin("GET", "/requests?limit=10");
    expect(body).toMatchObject({
      total: 5,
      latest: [
        { user: USER, method: "POST", target: "/vouchers", operation: "provisionVoucher", response: { status: 201 } },
        { operation: "confirmVoucher" },
        { target: "/vouchers?voucherCode=***&receiverInstId=1" },
        { operation: "redeemVoucher", response: { status: 201, body: { voucher: { code: "***" } } } },
        { operation: "redeemVoucher", body: `(${broken.length} characters, not parsed)` },
      ],
    });
    for (const secret of [code, "411111", "Thandi", "27821234567", "secret"]) expect(text).not.toContain(secret);
  });

  test("the providers: condition, queue and received messages", async () => {
    await admin("PUT", "/providers/standard", { state: "down" });
    expect((await till.post("/vouchers", provision(uuid(1)))).status).toBe(503);
    await till.post("/vouchers", provision(uuid(2), { receiver: netcareReceiver }));
    await till.post("/vouchers/reversals", reversal(uuid(11), uuid(1)));
    const { body } = await admin("GET", "/providers");
    expect(body).toMatchObject({
      providers: [
        {
          name: "standard",
          condition: { state: "down" },
          queued: 1,
          queue: [{ operation: "reverseVoucher", id: uuid(11) }],
        },
        {
          name: "Netcare",
          condition: { state: "up" },
          queued: 0,
          receivedMessages: [{ operation: "provisionVoucher" }],
        },
        { name: "Stellr" },
      ],
    });
  });

  test("its endpoints, in a 404 to any other path", async () => {
    expect((await admin("GET", "")).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/nothing"],
      ["DELETE", "/ledger"],
      ["PUT", "/providers/Nobody"],
    ] as const) {
      expect((await admin(method, path)).status).toBe(404);
    }
  });
});

describe("the administration changes", () => {
  test("the fault plan: replaces it, adds a rule, clears it", async () => {
    const rule = { fault: { kind: "status", status: 503, processed: false }, times: "always" };
    expect((await admin("PUT", "/faults", { rules: [rule] })).status).toBe(204);
    expect((await till.post("/vouchers", provision(uuid(1)))).status).toBe(503);
    expect((await admin("DELETE", "/faults")).status).toBe(204);
    expect((await till.post("/vouchers", provision(uuid(1)))).status).toBe(201);
    expect((await admin("POST", "/faults", rule)).status).toBe(204);
    expect((await till.post("/vouchers", provision(uuid(1)))).status).toBe(503);
    expect((await admin("GET", "/faults")).body).toMatchObject({
      plan: { rules: [rule] },
      matched: [1],
      injected: { total: 2, byKind: { status: 2 } },
    });
  });

  test("nothing if the body is invalid, and reports the faults", async () => {
    const response = await admin("PUT", "/faults", { rules: [{ fault: { kind: "explode" } }] });
    expect(response).toMatchObject({ status: 400, body: { faults: [{ field: "rules[0].fault.kind" }] } });
    expect((await admin("PUT", "/providers/Stellr", { state: "asleep" })).status).toBe(400);
    expect((await admin("PUT", "/messaging/shop", { messaging: "triple" })).status).toBe(400);
    expect((await admin("POST", "/restart", { memory: "some" })).status).toBe(400);
    expect((await fetch(`${simulator.adminUrl}/faults`, { method: "PUT", body: "{" })).status).toBe(400);
  });

  test("the messaging of a user", async () => {
    await admin("PUT", `/messaging/${USER}`, { messaging: "single" });
    await till.post("/vouchers", provision(uuid(1)));
    await admin("PUT", `/messaging/${USER}`, { messaging: "dual" });
    await till.post("/vouchers", provision(uuid(2)));
    const states = [1, 2].map(async (number) => (await admin("GET", `/transactions/${uuid(number)}`)).body);
    expect(await Promise.all(states)).toMatchObject([
      { transactions: [{ state: "completed" }] },
      { transactions: [{ state: "open" }] },
    ]);
  });

  test("everything back to the start: ledger, queues, request log and injected faults; the plan stays", async () => {
    simulator.addFault({ match: { operation: "redeemVoucher" }, fault: { kind: "notJson" } });
    simulator.setProvider("standard", { state: "down" });
    await till.post("/vouchers", provision(uuid(1)));
    await till.post("/vouchers/reversals", reversal(uuid(11), uuid(1)));
    expect((await admin("POST", "/reset")).status).toBe(204);
    expect((await admin("GET", "/ledger")).body).toMatchObject({ transactions: [], vouchers: [] });
    expect(queueLength()).toBe(0);
    expect(simulator.requests().total).toBe(0);
    expect(simulator.faults().plan.rules).toHaveLength(1);
  });

  test.each([
    ["kept", 400],
    ["lost", 201],
  ] as const)("a restart with its memory %s", async (memory, status) => {
    await till.post("/vouchers", provision(uuid(1)));
    await admin("POST", "/restart", { memory, durationMs: 20 }).catch(() => undefined);
    const sell = () =>
      sendOverWire({ url: `${simulator.url}/vouchers`, user: USER, body: JSON.stringify(provision(uuid(1))) });
    await waitUntil(async () => (await sell()).status === status);
    expect((await sell()).status).toBe(400);
  });
});

describe("the queue to a provider", () => {
  test("waits while the provider is down, and drains once it is up", async () => {
    await till.post("/vouchers", provision(uuid(1)));
    simulator.setProvider("standard", { state: "down" });
    await till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    await waitUntil(() => simulator.world().providers.standard.queue.next === 1);
    expect(queueLength()).toBe(1);
    simulator.setProvider("standard", { state: "up" });
    await waitUntil(() => queueLength() === 0);
    expect(simulator.world().providers.standard.receivedMessages.at(-1)).toMatchObject({
      operation: "confirmVoucher",
      id: uuid(11),
    });
  });

  test("waits before it tries a provider that is down again", async () => {
    const patient = await startSimulator({ forwardRepeatMs: 60_000 });
    const customer = createHttpTill(patient.url);
    await customer.post("/vouchers", provision(uuid(1)));
    patient.setProvider("standard", { state: "down" });
    await customer.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    const attempts = (): number | undefined => itemAt(patient.world().providers.standard.queue, 0)?.attempts;
    await waitUntil(() => attempts() !== 0);
    await customer.get("/vouchers?voucherCode=1");
    expect(attempts()).toBe(1);
    await patient.stop();
  });

  test("goes on after a provider that was slow", async () => {
    for (const number of [1, 2, 3]) await till.post("/vouchers", provision(uuid(number)));
    simulator.setProvider("standard", { state: "slow", delayMs: 5 });
    for (const number of [1, 2, 3]) {
      await till.post("/vouchers/confirmations", confirmation(uuid(10 + number), uuid(number)));
    }
    await waitUntil(() => queueLength() === 0);
    const { receivedMessages } = simulator.world().providers.standard;
    expect(receivedMessages.slice(-3).map(({ id }) => id)).toEqual([uuid(11), uuid(12), uuid(13)]);
  });

  test("delivers a long backlog in order", async () => {
    const count = 350;
    for (let number = 0; number < count; number += 1) await till.post("/vouchers", provision(uuid(number)));
    simulator.setProvider("standard", { state: "down" });
    for (let number = 0; number < count; number += 1) {
      await till.post("/vouchers/reversals", reversal(uuid(1_000 + number), uuid(number)));
    }
    expect(queueLength()).toBe(count);
    simulator.setProvider("standard", { state: "up" });
    await waitUntil(() => queueLength() === 0);
    const { receivedMessages } = simulator.world().providers.standard;
    expect(receivedMessages.map(({ id }) => id)).toEqual(
      Array.from({ length: receivedMessages.length }, (_, index) =>
        uuid(1_000 + count - receivedMessages.length + index),
      ),
    );
  });
});

test("a slow provider makes the response late", async () => {
  simulator.setProvider("standard", { state: "slow", delayMs: 60_000 });
  const body = JSON.stringify(provision(uuid(1)));
  const seen = await sendOverWire({ url: `${simulator.url}/vouchers`, user: USER, body, timeoutMs: 200 });
  expect(seen.ending).toBe("timeout");
});

test("lookupRedemption, still processing: 102, and the connection ends, since a client would wait for a final status", async () => {
  const code = textAt((await till.post("/vouchers", provision(uuid(1)))).body, "voucher.code");
  await till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
  simulator.setProvider("standard", { state: "down" });
  expect((await till.post("/redemptions", redemption(uuid(2), code))).status).toBe(503);
  const seen = await sendOverWire({ method: "GET", url: `${simulator.url}/redemptions/${uuid(2)}`, user: USER });
  expect(seen).toEqual({ text: "", ending: "ECONNRESET" });
  expect(simulator.requests().latest.at(-1)).toMatchObject({
    operation: "lookupRedemption",
    response: { status: 102 },
  });
});

test("a path outside the API and the administration → 404 that names their paths", async () => {
  const response = await fetch(new URL("/suv/v2", simulator.url));
  expect(response.status).toBe(404);
  expect(await response.text()).toContain("/suv/v1");
});

test("a port in use is an error, not replaced by another port", async () => {
  const port = Number(new URL(simulator.url).port);
  await expect(startSimulator({ port })).rejects.toThrow("EADDRINUSE");
});

test("it listens on loopback unless told otherwise", () => {
  expect(new URL(simulator.url).hostname).toBe("127.0.0.1");
});

test("two simulators share nothing", async () => {
  const other = await startSimulator();
  await till.post("/vouchers", provision(uuid(1)));
  expect((await createHttpTill(other.url).post("/vouchers", provision(uuid(1)))).status).toBe(201);
  await other.stop();
});

test("stopping during requests leaves nothing behind", async () => {
  simulator.setFaults({
    rules: [
      { match: { nth: 1 }, fault: { kind: "noResponse", processed: true } },
      { match: { nth: 2 }, fault: { kind: "slowBody", delayMs: 60_000 } },
      { match: { nth: 3 }, fault: { kind: "delayed", delayMs: 60_000 } },
    ],
  });
  const conversations = [1, 2, 3].map((number) =>
    sendOverWire({ url: `${simulator.url}/vouchers`, user: USER, body: JSON.stringify(provision(uuid(number))) }),
  );
  await waitUntil(() => simulator.faults().injected.total === 3);
  await simulator.stop();
  for (const { ending } of await Promise.all(conversations)) expect(ending).not.toBe("timeout");
});

test("stopping during an outage leaves nothing behind, and stopping twice is harmless", async () => {
  simulator.restart({ durationMs: 60_000 });
  await simulator.stop();
  await simulator.stop();
  expect(await simulator.resources()).toEqual({ connections: 0, timers: 0 });
});
