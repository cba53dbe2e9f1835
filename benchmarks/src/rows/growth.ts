import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import { commitEach, createIds, toPastSale, toQueuedSale } from "../backlog.ts";
import { withOutbox } from "../files.ts";
import { interleave, measurePerSecond, quantile } from "../rounds.ts";
import { type Effort, formatMs, type BenchmarkRow, formatRate } from "../row.ts";
import { drain, LEASE_MS, prepareChanges } from "./drain.ts";

const SMALL_BACKLOG = 1_000;
const CLAIMS = 50;

/** Each round is short, so that more rounds can alternate. The speed of a disk changes often. */
const TURNS = 4;

/** 8: neither a backlog nor a history makes the forwarder slower. */
export const measureGrowth = async (effort: Effort): Promise<readonly BenchmarkRow[]> => [
  ...(await measurePendingGrowth(effort)),
  await measureHistoryGrowth(effort),
];

/** The same number of advices is delivered from a backlog of just that size, which is filled again, from a long one and from the longest. */
async function measurePendingGrowth({ rounds, middle, large }: Effort): Promise<readonly BenchmarkRow[]> {
  const turns = rounds * TURNS;
  const drained = SMALL_BACKLOG * (turns + 1);
  const figures = await withOutbox((longest, _longest, longestPath) =>
    withOutbox((long, _long, longPath) =>
      withOutbox(async (short, _short, shortPath) => {
        const queues = {
          longest: await fillBacklog(longestPath, large + drained),
          long: await fillBacklog(longPath, middle + drained),
          short: await fillBacklog(shortPath, SMALL_BACKLOG),
        };
        return interleave(
          {
            longest: () => drainOldest(longest, queues.longest),
            long: () => drainOldest(long, queues.long),
            short: async () => {
              const figure = await drainOldest(short, queues.short);
              queues.short = await fillBacklog(shortPath, SMALL_BACKLOG);
              return figure;
            },
          },
          turns,
        );
      }),
    ),
  );
  const row = (size: number, figure: number): BenchmarkRow => ({
    number: 8,
    measure: `drain at ${amount(size)} pending`,
    ours: formatRate(figure),
    denominator: `at ${amount(SMALL_BACKLOG)} pending: ${formatRate(figures.short)}`,
    ratio: figure / figures.short,
    expected: { atLeast: 0.9 },
  });
  return [row(middle, figures.long), row(large, figures.longest)];
}

/** Fills the file through an outbox of its own, which is closed properly. Gives the ids, oldest first. */
async function fillBacklog(path: string, size: number): Promise<Uuid[]> {
  const outbox = openSqliteOutbox({ path })._unsafeUnwrap();
  const ids = [...createIds(size)];
  await commitEach(outbox, ids, toQueuedSale);
  (await outbox.close())._unsafeUnwrap();
  return ids;
}

function drainOldest(outbox: SqliteOutbox, queue: Uuid[]): Promise<number> {
  const oldest = queue.splice(0, SMALL_BACKLOG);
  const acknowledge = prepareChanges(oldest);
  return measurePerSecond(oldest.length, async () => void (await drain(outbox, oldest.length, acknowledge)));
}

async function measureHistoryGrowth({ rounds, large }: Effort): Promise<BenchmarkRow> {
  const figures = await withOutbox((withHistory) =>
    withOutbox(async (without) => {
      await commitEach(withHistory, createIds(large), toPastSale);
      const turns = rounds * TURNS;
      for (const outbox of [withHistory, without])
        await commitEach(outbox, createIds(CLAIMS + SMALL_BACKLOG), toQueuedSale);
      return interleave({ withHistory: () => claimMs(withHistory), without: () => claimMs(without) }, turns);
    }),
  );
  return {
    number: 8,
    measure: `claim at ${amount(large)} finished`,
    ours: formatMs(figures.withHistory),
    denominator: `at none: ${formatMs(figures.without)}`,
    ratio: figures.withHistory / figures.without,
    expected: { atMost: 1.2 },
  };
}

/** The median time to claim one record. */
async function claimMs(outbox: SqliteOutbox): Promise<number> {
  const figures: number[] = [];
  const worker = "bench";
  for (let claims = 0; claims < CLAIMS; claims += 1) {
    const now = Date.now() + 1;
    const startedMs = performance.now();
    const claimed = await outbox.claim({ worker, work: ["advice"], now, until: now + LEASE_MS, limit: 1 });
    figures.push(performance.now() - startedMs);
    if (claimed._unsafeUnwrap().records.length === 0) throw new RangeError("there is enough to claim");
  }
  // Released, so that the next claims need not skip these records.
  (await outbox.release({ worker }))._unsafeUnwrap();
  return quantile(figures, 0.5);
}

const amount = (count: number): string => count.toLocaleString("en");
