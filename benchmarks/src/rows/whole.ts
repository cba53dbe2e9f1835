import { fork } from "node:child_process";
import { once } from "node:events";
import { inFolder, withOutbox } from "../files.ts";
import { type HandWritten, handWritten } from "../hand-written.ts";
import { interleave, quantile } from "../rounds.ts";
import { type Effort, milliseconds, type Row, rate } from "../row.ts";
import type { Sold } from "../sold.ts";
import { electrumAt, sellThroughTill } from "../whole-sales.ts";
import { grouped, inline, sellByHand, sellByHandWithCare } from "../whole-sales-by-hand.ts";

/** 4, 5, 6 and 13: whole sales over HTTP, ours against the same parts by hand, and over one transport against the other. */
export async function wholeSales(effort: Effort): Promise<readonly Row[]> {
  const server = fork(new URL("../answering-server.ts", import.meta.url));
  const message: readonly unknown[] = await once(server, "message");
  const url = String(message[0]);
  try {
    return [...(await compare(url, 16, effort)), ...(await compare(url, 64, effort))];
  } finally {
    server.disconnect();
  }
}

async function compare(url: string, width: number, { rounds, sales }: Effort): Promise<readonly Row[]> {
  const count = sales * 8;
  const p99: Record<"ours" | "byHand", number[]> = { ours: [], byHand: [] };
  const note = (name: keyof typeof p99, { perSecond, latenciesMs }: Sold): number => {
    p99[name].push(quantile(latenciesMs, 0.99));
    return perSecond;
  };
  const { ours, lean, byHand, withCare, inlined } = await interleave(
    {
      ours: () =>
        withOutbox(async (outbox) => note("ours", await sellThroughTill(outbox, electrumAt(url, "ky"), count, width))),
      lean: () =>
        withOutbox(async (outbox) => (await sellThroughTill(outbox, electrumAt(url, "node"), count, width)).perSecond),
      byHand: () =>
        withHands(async (database) => note("byHand", await sellByHand(grouped(database), url, count, width))),
      withCare: () => withHands(async (database) => (await sellByHandWithCare(database, url, count, width)).perSecond),
      inlined: () => withHands(async (database) => (await sellByHand(inline(database), url, count, width)).perSecond),
    },
    rounds,
  );
  const measured = { number: 4, measure: `whole sales, ${width} in flight`, ours: rate(ours) };
  const against: readonly Row[] = [
    {
      ...measured,
      denominator: `by hand with ky, grouped commits: ${rate(byHand)}`,
      ratio: ours / byHand,
      expected: { atLeast: 0.8 },
    },
    { ...measured, denominator: `the same, with care: ${rate(withCare)}`, ratio: ours / withCare },
  ];
  if (width < 64) return against;
  // As of the rates, the first round is not counted.
  const [oursP99, byHandP99] = [quantile(p99.ours.slice(1), 0.5), quantile(p99.byHand.slice(1), 0.5)];
  return [
    ...against,
    {
      number: 5,
      measure: `whole sales, ${width} in flight`,
      ours: rate(ours),
      denominator: `by hand with ky, inline commits: ${rate(inlined)}`,
      ratio: ours / inlined,
      expected: { atLeast: 1.6 },
    },
    {
      number: 6,
      measure: `p99 of whole sales, ${width} in flight`,
      ours: milliseconds(oursP99),
      denominator: `by hand, grouped commits: ${milliseconds(byHandP99)}`,
      ratio: oursP99 / byHandP99,
      expected: { atMost: 1.5 },
    },
    {
      number: 13,
      measure: `whole sales over node:http, ${width} in flight`,
      ours: rate(lean),
      denominator: `over ky: ${rate(ours)}`,
      ratio: lean / ours,
      expected: { atLeast: 1.2 },
    },
  ];
}

const withHands = <Value>(work: (database: HandWritten) => Promise<Value>): Promise<Value> =>
  inFolder(async (folder) => {
    const database = handWritten(folder);
    try {
      return await work(database);
    } finally {
      database.close();
    }
  });
