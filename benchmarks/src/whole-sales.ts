import { randomUUID } from "node:crypto";
import { createElectrumHttp, type ElectrumHttpOptions } from "@electrum-vouchers/adapter-http";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change, Electrum } from "@electrum-vouchers/core/ports";
import { startTill, type Till } from "@electrum-vouchers/runtime";
import ky from "ky";
import type { HandWritten } from "./hand-written.ts";
import { inFlight } from "./in-flight.ts";
import { provisionRequest, rules } from "./sample.ts";

/** What whole sales took. */
export interface Sold {
  readonly perSecond: number;
  /** From the request to the acknowledged confirmation, of each sale. */
  readonly latenciesMs: readonly number[];
}

export const electrumAt = (url: string, transport: NonNullable<ElectrumHttpOptions["transport"]>): Electrum =>
  createElectrumHttp({ baseUrl: url, authorization: () => "Basic YmVuY2g6YmVuY2g=", transport })._unsafeUnwrap();

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

/**
 * The same by hand: two calls with the same client, three durable steps, rows of the same size, no more than that. It has what
 * nobody could leave out: a time limit, no redirects, no repeats by the client, and each state and what led to it as JSON. It goes
 * without what a careful engineer might still leave out: checking the request, a checksum, a cap on answers, the step between
 * approval and decision, reading a state back, and a queue that outlives the process.
 */
export async function sellByHand(
  save: (change: Change) => Promise<void>,
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
  return timed(count, width, async () => {
    const request = provisionRequest();
    const { id } = request;
    const at = Date.now();
    const start = { request, policy: rules, confirmationId: randomUUID(), reversalId: randomUUID(), at };
    const common = { id, kind: "provision", attention: false, at } as const;

    await save({
      ...common,
      expectedVersion: 0,
      state: "requesting",
      final: false,
      record: JSON.stringify({ state: "requesting", ...start }),
      entry: JSON.stringify({ start }),
      due: { at: at + 60_000, work: "replyDeadline", what: "reply" },
    });
    const answer = await client.post(`${url}/vouchers`, { json: request });
    const body = await answer.text();
    const approval: unknown = JSON.parse(body);
    const thirdPartyIdentifiers =
      typeof approval === "object" && approval !== null && "thirdPartyIdentifiers" in approval
        ? approval.thirdPartyIdentifiers
        : request.thirdPartyIdentifiers;
    const message = { id: start.confirmationId, requestId: id, time: new Date().toISOString(), thirdPartyIdentifiers };
    const advice = { ...message, tenders: [] };
    const decided = { ...start, approval, advice };

    await save({
      ...common,
      expectedVersion: 1,
      state: "confirming",
      final: false,
      record: JSON.stringify({ state: "confirming", ...decided }),
      entry: JSON.stringify({ status: answer.status, body, tenders: [] }),
      due: { at, work: "advice", what: "confirmVoucher" },
    });
    const acknowledgement = await client.post(`${url}/vouchers/confirmations`, { json: advice });
    const echo = await acknowledgement.text();

    await save({
      ...common,
      expectedVersion: 2,
      state: "confirmed",
      final: true,
      record: JSON.stringify({ state: "confirmed", ...decided }),
      entry: JSON.stringify({ status: acknowledgement.status, body: echo }),
    });
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
