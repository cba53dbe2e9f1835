import { withOutbox } from "../files.ts";
import { perSecond, quantile } from "../rounds.ts";
import { type Effort, milliseconds, type Row, rate } from "../row.ts";
import { drain, fill } from "./drain.ts";

const SMALL = 1_000;
const CLAIMS = 50;

/** 8: neither a backlog nor a history makes the forwarder slower. */
export async function growth({ rounds, large }: Effort): Promise<readonly Row[]> {
  const pendingSmall = await withOutbox(async (outbox) => {
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await fill(outbox, SMALL);
      rates.push(await perSecond(SMALL, async () => void (await drain(outbox, SMALL))));
    }
    return quantile(rates, 0.5);
  });
  const pendingLarge = await withOutbox(async (outbox) => {
    await fill(outbox, large);
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      rates.push(await perSecond(SMALL, async () => void (await drain(outbox, SMALL))));
    }
    return quantile(rates, 0.5);
  });
  const claimNone = await withOutbox(async (outbox) => {
    await fill(outbox, SMALL);
    return claimMs(outbox);
  });
  const claimFinished = await withOutbox(async (outbox) => {
    await fill(outbox, large);
    await drain(outbox, large);
    await fill(outbox, SMALL);
    return claimMs(outbox);
  });
  const size = large.toLocaleString("en");
  return [
    {
      number: 8,
      measure: `drain at ${size} pending`,
      ours: rate(pendingLarge),
      denominator: `at ${SMALL.toLocaleString("en")} pending: ${rate(pendingSmall)}`,
      ratio: pendingLarge / pendingSmall,
      expected: { atLeast: 0.9 },
    },
    {
      number: 8,
      measure: `claim at ${size} finished`,
      ours: milliseconds(claimFinished),
      denominator: `at none: ${milliseconds(claimNone)}`,
      ratio: claimFinished / claimNone,
      expected: { atMost: 1.2 },
    },
  ];
}

/** How long it takes to claim one, in the median. */
async function claimMs(outbox: Parameters<typeof drain>[0]): Promise<number> {
  const figures: number[] = [];
  for (let claims = 0; claims < CLAIMS; claims += 1) {
    const now = Date.now() + 1;
    const startedMs = performance.now();
    const claimed = await outbox.claim({ worker: "bench", work: ["advice"], now, until: now + 60_000, limit: 1 });
    figures.push(performance.now() - startedMs);
    if (claimed._unsafeUnwrap().records.length === 0) throw new RangeError("there is enough to claim");
  }
  return quantile(figures, 0.5);
}
