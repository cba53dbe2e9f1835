import { parseArgs } from "node:util";
import type { Report } from "../report.ts";
import { hasFields, runInWorkers } from "../workers.ts";
import { everyConfiguration, configurationName } from "./configuration.ts";
import { defects } from "./defects/defects.ts";
import { verifyDefects } from "./defects/verify.ts";
import { type ProtocolLimit, limits, expectedLimits } from "./properties/limits.ts";
import { verifyAbstraction } from "./abstraction/verify.ts";
import type { Exploration, Counterexample } from "./search/explore.ts";
import { formatCounterexample, formatTrace } from "./search/trace.ts";

/** Explores one configuration after the other. */
const script = new URL("worker.ts", import.meta.url);

const isExploration = (message: unknown): message is Exploration => hasFields(message, "states", "transitions");

/**
 * Explores every reachable state of every configuration, or with `--only <text>` of those with this text in their names. Shows
 * that what is left out of a state decides nothing, and that planted defects are caught. Prints each configuration as it is done,
 * and the shortest trace to each limit of the protocol.
 */
export async function verifyModel(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options: { only: { type: "string", default: "" } } });
  const configurations = everyConfiguration.filter((configuration) =>
    configurationName(configuration).includes(values.only),
  );
  const failures: string[] = configurations.length === 0 ? [`no configuration has "${values.only}" in its name`] : [];
  const shortest = new Map<ProtocolLimit, { readonly name: string; readonly counterexample: Counterexample }>();
  const total = { states: 0, transitions: 0 };

  console.log(formatColumns("states", "transitions", "depth", "time", "configuration"));
  await runInWorkers({
    script,
    jobs: configurations,
    isResult: isExploration,
    onResult: (configuration, exploration, ms) => {
      const { states, transitions, depth } = exploration;
      const name = configurationName(configuration);
      console.log(formatColumns(states, transitions, depth, `${(ms / 1_000).toFixed(1)} s`, name));
      total.states += states;
      total.transitions += transitions;
      failures.push(...findFailures(name, exploration, expectedLimits(configuration)));
      for (const { limit, counterexample } of exploration.limits) {
        const known = shortest.get(limit);
        if (known === undefined || counterexample.trace.length < known.counterexample.trace.length)
          shortest.set(limit, { name, counterexample });
      }
    },
  });
  for (const [limit, { name, counterexample }] of shortest) {
    console.log(`\nlimit: ${limits[limit]}\n${name}\n\n${formatTrace(counterexample)}`);
  }
  const missed = await verifyDefects();
  failures.push(...missed, ...(await verifyAbstraction()));
  return {
    check: "model",
    counts: { configurations: configurations.length, states: total.states },
    size: `${configurations.length} configurations, ${inMillions(total.states)} states, ${inMillions(total.transitions)} transitions`,
    faults: `every loss, delay, repeat, order, crash and class of response; ${defects.length - missed.length} of ${defects.length} defects caught`,
    failures,
  };
}

function findFailures(
  name: string,
  { violation, limits: reachedLimits }: Exploration,
  expected: readonly ProtocolLimit[],
): readonly string[] {
  if (violation !== undefined) return [formatCounterexample(name, violation)];
  const missing = expected.filter((limit) => reachedLimits.every((each) => each.limit !== limit));
  const unexpected = reachedLimits.filter(({ limit }) => !expected.includes(limit));
  return [
    ...missing.map((limit) => `${name}\nthe limit was not found: ${limits[limit]}`),
    ...unexpected.map(({ counterexample }) => formatCounterexample(name, counterexample)),
  ];
}

const inMillions = (count: number): string => `${(count / 1_000_000).toFixed(1)}M`;

const formatColumns = (...[states, transitions, depth, time, name]: readonly (string | number)[]): string =>
  `${[states, transitions, depth, time].map((each) => String(each).padStart(12)).join("")}   ${name}`;
