import { parseArgs } from "node:util";
import { WORKERS } from "../concurrency.ts";
import { parseWholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { generateResponse } from "./responses.ts";
import { createRandom } from "../random.ts";
import { type FailedCase, runFuzz } from "./run.ts";
import { runCasesInWorkers } from "./run-in-workers.ts";
import { runWireFuzz } from "./wire.ts";
import { generateWireScript } from "./wire-script.ts";

/**
 * Fuzzing: responses and records in which anything may be wrong, and bytes on a real socket that need not be HTTP at all.
 * `--seed S --case N` repeats one case, `--seed S --wire-case N` one message.
 */
export async function verifyFuzz(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const seed = parseWholeNumber("--seed", values.seed);
  if (values.case !== undefined) return replayCase(seed, parseWholeNumber("--case", values.case));
  if (values["wire-case"] !== undefined)
    return replayWireCase(seed, parseWholeNumber("--wire-case", values["wire-case"]));
  const cases = parseWholeNumber("--cases", values.cases, 1);
  const wireCases = parseWholeNumber("--wire-cases", values["wire-cases"], 1);
  const failures = await runCasesInWorkers(seed, cases, WORKERS);
  const wireFailures = await runWireFuzz({ seed, cases: wireCases });
  return {
    check: "fuzz",
    size: `${cases} responses, ${cases * 2} records, ${wireCases} messages over a socket`,
    faults: `mutated, random, cut, endless; seed ${seed}`,
    failures: [...failures.map(describeFailure("case")), ...wireFailures.map(describeFailure("wire-case"))],
  };
}

const options = {
  seed: { type: "string", default: "1" },
  cases: { type: "string", default: "200000" },
  "wire-cases": { type: "string", default: "5000" },
  case: { type: "string" },
  "wire-case": { type: "string" },
} as const;

const describeFailure =
  (name: string) =>
  ({ seed, index, violations }: FailedCase): string =>
    `pnpm verify fuzz --seed ${seed} --${name} ${index}\n  ${violations.join("\n  ")}`;

function replayCase(seed: number, index: number): Report {
  console.log(JSON.stringify(generateResponse(createRandom(seed, index)), undefined, 2));
  const failures = runFuzz({ seed, from: index, cases: 1 });
  return { check: "fuzz", size: "one case", faults: "", failures: failures.map(describeFailure("case")) };
}

async function replayWireCase(seed: number, index: number): Promise<Report> {
  const { name, pieces, ending } = generateWireScript(createRandom(seed, index));
  console.log(`${name}, then ${ending}\n${JSON.stringify(Buffer.concat(pieces).toString("latin1"))}`);
  const failures = await runWireFuzz({ seed, from: index, cases: 1 });
  return { check: "fuzz", size: "one message", faults: "", failures: failures.map(describeFailure("wire-case")) };
}
