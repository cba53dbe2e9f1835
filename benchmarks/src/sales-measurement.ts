import { runConcurrently } from "./run-concurrently.ts";

/** What whole sales took. */
export interface SalesMeasurement {
  readonly perSecond: number;
  /** From the request to the acknowledged confirmation, of each sale. */
  readonly latenciesMs: readonly number[];
}

export async function measureSales(
  count: number,
  concurrency: number,
  work: () => Promise<void>,
): Promise<SalesMeasurement> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  await runConcurrently(count, concurrency, async () => {
    const beganMs = performance.now();
    await work();
    latenciesMs.push(performance.now() - beganMs);
  });
  return { perSecond: (count * 1000) / (performance.now() - startedMs), latenciesMs };
}
