// 17 and 18: processes on one file hear of each other. A till waits; real processes beside it leave it work.
//
// 17   a confirmation that another process has stored, and that has no live owner: from the commit until the till sends it.
// 18   requests of a process that was killed: from their deadline until the till has taken the next step.
//
// Both are times that a till promises, and no comparison: what is expected is a bound in milliseconds.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Uuid } from "@electrum-vouchers/core";
import { startTill } from "@electrum-vouchers/runtime";
import { approvingElectrum } from "../approving-electrum.ts";
import { withOutbox } from "../files.ts";
import { quantile } from "../rounds.ts";
import { type BenchmarkRow, type Effort, formatMs } from "../row.ts";
import { samplePolicy } from "../sample.ts";

/** How much is left to the till in one round. */
const COMMITS = 20;
const REQUESTS = 20;

/** A till that takes nothing up is a bad figure, and no benchmark without an end. */
const MAX_WAIT_MS = 10_000;
const POLL_INTERVAL_MS = 10;

/** Far longer than a child takes. */
const MAX_CHILD_MS = 60_000;

export const measureProcesses = async ({ rounds }: Effort): Promise<readonly BenchmarkRow[]> => {
  const wakeUps: number[] = [];
  const takeovers: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    wakeUps.push(...(await delaysMs("commit", COMMITS)));
    takeovers.push(...(await delaysMs("crash", REQUESTS)));
  }
  const row = (number: number, measure: string, figures: readonly number[], atMost: number): BenchmarkRow => {
    const p99Ms = quantile(figures, 0.99);
    return {
      number,
      measure,
      ours: formatMs(p99Ms),
      denominator: `milliseconds, p99 of ${figures.length}; median ${formatMs(quantile(figures, 0.5))}`,
      ratio: p99Ms,
      expected: { atMost },
    };
  };
  return [
    row(17, "work without a live owner, committed by another process, until it is sent", wakeUps, 200),
    row(18, "request of a killed process, from its deadline until it is taken over", takeovers, 2_000),
  ];
};

/** How long the till takes for each piece of work that a process leaves it. */
const delaysMs = (mode: "commit" | "crash", count: number): Promise<readonly number[]> =>
  withOutbox(async (outbox, _counted, path) => {
    const takenAt = new Map<Uuid, number>();
    const till = await startTill({
      outbox,
      policy: samplePolicy,
      electrum: approvingElectrum,
      onEvent: ({ type, id, at }: { type: string; id?: Uuid; at: number }) => {
        // The first thing that the till does about it.
        if ((type === "sent" || type === "step") && id !== undefined && !takenAt.has(id)) takenAt.set(id, at);
      },
    });
    const left = await runChild(mode, path, count);
    const endMs = performance.now() + MAX_WAIT_MS;
    while (left.some(({ id }) => !takenAt.has(id)) && performance.now() < endMs) await sleep(POLL_INTERVAL_MS);
    await till.stop();
    return left.map(({ id, at }) => (takenAt.get(id) ?? Number.POSITIVE_INFINITY) - at);
  });

interface LeftWork {
  readonly id: Uuid;
  /** From when on it may be taken up. */
  readonly at: number;
}

async function runChild(mode: string, path: string, count: number): Promise<readonly LeftWork[]> {
  const script = join(import.meta.dirname, "../processes-child.ts");
  const child = spawn(process.execPath, [...process.execArgv, script, mode, path, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: MAX_CHILD_MS,
  });
  const left: LeftWork[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const [id = "", at] = line.split(" ");
    left.push({ id, at: Number(at) });
  });
  await Promise.all([once(lines, "close"), once(child, "close")]);
  if (left.length !== count) throw new RangeError(`${count} are to be left, and not ${left.length}`);
  return left;
}
