import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import { commitEach, newIds, pastSale, queuedSale } from "../backlog.ts";
import { withOutbox } from "../files.ts";
import { interleave, perSecond, quantile } from "../rounds.ts";
import { type Effort, milliseconds, type Row, rate } from "../row.ts";
import { drain, FAR_MS, prepared } from "./drain.ts";

const SMALL = 1_000;
const CLAIMS = 50;

/** Each is done in no time, so that more rounds can take turns on a disk that is never the same for long. */
const TURNS = 4;

/** 8: neither a backlog nor a history makes the forwarder slower. */
export const growth = async (effort: Effort): Promise<readonly Row[]> => [
  ...(await pending(effort)),
  await finished(effort),
];

/** The same number is drained from a backlog of no more, which is filled again, from a long one and from the longest. */
async function pending({ rounds, middle, large }: Effort): Promise<readonly Row[]> {
  const turns = rounds * TURNS;
  const drained = SMALL * (turns + 1);
  const figures = await withOutbox((longest, _longest, longestPath) =>
    withOutbox((long, _long, longPath) =>
      withOutbox(async (short, _short, shortPath) => {
        const queues = {
          longest: await filled(longestPath, large + drained),
          long: await filled(longPath, middle + drained),
          short: await filled(shortPath, SMALL),
        };
        return interleave(
          {
            longest: () => drainOldest(longest, queues.longest),
            long: () => drainOldest(long, queues.long),
            short: async () => {
              const figure = await drainOldest(short, queues.short);
              queues.short = await filled(shortPath, SMALL);
              return figure;
            },
          },
          turns,
        );
      }),
    ),
  );
  const row = (size: number, figure: number): Row => ({
    number: 8,
    measure: `drain at ${amount(size)} pending`,
    ours: rate(figure),
    denominator: `at ${amount(SMALL)} pending: ${rate(figures.short)}`,
    ratio: figure / figures.short,
    expected: { atLeast: 0.9 },
  });
  return [row(middle, figures.long), row(large, figures.longest)];
}

/** Fills the file, through an outbox of its own, which puts in order what it leaves behind; gives the ids, oldest first. */
async function filled(path: string, size: number): Promise<Uuid[]> {
  const outbox = openSqliteOutbox({ path })._unsafeUnwrap();
  const ids = [...newIds(size)];
  await commitEach(outbox, ids, queuedSale);
  (await outbox.close())._unsafeUnwrap();
  return ids;
}

function drainOldest(outbox: SqliteOutbox, queue: Uuid[]): Promise<number> {
  const oldest = queue.splice(0, SMALL);
  const acknowledged = prepared(oldest);
  return perSecond(oldest.length, async () => void (await drain(outbox, oldest.length, acknowledged)));
}

async function finished({ rounds, large }: Effort): Promise<Row> {
  const figures = await withOutbox((withHistory) =>
    withOutbox(async (without) => {
      await commitEach(withHistory, newIds(large), pastSale);
      const turns = rounds * TURNS;
      for (const outbox of [withHistory, without]) await commitEach(outbox, newIds(CLAIMS + SMALL), queuedSale);
      return interleave({ withHistory: () => claimMs(withHistory), without: () => claimMs(without) }, turns);
    }),
  );
  return {
    number: 8,
    measure: `claim at ${amount(large)} finished`,
    ours: milliseconds(figures.withHistory),
    denominator: `at none: ${milliseconds(figures.without)}`,
    ratio: figures.withHistory / figures.without,
    expected: { atMost: 1.2 },
  };
}

/** How long it takes to claim one, in the median. */
async function claimMs(outbox: SqliteOutbox): Promise<number> {
  const figures: number[] = [];
  const worker = "bench";
  for (let claims = 0; claims < CLAIMS; claims += 1) {
    const now = Date.now() + 1;
    const startedMs = performance.now();
    const claimed = await outbox.claim({ worker, work: ["advice"], now, until: now + FAR_MS, limit: 1 });
    figures.push(performance.now() - startedMs);
    if (claimed._unsafeUnwrap().records.length === 0) throw new RangeError("there is enough to claim");
  }
  // The next ones are not to pass over what these have claimed.
  (await outbox.release({ worker }))._unsafeUnwrap();
  return quantile(figures, 0.5);
}

const amount = (count: number): string => count.toLocaleString("en");
