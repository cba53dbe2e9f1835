import { Agent } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { confirmation, provision, redemption, reversal, USER, uuid } from "../../test/messages.ts";
import { stopAndLeaveNothing, until } from "../../test/leave-nothing.ts";
import { at, textAt, tillAt } from "../../test/till.ts";
import { converse, type Seen } from "../../test/wire.ts";
import type { Fault } from "../faults/fault.ts";
import { parseJson, isJsonObject } from "../json.ts";
import { transactionsWithId } from "../switch/inspect.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

const ID = uuid(1);
const NEVER_MS = 300;

/** Far later than the client's patience, so that a busy machine does not turn the order round. */
const LATE_MS = 1_000;

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(() => stopAndLeaveNothing(simulator));

const sell = (patienceMs?: number): Promise<Seen> =>
  converse({
    url: `${simulator.url}/vouchers`,
    user: USER,
    body: JSON.stringify(provision(ID)),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });

/** One request meets one fault: what the client saw, and what the switch made of it. */
async function sellWith(
  fault: Fault,
  patienceMs?: number,
): Promise<{ readonly seen: Seen; readonly state: string | undefined }> {
  simulator.addFault({ fault });
  const seen = await sell(patienceMs);
  return { seen, state: stateOf(ID) };
}

const stateOf = (id: string): string | undefined => transactionsWithId(simulator.world(), id)[0]?.state;

const bodyOf = ({ text }: Seen) => {
  const body = parseJson(text);
  return isJsonObject(body) ? body : {};
};

describe("reset", () => {
  test.each([
    [false, undefined],
    [true, "open"],
  ])("processed: %s", async (processed, state) => {
    const met = await sellWith({ kind: "reset", processed });
    expect(met).toEqual({ seen: { text: "", end: "ECONNRESET" }, state });
  });
});

describe("silent: no answer", () => {
  test.each([
    [false, undefined],
    [true, "open"],
  ])("processed: %s", async (processed, state) => {
    const met = await sellWith({ kind: "silent", processed }, NEVER_MS);
    expect(met).toEqual({ seen: { text: "", end: "none in time" }, state });
  });

  test("nothing of it is left once the client has gone", async () => {
    await sellWith({ kind: "silent", processed: false }, NEVER_MS);
    await until(async () => (await simulator.resources()).connections === 0);
    expect(await simulator.resources()).toEqual({ connections: 0, timers: 0 });
  });
});

test("late: processed after the client gave up", async () => {
  const met = await sellWith({ kind: "late", delayMs: LATE_MS }, 50);
  expect(met).toEqual({ seen: { text: "", end: "none in time" }, state: undefined });
  await until(() => stateOf(ID) === "open");
});

test("late, and after its reversal: barred", async () => {
  await sellWith({ kind: "late", delayMs: LATE_MS }, 50);
  await tillAt(simulator.url).post("/vouchers/reversals", reversal(uuid(11), ID));
  await until(() => simulator.requests().latest.some(({ fault }) => fault === "late"));
  expect(stateOf(ID)).toBe("barred");
});

test("duplicate: processed twice, answered with the second answer", async () => {
  const { seen, state } = await sellWith({ kind: "duplicate" });
  expect(seen).toMatchObject({ status: 400, end: "complete" });
  expect(bodyOf(seen)).toMatchObject({ errorType: "DUPLICATE_RECORD" });
  expect(state).toBe("open");
});

test("slowHeaders: nothing comes for a while", async () => {
  const { seen, state } = await sellWith({ kind: "slowHeaders", delayMs: 60_000 }, NEVER_MS);
  expect({ seen, state }).toEqual({ seen: { text: "", end: "none in time" }, state: "open" });
});

test("slowHeaders: then the whole answer", async () => {
  const { seen } = await sellWith({ kind: "slowHeaders", delayMs: 50 });
  expect(seen).toMatchObject({ status: 201, end: "complete" });
});

test("slowBody: the head and half the body come, the rest not for a while", async () => {
  const { seen, state } = await sellWith({ kind: "slowBody", delayMs: 60_000 }, NEVER_MS);
  expect({ seen, state }).toMatchObject({ seen: { status: 201, end: "none in time" }, state: "open" });
  expect(seen.text).not.toBe("");
  expect(bodyOf(seen)).toEqual({});
});

test("slowBody: then the rest", async () => {
  const { seen } = await sellWith({ kind: "slowBody", delayMs: 50 });
  expect(seen.end).toBe("complete");
  expect(bodyOf(seen)).toMatchObject({ id: ID });
});

test("truncatedBody: the connection ends in the middle", async () => {
  const { seen, state } = await sellWith({ kind: "truncatedBody" });
  expect({ seen, state }).toMatchObject({ seen: { status: 201, end: "ECONNRESET" }, state: "open" });
  expect(seen.text).not.toBe("");
  expect(bodyOf(seen)).toEqual({});
});

test("wrongContentType: the right body under a wrong name", async () => {
  const { seen } = await sellWith({ kind: "wrongContentType", contentType: "text/html" });
  expect(seen).toMatchObject({ status: 201, contentType: "text/html", end: "complete" });
  expect(bodyOf(seen)).toMatchObject({ id: ID });
});

test("notJson: the right name over a wrong body", async () => {
  const { seen, state } = await sellWith({ kind: "notJson" });
  expect(seen).toMatchObject({ status: 201, contentType: "application/json", end: "complete" });
  expect(parseJson(seen.text)).toBeUndefined();
  expect(state).toBe("open");
});

test("emptyBody: a status alone", async () => {
  const { seen, state } = await sellWith({ kind: "emptyBody" });
  expect({ seen, state }).toMatchObject({ seen: { status: 201, text: "", end: "complete" }, state: "open" });
});

