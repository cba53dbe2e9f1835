import { createElectrumHttp } from "@electrum-vouchers/adapter-http";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { startTill, type Till } from "@electrum-vouchers/runtime";
import ky from "ky";
import type { HandWritten } from "./hand-written.ts";
import { inFlight } from "./in-flight.ts";
import { provisionRequest, rules, saleSteps } from "./sample.ts";

/** What whole sales took. */
export interface Sold {
  readonly perSecond: number;
  /** From the request to the acknowledged confirmation, of each sale. */
  readonly latenciesMs: readonly number[];
}

export const electrumAt = (url: string): Electrum =>
  createElectrumHttp({ baseUrl: url, authorization: () => "Basic YmVuY2g6YmVuY2g=" })._unsafeUnwrap();

/** Whole sales through the shipped runtime: sold, confirmed, and acknowledged. */
export async function sellThroughTill(
  outbox: SqliteOutbox,
  electrum: Electrum,
  count: number,
  width: number,
): Promise<Sold> {
  const waiting = new Map<Uuid, () => void>();
  const till = await startTill({
    electrum,
    outbox,
    policy: rules,
    forwarding: { inFlight: width },
    observe: (event) => {
      if (event.type === "step" && event.to === "confirmed") waiting.get(event.id)?.();
    },
  });
  const sold = await timed(count, width, () => sellOne(till, waiting));
  await till.stop();
  electrum.close();
  return sold;
}

async function sellOne(till: Till, waiting: Map<Uuid, () => void>): Promise<void> {
  const request = provisionRequest();
  const acknowledged = Promise.withResolvers<void>();
  waiting.set(request.id, acknowledged.resolve);
  const sale = (await till.provision(request))._unsafeUnwrap();
  (await till.confirm(sale.id, []))._unsafeUnwrap();
  await acknowledged.promise;
  waiting.delete(request.id);
}

/** The same by hand: two calls with the same client, three durable steps, no more than that. */
export async function sellByHand(
  save: (change: ReturnType<typeof saleSteps>[number]) => Promise<void>,
  url: string,
  count: number,
  width: number,
): Promise<Sold> {
  const client = ky.create({
    retry: 0,
    timeout: 60_000,
    throwHttpErrors: false,
    redirect: "manual",
    headers: { authorization: "Basic YmVuY2g6YmVuY2g=", accept: "application/json" },
  });
  const prepared = Array.from({ length: count }, saleSteps);
  return timed(count, width, async () => {
    const [requesting, , confirming, confirmed] = prepared.pop() ?? saleSteps();
    await save(requesting);
    const response = await client.post(`${url}/vouchers`, { json: provisionRequest() });
    JSON.parse(await response.text());
    await save({ ...confirming, expectedVersion: 1 });
    const advice = { id: requesting.id, requestId: requesting.id, time: new Date().toISOString(), tenders: [] };
    await (await client.post(`${url}/vouchers/confirmations`, { json: advice })).text();
    await save({ ...confirmed, expectedVersion: 2 });
  });
}

async function timed(count: number, width: number, work: () => Promise<void>): Promise<Sold> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  await inFlight(count, width, async () => {
    const beganMs = performance.now();
    await work();
    latenciesMs.push(performance.now() - beganMs);
  });
  return { perSecond: (count * 1000) / (performance.now() - startedMs), latenciesMs };
}

/** One commit for all saves of one turn of the event loop. */
export function grouped(database: HandWritten): Parameters<typeof sellByHand>[0] {
  let waiting: { change: Parameters<HandWritten["save"]>[0]; settle: () => void }[] = [];
  return (change) =>
    new Promise((settle) => {
      waiting.push({ change, settle });
      if (waiting.length > 1) return;
      setImmediate(() => {
        const together = waiting;
        waiting = [];
        database.saveAll(together.map((each) => each.change));
        for (const each of together) each.settle();
      });
    });
}

export const inline =
  (database: HandWritten): Parameters<typeof sellByHand>[0] =>
  async (change) =>
    database.save(change);
