import { parseArgs } from "node:util";
import { LANES } from "../lanes.ts";
import { wholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { hostileAnswer } from "./answers.ts";
import { randomOf } from "../random.ts";
import { type Failure, runHostile } from "./run.ts";
import { runOnThreads } from "./threads.ts";
import { runWire } from "./wire.ts";
import { wireScript } from "./wire-script.ts";

/**
 * Hostile input: answers and records of which anything may be wrong, and bytes on a real socket that need not be HTTP at all.
 * `--seed S --case N` plays one case again, `--seed S --wire-case N` one message.
 */
export async function verifyHostile(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const seed = wholeNumber("--seed", values.seed);
  if (values.case !== undefined) return playAgain(seed, wholeNumber("--case", values.case));
  if (values["wire-case"] !== undefined) return playWireAgain(seed, wholeNumber("--wire-case", values["wire-case"]));
  const cases = wholeNumber("--cases", values.cases, 1);
  const wireCases = wholeNumber("--wire-cases", values["wire-cases"], 1);
  const failures = await runOnThreads(seed, cases, LANES);
  const wireFailures = await runWire({ seed, cases: wireCases });
  return {
    check: "hostile input",
    size: `${cases} answers, ${cases * 2} records, ${wireCases} messages over a socket`,
    faults: `mutated, random, cut, endless; seed ${seed}`,
    failures: [...failures.map(inWords("case")), ...wireFailures.map(inWords("wire-case"))],
  };
}

const options = {
  seed: { type: "string", default: "1" },
  cases: { type: "string", default: "200000" },
  "wire-cases": { type: "string", default: "5000" },
  case: { type: "string" },
  "wire-case": { type: "string" },
} as const;

const inWords =
  (name: string) =>
  ({ seed, index, faults }: Failure): string =>
    `pnpm verify hostile --seed ${seed} --${name} ${index}\n  ${faults.join("\n  ")}`;

function playAgain(seed: number, index: number): Report {
  console.log(JSON.stringify(hostileAnswer(randomOf(seed, index)), undefined, 2));
  const failures = runHostile({ seed, from: index, cases: 1 });
  return { check: "hostile input", size: "one case", faults: "", failures: failures.map(inWords("case")) };
}

async function playWireAgain(seed: number, index: number): Promise<Report> {
  const { name, pieces, ending } = wireScript(randomOf(seed, index));
  console.log(`${name}, then ${ending}\n${JSON.stringify(Buffer.concat(pieces).toString("latin1"))}`);
  const failures = await runWire({ seed, from: index, cases: 1 });
  return { check: "hostile input", size: "one message", faults: "", failures: failures.map(inWords("wire-case")) };
}