test("wrongId: another message's id, and everything else right", async () => {
  const { seen, state } = await sellWith({ kind: "wrongId" });
  expect(seen.status).toBe(201);
  expect(bodyOf(seen)["id"]).not.toBe(ID);
  expect(at(bodyOf(seen), "voucher.code")).toEqual(expect.any(String));
  expect(state).toBe("open");
});

describe("status", () => {
  test.each([500, 502, 503, 504, 429])("%d, not processed: a gateway's answer", async (status) => {
    const { seen, state } = await sellWith({ kind: "status", status, processed: false });
    expect(seen).toMatchObject({ status, contentType: "text/html", end: "complete" });
    expect(state).toBeUndefined();
  });

  test("with Retry-After, after processing", async () => {
    const met = await sellWith({ kind: "status", status: 429, processed: true, retryAfterSeconds: 7 });
    expect(met).toMatchObject({ seen: { status: 429, retryAfter: "7" }, state: "open" });
  });

  test("204, which has no body", async () => {
    const { seen } = await sellWith({ kind: "status", status: 204, processed: false });
    expect(seen).toMatchObject({ status: 204, text: "", end: "complete" });
  });
});

describe("error: any error type with any status", () => {
  test.each([
    [400, "UPSTREAM_UNAVAILABLE"],
    [404, "VOUCHER_STATUS_UNKNOWN"],
    [401, "AUTHENTICATION_ERROR"],
    [500, "SOMETHING_NEW"],
  ])("%d %s", async (status, errorType) => {
    const { seen, state } = await sellWith({ kind: "error", status, errorType, processed: false });
    expect(seen.status).toBe(status);
    expect(bodyOf(seen)).toMatchObject({ id: ID, errorType });
    expect(bodyOf(seen)).not.toHaveProperty("originalId");
    expect(state).toBeUndefined();
  });

  test("to an advice: with the id of the original request", async () => {
    simulator.addFault({ fault: { kind: "error", status: 500, errorType: "GENERAL_ERROR", processed: true } });
    const answer = await tillAt(simulator.url).post("/vouchers/confirmations", confirmation(uuid(11), ID));
    expect(answer.body).toMatchObject({ id: uuid(11), originalId: ID });
  });
});

describe("refused: nobody listens for a while", () => {
  test("the connection breaks, new ones are refused, then all is as before", async () => {
    const first = await sellWith({ kind: "refused", forMs: 300 });
    expect(first).toEqual({ seen: { text: "", end: "ECONNRESET" }, state: undefined });
    await until(async () => (await sell()).end === "ECONNREFUSED");
    await until(async () => (await sell()).end === "complete");
    expect(stateOf(ID)).toBe("open");
  });

  test("idle connections break, too", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const keepSelling = (id: string): Promise<Seen> =>
      converse({ url: `${simulator.url}/vouchers`, user: USER, body: JSON.stringify(provision(id)), agent });
    expect((await keepSelling(uuid(2))).end).toBe("complete");
    expect((await simulator.resources()).connections).toBe(1);
    await sellWith({ kind: "refused", forMs: 60_000 });
    await until(async () => (await simulator.resources()).connections === 0);
    agent.destroy();
  });
});

describe("restart", () => {
  test("with its memory", async () => {
    await sell();
    simulator.addFault({ fault: { kind: "restart", memory: "kept", forMs: 20 } });
    expect((await sell()).end).toBe("ECONNRESET");
    await until(async () => (await sell()).status === 400);
    expect(stateOf(ID)).toBe("open");
  });

  test("without its memory", async () => {
    await sell();
    simulator.addFault({ fault: { kind: "restart", memory: "lost", forMs: 20 } });
    expect((await sell()).end).toBe("ECONNRESET");
    expect(stateOf(ID)).toBeUndefined();
    await until(async () => (await sell()).status === 201);
  });
});

test("likeTestServer: a crash of Electrum's test server", async () => {
  simulator.addFault({ fault: { kind: "likeTestServer" } });
  const { receiver: _, ...message } = provision(ID);
  const seen = await converse({ url: `${simulator.url}/vouchers`, user: USER, body: JSON.stringify(message) });
  expect(seen).toMatchObject({ status: 500, contentType: "text/plain" });
});

test("a rule finds the advices of a terminal and of a voucher, though they name neither", async () => {
  const till = tillAt(simulator.url);
  const { body } = await till.post("/vouchers", provision(ID));
  const voucherCode = textAt(body, "voucher.code");
  await till.post("/vouchers/confirmations", confirmation(uuid(11), ID));
  const fault: Fault = { kind: "status", status: 503, processed: false };
  simulator.setFaults({
    rules: [
      { when: { operation: "confirmVoucher", terminalId: "TILL0001" }, fault },
      { when: { operation: "reverseVoucher", voucherCode }, fault },
      { when: { operation: "lookupVoucher", requestId: ID }, fault },
      { when: { operation: "redeemVoucher", voucherCode }, fault },
    ],
  });
  const answers = [
    await till.post("/vouchers/confirmations", confirmation(uuid(11), ID)),
    await till.post("/vouchers/reversals", reversal(uuid(12), ID)),
    await till.get(`/vouchers?provisionRequestId=${ID}`),
    await till.post("/redemptions", redemption(uuid(2), voucherCode)),
  ];
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
});

test("every fault that fired is counted and listed", async () => {
  await sellWith({ kind: "notJson" });
  await sellWith({ kind: "notJson" });
  await sellWith({ kind: "wrongId" });
  const { fired, matched } = simulator.faults();
  expect(fired).toMatchObject({
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
