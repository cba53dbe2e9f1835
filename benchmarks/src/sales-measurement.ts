import { runConcurrently } from "./run-concurrently.ts";

/** The times of whole sales. */
export interface SalesMeasurement {
  readonly perSecond: number;
  /** For each sale, the time from the request to the acknowledged confirmation. */
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
