import { Agent } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { waitUntil } from "../../test/stop-and-check.ts";
import { advice, confirmation, provision, redemption, reversal, USER, uuid } from "../../test/messages.ts";
import { toTestResponse, valueAt } from "../../test/http-till.ts";
import { sendOverWire, type WireResponse } from "../../test/wire.ts";
import { faultKinds } from "../faults/fault.ts";
import type { FaultPlan } from "../faults/plan.ts";
import { computeBalance } from "../switch/balance.ts";
import { providerNames } from "../switch/provider-profiles.ts";
import { lengthOf } from "../switch/queue.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

const REQUESTS = 10_000;
const IN_FLIGHT = 64;

/** A time-out so short that every fault is noticed. */
const TIMEOUT_MS = 200;

/** One request in five has a fault: all kinds equally often, except those that reset every connection. */
const faults: FaultPlan = {
  random: {
    seed: 20_261_121,
    delayMs: 20,
    rates: Object.fromEntries(
      faultKinds.map((kind) => [kind, kind === "refused" || kind === "restart" ? 0.001 : 0.2 / faultKinds.length]),
    ),
  },
};

/** A client that sells and redeems, confirms and reverses, whatever faults it gets. */
async function trade(simulator: Simulator, requests: number, firstId: number): Promise<Traffic> {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  let sent = 0;
  let answered = 0;
  let nextId = firstId;
  const newId = (): string => uuid((nextId += 1));
  const send = async (method: "GET" | "POST", path: string, message?: object): Promise<WireResponse> => {
    const body = message === undefined ? {} : { body: JSON.stringify(message) };
    const url = `${simulator.url}${path}`;
    const seen = await sendOverWire({ method, url, user: USER, timeoutMs: TIMEOUT_MS, agent, ...body });
    if (seen.ending !== "ECONNREFUSED") sent += 1;
    if (seen.ending === "complete") answered += 1;
    return seen;
  };
  const serveCustomer = async (): Promise<void> => {
    const id = newId();
    const sale = provision(id);
    const attempts = [await send("POST", "/vouchers", sale)];
    if (attempts[0]?.status !== 201) attempts.push(await send("POST", `/vouchers/${id}/retry`, sale));
    const codes = attempts.map(({ status = 0, text }) => valueAt(toTestResponse(status, text).body, "voucher.code"));
    const code = codes.find((each) => typeof each === "string");
    if (typeof code !== "string" || nextId % 7 === 0) {
      await send("POST", "/vouchers/reversals", reversal(newId(), id));
      return;
    }
    await send("POST", "/vouchers/confirmations", confirmation(newId(), id));
    await send("GET", `/vouchers?voucherCode=${code}`);
    const redeeming = newId();
    const redeemed = await send("POST", "/redemptions", redemption(redeeming, code));
    if (redeemed.status === 201) await send("POST", "/redemptions/confirmations", advice(newId(), redeeming));
    else await send("POST", "/redemptions/reversals", reversal(newId(), redeeming));
  };
  const till = async (): Promise<void> => {
    while (sent < requests) await serveCustomer();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, till));
  agent.destroy();
  return { sent, answered };
}

interface Traffic {
  /** How many requests could connect. */
  readonly sent: number;
  /** How many got a complete response. */
  readonly answered: number;
}

const isQuiet = async (simulator: Simulator): Promise<boolean> => {
  const { connections, timers } = await simulator.resources();
  const queued = providerNames.map((name) => lengthOf(simulator.world().providers[name].queue));
  return connections === 0 && timers === 0 && queued.every((length) => length === 0);
};

/** The memory in use after a garbage collection. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (!isAction(collect)) throw new Error("there is no way to collect the garbage");
  collect();
  return process.memoryUsage().heapUsed;
}

const isAction = (value: unknown): value is () => void => typeof value === "function";

const MEGABYTE = 2 ** 20;

test(`${REQUESTS} requests, ${IN_FLIGHT} in flight, one in five with a fault: the ledger balances, and nothing is left behind`, {
  timeout: 120_000,
}, async () => {
  const simulator = await startSimulator({ faults, forwardRepeatMs: 5 });
  // After this, everything that is allocated only once is allocated.
  await trade(simulator, REQUESTS / 5, 0);
  await waitUntil(() => isQuiet(simulator));
  simulator.reset();
  const before = heapInUse();

  const { sent, answered } = await trade(simulator, REQUESTS, REQUESTS * 10);
  await waitUntil(() => isQuiet(simulator));

  const { issued, open, confirmed, redeemed, refunded, reversed, discrepancies } = computeBalance(simulator.world());
  expect(discrepancies).toEqual([]);
  expect(open + confirmed + redeemed + refunded + reversed).toBe(issued);
  for (const count of [open, confirmed, redeemed, reversed]) expect(count).toBeGreaterThan(0);

  const { injected } = simulator.faults();
  expect(Object.keys(injected.byKind).toSorted()).toEqual(faultKinds.toSorted());
  expect(Object.values(injected.byKind).reduce((sum, each) => sum + each, 0)).toBe(injected.total);
  // A request whose connection was reset in an outage may be in the request log or not.
  const logged = simulator.requests();
  expect(logged.total).toBeGreaterThanOrEqual(answered);
  expect(logged.total).toBeLessThanOrEqual(sent);
  expect(logged.latest).toHaveLength(1_000);

  simulator.reset();
  expect(heapInUse() - before).toBeLessThan(10 * MEGABYTE);
  await simulator.stop();
  expect(await simulator.resources()).toEqual({ connections: 0, timers: 0 });
});
