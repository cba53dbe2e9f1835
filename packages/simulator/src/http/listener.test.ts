import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { waitUntil } from "../../test/stop-and-check.ts";
import { provision, USER, uuid } from "../../test/messages.ts";
import { createHttpTill } from "../../test/http-till.ts";
import { sendOverWire, sendRaw } from "../../test/wire.ts";
import { listen, type Listener } from "./listener.ts";
import { type Simulator, startSimulator } from "./simulator.ts";
import { createTimers } from "./timers.ts";

const open: (Simulator | { readonly stop: () => Promise<void> })[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

async function startForTest(): Promise<{ readonly simulator: Simulator; readonly port: number }> {
  const simulator = await startSimulator();
  open.push(simulator);
  return { simulator, port: Number(new URL(simulator.url).port) };
}

/** Checks that it still serves a sale. */
const expectStillServes = async ({ url }: Simulator): Promise<void> => {
  expect((await createHttpTill(url).post("/vouchers", provision(uuid(1)))).status).toBe(201);
};

test("garbage on the socket gets a 400, or its connection is closed", async () => {
  const { simulator, port } = await startForTest();
  const garbage = [
    ["\r\n\r\n\r\n"],
    ["GET\r\n\r\n"],
    ["POST /suv/v1/vouchers HTTP/9.9\r\n\r\n"],
    ["POST /suv/v1/vouchers HTTP/1.1\r\nhost: x\r\ncontent-length: abc\r\n\r\n"],
    ["POST /suv/v1/vouchers HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nhello"],
    ["POST /suv/v1/vouchers HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"],
    ["\u0016\u0003\u0001\u0002\u0000\u0001"],
    ...Array.from({ length: 20 }, () => [randomBytes(500), "\r\n\r\n"]),
  ];
  for (const each of garbage) expect(await sendRaw(port, each, "close")).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  await expectStillServes(simulator);
});

test("CONNECT and an upgrade are refused", async () => {
  const { simulator, port } = await startForTest();
  expect(await sendRaw(port, ["CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n"])).toBe("");
  const upgrade =
    "GET /suv/v1/vouchers HTTP/1.1\r\nhost: x\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n\r\n";
  expect(await sendRaw(port, [upgrade])).toMatch(/^HTTP\/1\.1 400 /);
  await expectStillServes(simulator);
});

test("headers over the limit get a 431", async () => {
  const { simulator, port } = await startForTest();
  const head = `POST /suv/v1/vouchers HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`;
  expect(await sendRaw(port, [head])).toMatch(/^HTTP\/1\.1 431 /);
  await expectStillServes(simulator);
});

test("a body over the limit gets a 413, and is not read to its end", async () => {
  const { simulator, port } = await startForTest();
  const head = `POST /suv/v1/vouchers HTTP/1.1\r\nhost: x\r\ncontent-length: ${2 ** 40}\r\n\r\n`;
  expect(await sendRaw(port, [head, "x".repeat(300_000)])).toMatch(/^HTTP\/1\.1 413 /);
  await expectStillServes(simulator);
});

test("a truncated body is not processed", async () => {
  const { simulator, port } = await startForTest();
  const body = JSON.stringify(provision(uuid(1)));
  const head = `POST /suv/v1/vouchers HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${btoa(`${USER}:x`)}\r\n`;
  const sender = sendRaw(port, [`${head}content-length: ${body.length + 1}\r\n\r\n${body}`]);
  await simulator.stop();
  await sender;
  expect(simulator.world().transactions.size).toBe(0);
});

test("a sender that is too slow with its headers or its body is cut off", async () => {
  const timers = createTimers();
  let served = 0;
  const listener: Listener = await listen({
    host: "127.0.0.1",
    port: 0,
    timers,
    timeouts: { headMs: 50, requestMs: 50, checkMs: 10 },
    onRequest: () => {
      served += 1;
    },
  });
  open.push({ stop: () => listener.close() });
  expect(await sendRaw(listener.port, ["POST / HTTP/1.1\r\nhost"])).toMatch(/^HTTP\/1\.1 408 /);
  expect(await sendRaw(listener.port, ["POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhe"])).toMatch(
    /^(HTTP\/1\.1 408 |$)/,
  );
  expect(served).toBe(1);
  expect(await listener.connections()).toBe(0);
});

test("after an outage it comes back on the same port, once another process has released that", async () => {
  const { simulator, port } = await startForTest();
  simulator.restart({ durationMs: 50 });
  let taken: Listener | undefined;
  while (taken === undefined) {
    taken = await listen({ host: "127.0.0.1", port, timers: createTimers(), onRequest: () => undefined }).catch(
      () => undefined,
    );
  }
  await new Promise((resolve) => void setTimeout(resolve, 120));
  await taken.close();
  const sell = () =>
    sendOverWire({ url: `${simulator.url}/vouchers`, user: USER, body: JSON.stringify(provision(uuid(1))) });
  await waitUntil(async () => (await sell()).ending !== "ECONNREFUSED");
  expect((await sell()).ending).toBe("complete");
});
