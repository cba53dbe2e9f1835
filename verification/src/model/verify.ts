import { parseArgs } from "node:util";
import type { Report } from "../report.ts";
import type { Checked } from "./check.ts";
import { everyConfiguration, nameOf } from "./configuration.ts";
import { limits, limitsOf } from "./limits.ts";
import type { Limit } from "./system.ts";
import { checkOnThreads } from "./threads.ts";
import { inWords, traceOf } from "./trace.ts";

/**
 * Every reachable state of every configuration, or with `--only <text>` of those that bear it in their names. Prints each
 * configuration as it is done, and the shortest way to each limit of the protocol.
 */
export async function verifyModel(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options: { only: { type: "string", default: "" } } });
  const places = [...everyConfiguration.keys()].filter((place) => nameAt(place).includes(values.only));
  const failures: string[] = [];
  const shortest = new Map<Limit, string>();
  const total = { states: 0, transitions: 0 };

  console.log(columns("states", "transitions", "depth", "time", "configuration"));
  await checkOnThreads(places, THREADS, (place, checked, ms) => {
    const { states, transitions, depth } = checked;
    console.log(columns(states, transitions, depth, `${(ms / 1_000).toFixed(1)} s`, nameAt(place)));
    total.states += states;
    total.transitions += transitions;
    failures.push(...failuresOf(place, checked));
    for (const { limit, found } of checked.limits) {
      const trace = traceOf(found);
      if (trace.split("\n").length < (shortest.get(limit)?.split("\n").length ?? Number.POSITIVE_INFINITY))
        shortest.set(limit, trace);
    }
  });
  for (const [limit, trace] of shortest) console.log(`\nlimit: ${limits[limit]}\n\n${trace}`);
  return {
    check: "model",
    size: `${places.length} configurations, ${inMillions(total.states)} states, ${inMillions(total.transitions)} transitions`,
    faults: "every loss, delay, repeat, order, crash and class of answer",
    failures,
  };
}

/** As many as the machine is expected to have cores. */
const THREADS = 2;

const nameAt = (place: number): string => {
  const configuration = everyConfiguration[place];
  return configuration === undefined ? "" : nameOf(configuration);
};

function failuresOf(place: number, { violation, limits: reached }: Checked): readonly string[] {
  const configuration = everyConfiguration[place];
  if (configuration === undefined) return [];
  const expected = limitsOf(configuration);
  const missing = expected.filter((limit) => reached.every((each) => each.limit !== limit));
  const unexpected = reached.filter(({ limit }) => !expected.includes(limit));
  return [
    ...(violation === undefined ? [] : [inWords(nameOf(configuration), violation)]),
    ...(violation === undefined ? missing : []).map(
      (limit) => `${nameOf(configuration)}\nthe limit was not found: ${limits[limit]}`,
    ),
    ...unexpected.map(({ found }) => inWords(nameOf(configuration), found)),
  ];
}

const inMillions = (count: number): string => `${(count / 1_000_000).toFixed(1)}M`;

const columns = (...[states, transitions, depth, time, name]: readonly (string | number)[]): string =>
  `${[states, transitions, depth, time].map((each) => String(each).padStart(12)).join("")}   ${name}`;
