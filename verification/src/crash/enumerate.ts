import { join } from "node:path";
import { inFolder } from "../disk/folder.ts";
import { closed, opened } from "../disk/outbox.ts";
import type { Flow } from "./flow.ts";
import { type Aftermath, EMPTY, play, type Tamper } from "./play.ts";

/** What came of breaking a flow off wherever it can be. */
export interface Enumeration {
  readonly flow: string;
  /** At how many points a process can die. */
  readonly points: number;
  /** How often it died: at each point, for each aftermath. */
  readonly runs: number;
  readonly failures: readonly string[];
}

export interface Choice {
  readonly aftermaths: readonly Aftermath[];
  /** Whether to try this point with this aftermath. Default: each with each. */
  readonly chosen?: (point: number, aftermath: Aftermath) => boolean;
  /** Makes the outbox worse than it is, to see whether that is found. */
  readonly tamper?: Tamper;
}

/** Enough to see what they have in common. */
const MAX_FAILURES = 5;

/** Plays the flow once as it should be, then once for each point at which the till can die, until there is no further point. */
export const enumerate = (flow: Flow, { aftermaths, chosen = () => true, tamper }: Choice): Promise<Enumeration> =>
  inFolder(async (folder) => {
    await closed(opened(join(folder, EMPTY)));
    const failures: string[] = [];
    const unbroken = await play(flow, folder, { crashAt: 0, aftermath: "isGone", tamper });
    if (unbroken.ends.join() !== flow.ends.join()) failures.push(`unbroken: it ends ${unbroken.ends.join(", ")}`);
    failures.push(...unbroken.faults.map((fault) => `unbroken: ${fault}`));
    let [points, runs] = [0, 0];
    for (let isThere = true; isThere && failures.length < MAX_FAILURES; points += isThere ? 1 : 0) {
      const point = points + 1;
      const isBeyond = point > unbroken.points;
      for (const aftermath of aftermaths.filter((each) => isBeyond || chosen(point, each))) {
        const { diedAt, faults } = await play(flow, folder, { crashAt: point, aftermath, tamper });
        isThere = diedAt !== undefined;
        if (!isThere) break;
        runs += 1;
        failures.push(...faults.map((fault) => `killed at point ${point}, ${diedAt}, then ${aftermath}: ${fault}`));
      }
    }
    return { flow: flow.name, points, runs, failures };
  });
