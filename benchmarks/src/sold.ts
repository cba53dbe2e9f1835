import { inFlight } from "./in-flight.ts";

/** What whole sales took. */
export interface Sold {
  readonly perSecond: number;
  /** From the request to the acknowledged confirmation, of each sale. */
  readonly latenciesMs: readonly number[];
}

export async function timed(count: number, width: number, work: () => Promise<void>): Promise<Sold> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  await inFlight(count, width, async () => {
    const beganMs = performance.now();
    await work();
    latenciesMs.push(performance.now() - beganMs);
  });
  return { perSecond: (count * 1000) / (performance.now() - startedMs), latenciesMs };
}
