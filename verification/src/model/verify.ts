import { parseArgs } from "node:util";
import type { Report } from "../report.ts";
import { hasFields, onThreads } from "../threads.ts";
import { everyConfiguration, nameOf } from "./configuration.ts";
import { defects } from "./defects/defects.ts";
import { verifyDefects } from "./defects/verify.ts";
import { type Limit, limits, limitsOf } from "./judgement/limits.ts";
import { verifyEvidence } from "./essence/verify.ts";
import type { Exploration, Found } from "./search/explore.ts";
import { inWords, traceOf } from "./search/trace.ts";

/** Explores one configuration after the other. */
const script = new URL("worker.ts", import.meta.url);

const isExploration = (message: unknown): message is Exploration => hasFields(message, "states", "transitions");

/**
 * Every reachable state of every configuration, or with `--only <text>` of those that bear it in their names; whether what is left
 * out of a state decides nothing; and whether deliberate defects are caught. Prints each configuration as it is done, and the
 * shortest way to each limit of the protocol.
 */
export async function verifyModel(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options: { only: { type: "string", default: "" } } });
  const configurations = everyConfiguration.filter((configuration) => nameOf(configuration).includes(values.only));
  const failures: string[] = configurations.length === 0 ? [`no configuration has "${values.only}" in its name`] : [];
  const shortest = new Map<Limit, { readonly name: string; readonly found: Found }>();
  const total = { states: 0, transitions: 0 };

  console.log(columns("states", "transitions", "depth", "time", "configuration"));
  await onThreads({
    script,
    jobs: configurations,
    isResult: isExploration,
    done: (configuration, exploration, ms) => {
      const { states, transitions, depth } = exploration;
      const name = nameOf(configuration);
      console.log(columns(states, transitions, depth, `${(ms / 1_000).toFixed(1)} s`, name));
      total.states += states;
      total.transitions += transitions;
      failures.push(...failuresOf(name, exploration, limitsOf(configuration)));
      for (const { limit, found } of exploration.limits) {
        const known = shortest.get(limit);
        if (known === undefined || found.trace.length < known.found.trace.length) shortest.set(limit, { name, found });
      }
    },
  });
  for (const [limit, { name, found }] of shortest) {
    console.log(`\nlimit: ${limits[limit]}\n${name}\n\n${traceOf(found)}`);
  }
  const missed = await verifyDefects();
  failures.push(...missed, ...(await verifyEvidence()));
  return {
    check: "model",
    size: `${configurations.length} configurations, ${inMillions(total.states)} states, ${inMillions(total.transitions)} transitions`,
    faults: `every loss, delay, repeat, order, crash and class of answer; ${defects.length - missed.length} of ${defects.length} defects caught`,
    failures,
  };
}

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

const inMillions = (count: number): string => `${(count / 1_000_000).toFixed(1)}M`;

const columns = (...[states, transitions, depth, time, name]: readonly (string | number)[]): string =>
  `${[states, transitions, depth, time].map((each) => String(each).padStart(12)).join("")}   ${name}`;
