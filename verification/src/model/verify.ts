import { parseArgs } from "node:util";
import type { Report } from "../report.ts";
import { everyConfiguration, nameOf } from "./configuration.ts";
import { defects } from "./defects/defects.ts";
import { verifyDefects } from "./defects/verify.ts";
import { type Limit, limits, limitsOf } from "./judgement/limits.ts";
import type { Exploration } from "./search/explore.ts";
import { inWords, traceOf } from "./search/trace.ts";
import { exploreOnThreads } from "./threads.ts";

/**
 * Every reachable state of every configuration, or with `--only <text>` of those that bear it in their names; and whether
 * deliberate defects are caught. Prints each configuration as it is done, and the shortest way to each limit of the protocol.
 */
export async function verifyModel(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options: { only: { type: "string", default: "" } } });
  const configurations = everyConfiguration.filter((configuration) => nameOf(configuration).includes(values.only));
  const failures: string[] = [];
  const shortest = new Map<Limit, string>();
  const total = { states: 0, transitions: 0 };

  console.log(columns("states", "transitions", "depth", "time", "configuration"));
  await exploreOnThreads(configurations, THREADS, (configuration, exploration, ms) => {
    const { states, transitions, depth } = exploration;
    const name = nameOf(configuration);
    console.log(columns(states, transitions, depth, `${(ms / 1_000).toFixed(1)} s`, name));
    total.states += states;
    total.transitions += transitions;
    failures.push(...failuresOf(name, exploration, limitsOf(configuration)));
    for (const { limit, found } of exploration.limits) {
      const trace = `${name}\n\n${traceOf(found)}`;
      if (linesOf(trace) < linesOf(shortest.get(limit) ?? endless)) shortest.set(limit, trace);
    }
  });
  failures.push(...(await verifyDefects(THREADS)));
  for (const [limit, trace] of shortest) console.log(`\nlimit: ${limits[limit]}\n${trace}`);
  return {
    check: "model",
    size: `${configurations.length} configurations, ${inMillions(total.states)} states, ${inMillions(total.transitions)} transitions`,
    faults: `every loss, delay, repeat, order, crash and class of answer; ${defects.length} defects caught`,
    failures,
  };
}

/** As many as the machine is expected to have cores. */
const THREADS = 2;

function failuresOf(
  name: string,
  { violation, limits: reached }: Exploration,
  expected: readonly Limit[],
): readonly string[] {
  if (violation !== undefined) return [inWords(name, violation)];
  const missing = expected.filter((limit) => reached.every((each) => each.limit !== limit));
  const unexpected = reached.filter(({ limit }) => !expected.includes(limit));
  return [
    ...missing.map((limit) => `${name}\nthe limit was not found: ${limits[limit]}`),
    ...unexpected.map(({ found }) => inWords(name, found)),
  ];
}

const linesOf = (text: string): number => text.split("\n").length;

/** Longer than any trace. */
const endless = "\n".repeat(1_000);

const inMillions = (count: number): string => `${(count / 1_000_000).toFixed(1)}M`;

const columns = (...[states, transitions, depth, time, name]: readonly (string | number)[]): string =>
  `${[states, transitions, depth, time].map((each) => String(each).padStart(12)).join("")}   ${name}`;
