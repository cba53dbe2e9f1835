import { createElectrumHttp, type ElectrumHttpOptions } from "@electrum-vouchers/adapter-http";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { startTill, type Till } from "@electrum-vouchers/runtime";
import { createProvisionRequest, samplePolicy } from "./sample.ts";
import { type SalesMeasurement, measureSales } from "./sales-measurement.ts";

export const createElectrumAt = (url: string, transport: NonNullable<ElectrumHttpOptions["transport"]>): Electrum =>
  createElectrumHttp({ baseUrl: url, authorization: () => "Basic YmVuY2g6YmVuY2g=", transport })._unsafeUnwrap();

/** Whole sales through the shipped runtime: sold, confirmed, and acknowledged. */
export async function sellThroughTill(
  outbox: SqliteOutbox,
  electrum: Electrum,
  count: number,
  concurrency: number,
): Promise<SalesMeasurement> {
  const waiting = new Map<Uuid, () => void>();
  const till = await startTill({
    electrum,
    outbox,
    policy: samplePolicy,
    forwarding: { concurrency },
    onEvent: (event) => {
      if (event.type === "step" && event.to === "confirmed") waiting.get(event.id)?.();
    },
  });
  const measurement = await measureSales(count, concurrency, () => sellOne(till, waiting));
  await till.stop();
  electrum.close();
  return measurement;
}

async function sellOne(till: Till, waiting: Map<Uuid, () => void>): Promise<void> {
  const request = createProvisionRequest();
  const acknowledged = Promise.withResolvers<void>();
  waiting.set(request.id, acknowledged.resolve);
  const sale = (await till.provision(request))._unsafeUnwrap();
  (await till.confirm(sale.id, []))._unsafeUnwrap();
  await acknowledged.promise;
  waiting.delete(request.id);
}
