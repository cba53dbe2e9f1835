import { parseArgs } from "node:util";
import { WORKERS } from "../concurrency.ts";
import { parseWholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { doors, runDoors } from "./doors/run.ts";
import { generateResponse } from "./responses.ts";
import { createRandom } from "../random.ts";
import { type FailedCase, runFuzz } from "./run.ts";
import { runCasesInWorkers } from "./run-in-workers.ts";
import { runWireFuzz } from "./wire.ts";
import { generateWireScript } from "./wire-script.ts";

/**
 * Fuzzing: responses, records and objects of callers in which anything may be wrong, bytes on a real socket that need not be HTTP at all, and
 * the other doors: options, and a store's files, rows and schema. `--seed S --case N` repeats one case, `--seed S --wire-case N` one message,
 * `--seed S --door-case N` one of the other doors.
 */
export async function verifyFuzz(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const seed = parseWholeNumber("--seed", values.seed);
  if (values.case !== undefined) return replayCase(seed, parseWholeNumber("--case", values.case));
  if (values["wire-case"] !== undefined)
    return replayWireCase(seed, parseWholeNumber("--wire-case", values["wire-case"]));
  if (values["door-case"] !== undefined)
    return replayDoorCase(seed, parseWholeNumber("--door-case", values["door-case"]));
  const cases = parseWholeNumber("--cases", values.cases, 1);
  const wireCases = parseWholeNumber("--wire-cases", values["wire-cases"], 1);
  const doorCases = parseWholeNumber("--door-cases", values["door-cases"], doors.length);
  const failures = await runCasesInWorkers("messages", seed, cases, WORKERS);
  const doorFailures = await runCasesInWorkers("doors", seed, doorCases, WORKERS);
  const wireFailures = await runWireFuzz({ seed, cases: wireCases });
  return {
    check: "fuzz",
    counts: { responses: cases, records: cases * 2, messages: wireCases, "door cases": doorCases },
    size: `${cases} responses, ${cases * 2} records, ${wireCases} messages over a socket, ${doorCases} options, files, rows and schemas`,
    faults: `mutated, random, cut, endless; seed ${seed}`,
    failures: [
      ...failures.map(describeFailure("case")),
      ...wireFailures.map(describeFailure("wire-case")),
      ...doorFailures.map(describeFailure("door-case")),
    ],
  };
}

const options = {
  seed: { type: "string", default: "1" },
  cases: { type: "string", default: "200000" },
  "wire-cases": { type: "string", default: "5000" },
  "door-cases": { type: "string", default: "6000" },
  case: { type: "string" },
  "wire-case": { type: "string" },
  "door-case": { type: "string" },
} as const;

const describeFailure =
  (name: string) =>
  ({ seed, index, violations }: FailedCase): string =>
    `pnpm verify fuzz --seed ${seed} --${name} ${index}\n  ${violations.join("\n  ")}`;

function replayCase(seed: number, index: number): Report {
  console.log(JSON.stringify(generateResponse(createRandom(seed, index)), undefined, 2));
  const failures = runFuzz({ seed, from: index, cases: 1 });
  return {
    check: "fuzz",
    counts: { responses: 1 },
    size: "one case",
    faults: "",
    failures: failures.map(describeFailure("case")),
  };
}

async function replayWireCase(seed: number, index: number): Promise<Report> {
  const { name, pieces, ending } = generateWireScript(createRandom(seed, index));
  console.log(`${name}, then ${ending}\n${JSON.stringify(Buffer.concat(pieces).toString("latin1"))}`);
  const failures = await runWireFuzz({ seed, from: index, cases: 1 });
  return {
    check: "fuzz",
    counts: { messages: 1 },
    size: "one message",
    faults: "",
    failures: failures.map(describeFailure("wire-case")),
  };
}

async function replayDoorCase(seed: number, index: number): Promise<Report> {
  const failures = await runDoors({ seed, from: index, cases: 1 });
  return {
    check: "fuzz",
    counts: { "door cases": 1 },
    size: "one case",
    faults: "",
    failures: failures.map(describeFailure("door-case")),
  };
}
