import { Agent } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { confirmation, provision, redemption, reversal, USER, uuid } from "../../test/messages.ts";
import { stopAndCheckResources, waitUntil } from "../../test/stop-and-check.ts";
import { valueAt, textAt, createHttpTill } from "../../test/http-till.ts";
import { sendOverWire, type WireResponse } from "../../test/wire.ts";
import type { Fault } from "../faults/fault.ts";
import { parseJson, isJsonObject } from "../json.ts";
import { transactionsWithId } from "../switch/inspect.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

const ID = uuid(1);
const NEVER_MS = 300;

/** Far later than the client's time-out, so that the order is the same on a slow machine. */
const LATE_MS = 1_000;

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(() => stopAndCheckResources(simulator));

const sell = (timeoutMs?: number): Promise<WireResponse> =>
  sendOverWire({
    url: `${simulator.url}/vouchers`,
    user: USER,
    body: JSON.stringify(provision(ID)),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

/** Sends one request with one fault: what the client received, and the state at the switch. */
async function sellWithFault(
  fault: Fault,
  patienceMs?: number,
): Promise<{ readonly seen: WireResponse; readonly state: string | undefined }> {
  simulator.addFault({ fault });
  const seen = await sell(patienceMs);
  return { seen, state: stateOf(ID) };
}

const stateOf = (id: string): string | undefined => transactionsWithId(simulator.world(), id)[0]?.state;

const bodyOf = ({ text }: WireResponse) => {
  const body = parseJson(text);
  return isJsonObject(body) ? body : {};
};

describe("reset", () => {
  test.each([
    [false, undefined],
    [true, "open"],
  ])("processed: %s", async (processed, state) => {
    const result = await sellWithFault({ kind: "reset", processed });
    expect(result).toEqual({ seen: { text: "", ending: "ECONNRESET" }, state });
  });
});

describe("noResponse", () => {
  test.each([
    [false, undefined],
    [true, "open"],
  ])("processed: %s", async (processed, state) => {
    const result = await sellWithFault({ kind: "noResponse", processed }, NEVER_MS);
    expect(result).toEqual({ seen: { text: "", ending: "timeout" }, state });
  });

  test("leaves nothing behind once the client has closed the connection", async () => {
    await sellWithFault({ kind: "noResponse", processed: false }, NEVER_MS);
    await waitUntil(async () => (await simulator.resources()).connections === 0);
    expect(await simulator.resources()).toEqual({ connections: 0, timers: 0 });
  });
});

test("delayed: processed after the client gave up", async () => {
  const result = await sellWithFault({ kind: "delayed", delayMs: LATE_MS }, 50);
  expect(result).toEqual({ seen: { text: "", ending: "timeout" }, state: undefined });
  await waitUntil(() => stateOf(ID) === "open");
});

test("delayed until after its reversal: blocked", async () => {
  await sellWithFault({ kind: "delayed", delayMs: LATE_MS }, 50);
  await createHttpTill(simulator.url).post("/vouchers/reversals", reversal(uuid(11), ID));
  await waitUntil(() => simulator.requests().latest.some(({ fault }) => fault === "delayed"));
  expect(stateOf(ID)).toBe("blocked");
});

test("duplicate: processed twice, with the second response", async () => {
  const { seen, state } = await sellWithFault({ kind: "duplicate" });
  expect(seen).toMatchObject({ status: 400, ending: "complete" });
  expect(bodyOf(seen)).toMatchObject({ errorType: "DUPLICATE_RECORD" });
  expect(state).toBe("open");
});

test("slowHeaders: at first nothing comes", async () => {
  const { seen, state } = await sellWithFault({ kind: "slowHeaders", delayMs: 60_000 }, NEVER_MS);
  expect({ seen, state }).toEqual({ seen: { text: "", ending: "timeout" }, state: "open" });
});

test("slowHeaders: then the whole response", async () => {
  const { seen } = await sellWithFault({ kind: "slowHeaders", delayMs: 50 });
  expect(seen).toMatchObject({ status: 201, ending: "complete" });
});

test("slowBody: at first the headers and half of the body come", async () => {
  const { seen, state } = await sellWithFault({ kind: "slowBody", delayMs: 60_000 }, NEVER_MS);
  expect({ seen, state }).toMatchObject({ seen: { status: 201, ending: "timeout" }, state: "open" });
  expect(seen.text).not.toBe("");
  expect(bodyOf(seen)).toEqual({});
});

test("slowBody: then the rest", async () => {
  const { seen } = await sellWithFault({ kind: "slowBody", delayMs: 50 });
  expect(seen.ending).toBe("complete");
  expect(bodyOf(seen)).toMatchObject({ id: ID });
});

test("truncatedBody: the connection ends in the middle of the body", async () => {
  const { seen, state } = await sellWithFault({ kind: "truncatedBody" });
  expect({ seen, state }).toMatchObject({ seen: { status: 201, ending: "ECONNRESET" }, state: "open" });
  expect(seen.text).not.toBe("");
  expect(bodyOf(seen)).toEqual({});
});

test("wrongContentType: the right body with a wrong content type", async () => {
  const { seen } = await sellWithFault({ kind: "wrongContentType", contentType: "text/html" });
  expect(seen).toMatchObject({ status: 201, contentType: "text/html", ending: "complete" });
  expect(bodyOf(seen)).toMatchObject({ id: ID });
});

test("notJson: a wrong body with the right content type", async () => {
  const { seen, state } = await sellWithFault({ kind: "notJson" });
  expect(seen).toMatchObject({ status: 201, contentType: "application/json", ending: "complete" });
  expect(parseJson(seen.text)).toBeUndefined();
  expect(state).toBe("open");
});

test("emptyBody: a status alone", async () => {
  const { seen, state } = await sellWithFault({ kind: "emptyBody" });
  expect({ seen, state }).toMatchObject({ seen: { status: 201, text: "", ending: "complete" }, state: "open" });
});

test("wrongId: another message's id, and all else right", async () => {
  const { seen, state } = await sellWithFault({ kind: "wrongId" });
  expect(seen.status).toBe(201);
  expect(bodyOf(seen)["id"]).not.toBe(ID);
  expect(valueAt(bodyOf(seen), "voucher.code")).toEqual(expect.any(String));
  expect(state).toBe("open");
});

describe("status", () => {
  test.each([500, 502, 503, 504, 429])("%d, not processed: a gateway's response", async (status) => {
    const { seen, state } = await sellWithFault({ kind: "status", status, processed: false });
    expect(seen).toMatchObject({ status, contentType: "text/html", ending: "complete" });
    expect(state).toBeUndefined();
  });

  test("with Retry-After, after processing", async () => {
    const result = await sellWithFault({ kind: "status", status: 429, processed: true, retryAfterSeconds: 7 });
    expect(result).toMatchObject({ seen: { status: 429, retryAfter: "7" }, state: "open" });
  });

  test("204, which has no body", async () => {
    const { seen } = await sellWithFault({ kind: "status", status: 204, processed: false });
    expect(seen).toMatchObject({ status: 204, text: "", ending: "complete" });
  });
});

describe("error: any error type with any status", () => {
  test.each([
    [400, "UPSTREAM_UNAVAILABLE"],
    [404, "VOUCHER_STATUS_UNKNOWN"],
    [401, "AUTHENTICATION_ERROR"],
    [500, "SOMETHING_NEW"],
  ])("%d %s", async (status, errorType) => {
    const { seen, state } = await sellWithFault({ kind: "error", status, errorType, processed: false });
    expect(seen.status).toBe(status);
    expect(bodyOf(seen)).toMatchObject({ id: ID, errorType });
    expect(bodyOf(seen)).not.toHaveProperty("originalId");
    expect(state).toBeUndefined();
  });

  test("to an advice: with the id of the original request", async () => {
    simulator.addFault({ fault: { kind: "error", status: 500, errorType: "GENERAL_ERROR", processed: true } });
    const response = await createHttpTill(simulator.url).post("/vouchers/confirmations", confirmation(uuid(11), ID));
    expect(response.body).toMatchObject({ id: uuid(11), originalId: ID });
  });
});

describe("refused: an outage", () => {
  test("the connection is reset, new ones are refused, then all is as before", async () => {
    const first = await sellWithFault({ kind: "refused", durationMs: 300 });
    expect(first).toEqual({ seen: { text: "", ending: "ECONNRESET" }, state: undefined });
    await waitUntil(async () => (await sell()).ending === "ECONNREFUSED");
    await waitUntil(async () => (await sell()).ending === "complete");
    expect(stateOf(ID)).toBe("open");
  });

  test("idle connections are reset, too", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const keepSelling = (id: string): Promise<WireResponse> =>
      sendOverWire({ url: `${simulator.url}/vouchers`, user: USER, body: JSON.stringify(provision(id)), agent });
    expect((await keepSelling(uuid(2))).ending).toBe("complete");
    expect((await simulator.resources()).connections).toBe(1);
    await sellWithFault({ kind: "refused", durationMs: 60_000 });
    await waitUntil(async () => (await simulator.resources()).connections === 0);
    agent.destroy();
  });
});

describe("restart", () => {
  test("with its memory", async () => {
    await sell();
    simulator.addFault({ fault: { kind: "restart", memory: "kept", durationMs: 20 } });
    expect((await sell()).ending).toBe("ECONNRESET");
    await waitUntil(async () => (await sell()).status === 400);
    expect(stateOf(ID)).toBe("open");
  });

  test("without its memory", async () => {
    await sell();
    simulator.addFault({ fault: { kind: "restart", memory: "lost", durationMs: 20 } });
    expect((await sell()).ending).toBe("ECONNRESET");
    expect(stateOf(ID)).toBeUndefined();
    await waitUntil(async () => (await sell()).status === 201);
  });
});

test("emulateTestServer: a crash of Electrum's test server", async () => {
  simulator.addFault({ fault: { kind: "emulateTestServer" } });
  const { receiver: _, ...message } = provision(ID);
  const seen = await sendOverWire({ url: `${simulator.url}/vouchers`, user: USER, body: JSON.stringify(message) });
  expect(seen).toMatchObject({ status: 500, contentType: "text/plain" });
});

test("a rule matches the advices of a terminal and of a voucher, though they name neither", async () => {
  const till = createHttpTill(simulator.url);
  const { body } = await till.post("/vouchers", provision(ID));
  const voucherCode = textAt(body, "voucher.code");
  await till.post("/vouchers/confirmations", confirmation(uuid(11), ID));
  const fault: Fault = { kind: "status", status: 503, processed: false };
  simulator.setFaults({
    rules: [
      { match: { operation: "confirmVoucher", terminalId: "TILL0001" }, fault },
      { match: { operation: "reverseVoucher", voucherCode }, fault },
      { match: { operation: "lookupVoucher", requestId: ID }, fault },
      { match: { operation: "redeemVoucher", voucherCode }, fault },
    ],
  });
  const responses = [
    await till.post("/vouchers/confirmations", confirmation(uuid(11), ID)),
    await till.post("/vouchers/reversals", reversal(uuid(12), ID)),
    await till.get(`/vouchers?provisionRequestId=${ID}`),
    await till.post("/redemptions", redemption(uuid(2), voucherCode)),
  ];
  expect(responses.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
});

test("every injected fault is counted and listed", async () => {
  await sellWithFault({ kind: "notJson" });
  await sellWithFault({ kind: "notJson" });
  await sellWithFault({ kind: "wrongId" });
  const { injected, matched } = simulator.faults();
  expect(injected).toMatchObject({
    total: 3,
    byKind: { notJson: 2, wrongId: 1 },
    latest: [
      { operation: "provisionVoucher", id: ID, fault: { kind: "notJson" } },
      { fault: { kind: "notJson" } },
      { fault: { kind: "wrongId" } },
    ],
  });
  expect(matched).toEqual([3, 2, 1]);
});
