import { globSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { selectNames } from "../options.ts";
import type { Report } from "../report.ts";
import { gradeMutants } from "./grade.ts";
import { mutate } from "./mutants.ts";
import { survivors } from "./survivors.ts";
import { tryMutants } from "./try-mutants.ts";

/**
 * Mutants: every small change that Stryker knows, made to the core's transitions one at a time. The core's tests must notice it,
 * or it must be on record why nothing can. `--file TEXT` changes only the files with this in their name.
 */
export async function verifyMutation(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options: { file: { type: "string", default: "" } } });
  const files = selectNames("--file", values.file, transitionFiles());
  const mutated = await mutate(core, files);
  const statuses = await tryMutants(mutated, testFiles());
  const tried = mutated.mutants.map((mutant) => ({ ...mutant, status: statuses.get(mutant.id) ?? "noCoverage" }));
  const { counts, score, undetected, failures } = gradeMutants(
    tried,
    survivors.filter(({ file }) => files.includes(file)),
  );
  console.log(undetected.join("\n"));
  return {
    check: "mutation",
    counts: { mutants: tried.length },
    size: `${tried.length} mutants of ${files.length} files, ${score.toFixed(1)} % detected`,
    faults: `${counts.killed} killed, ${counts.timeout} timed out, ${counts.survived} survived, ${counts.noCoverage} not covered`,
    failures: failures.map((failure) => `pnpm verify mutation\n  ${failure}`),
  };
}

const core = join(import.meta.dirname, "../../../packages/core/src");

/** The files that decide transitions, and those that classify responses. */
const transitionFiles = (): readonly string[] =>
  globSync(["{machines,responses}/*.ts", "{hand-over,lookup-timing,transaction}.ts"], {
    cwd: core,
    exclude: ["**/*.test.ts", "machines/validate-input.ts"],
  }).toSorted((one, other) => one.localeCompare(other));

/** The core's tests, except those that would take minutes and detect nothing more. */
const testFiles = (): readonly string[] =>
  globSync("**/*.test.ts", { cwd: core, exclude: excludedTests }).map((file) => join(core, file));

const excludedTests: readonly string[] = [
  // Its random walks would be run again for every survivor.
  "walks.test.ts",
  // It makes its records while it is loaded, so nearly every mutant would need a load of its own.
  "storage/record.test.ts",
  // It counts how often a response is parsed, and tests nothing else.
  "parsed-once.test.ts",
];
