import { fork } from "node:child_process";
import { once } from "node:events";
import { withTemporaryFolder, withOutbox } from "../files.ts";
import { type HandWrittenOutbox, openHandWrittenOutbox } from "../hand-written-outbox.ts";
import { interleave, quantile } from "../rounds.ts";
import { type Effort, formatMs, type BenchmarkRow, formatRate } from "../row.ts";
import type { SalesMeasurement } from "../sales-measurement.ts";
import { createElectrumAt, sellThroughTill } from "../whole-sales.ts";
import { createGroupedSave, createInlineSave, sellByHand, sellByHandWithCare } from "../whole-sales-by-hand.ts";

/** 4, 5, 6 and 13: whole sales over HTTP: ours compared with the same parts written by hand, and one transport with the other. */
export async function measureWholeSales(effort: Effort): Promise<readonly BenchmarkRow[]> {
  const server = fork(new URL("../stub-electrum.ts", import.meta.url));
  const message: readonly unknown[] = await once(server, "message");
  const url = String(message[0]);
  try {
    return [...(await compare(url, 16, effort)), ...(await compare(url, 64, effort))];
  } finally {
    server.disconnect();
  }
}

async function compare(url: string, concurrency: number, { rounds, sales }: Effort): Promise<readonly BenchmarkRow[]> {
  const count = sales * 8;
  const p99: Record<"ours" | "byHand", number[]> = { ours: [], byHand: [] };
  const recordLatency = (name: keyof typeof p99, { perSecond, latenciesMs }: SalesMeasurement): number => {
    p99[name].push(quantile(latenciesMs, 0.99));
    return perSecond;
  };
  const { ours, lean, byHand, withCare, inlined } = await interleave(
    {
      ours: () =>
        withOutbox(async (outbox) =>
          recordLatency("ours", await sellThroughTill(outbox, createElectrumAt(url, "ky"), count, concurrency)),
        ),
      lean: () =>
        withOutbox(
          async (outbox) =>
            (await sellThroughTill(outbox, createElectrumAt(url, "node"), count, concurrency)).perSecond,
        ),
      byHand: () =>
        withHandWrittenOutbox(async (database) =>
          recordLatency("byHand", await sellByHand(createGroupedSave(database), url, count, concurrency)),
        ),
      withCare: () =>
        withHandWrittenOutbox(
          async (database) => (await sellByHandWithCare(database, url, count, concurrency)).perSecond,
        ),
      inlined: () =>
        withHandWrittenOutbox(
          async (database) => (await sellByHand(createInlineSave(database), url, count, concurrency)).perSecond,
        ),
    },
    rounds,
  );
  return toRows(concurrency, { ours, lean, byHand, withCare, inlined }, p99);
}

function toRows(
  concurrency: number,
  {
    ours,
    lean,
    byHand,
    withCare,
    inlined,
  }: Readonly<Record<"ours" | "lean" | "byHand" | "withCare" | "inlined", number>>,
  p99: Readonly<Record<"ours" | "byHand", readonly number[]>>,
): readonly BenchmarkRow[] {
  const measured = { number: 4, measure: `whole sales, ${concurrency} in flight`, ours: formatRate(ours) };
  const against: readonly BenchmarkRow[] = [
    {
      ...measured,
      denominator: `by hand with ky, grouped commits: ${formatRate(byHand)}`,
      ratio: ours / byHand,
      expected: { atLeast: 0.8 },
    },
    { ...measured, denominator: `the same, with care: ${formatRate(withCare)}`, ratio: ours / withCare },
  ];
  if (concurrency < 64) return against;
  // As for the rates, the first round is not counted.
  const [oursP99, byHandP99] = [quantile(p99.ours.slice(1), 0.5), quantile(p99.byHand.slice(1), 0.5)];
  return [
    ...against,
    {
      number: 5,
      measure: `whole sales, ${concurrency} in flight`,
      ours: formatRate(ours),
      denominator: `by hand with ky, inline commits: ${formatRate(inlined)}`,
      ratio: ours / inlined,
      expected: { atLeast: 1.6 },
    },
    {
      number: 6,
      measure: `p99 of whole sales, ${concurrency} in flight`,
      ours: formatMs(oursP99),
      denominator: `by hand, grouped commits: ${formatMs(byHandP99)}`,
      ratio: oursP99 / byHandP99,
      expected: { atMost: 1.5 },
    },
    {
      number: 13,
      measure: `whole sales over node:http, ${concurrency} in flight`,
      ours: formatRate(lean),
      denominator: `over ky: ${formatRate(ours)}`,
      ratio: lean / ours,
      expected: { atLeast: 1.2 },
    },
  ];
}

const withHandWrittenOutbox = <Value>(work: (database: HandWrittenOutbox) => Promise<Value>): Promise<Value> =>
  withTemporaryFolder(async (folder) => {
    const database = openHandWrittenOutbox(folder);
    try {
      return await work(database);
    } finally {
      database.close();
    }
  });
