import { coverage, documentedFlows } from "@electrum-vouchers/testkit";
import { err, ok } from "neverthrow";
import { type FlowReport, runFlows } from "../flows/run-flows.ts";
import { SCALE_TEXT } from "../flows/time-scale.ts";
import { type Options, readArguments } from "../input/arguments.ts";
import { helpOf } from "../input/help.ts";
import { coverageLines } from "../print/coverage.ts";
import { writeLines } from "../print/write-lines.ts";
import type { CliCommand, ExitCode } from "./command.ts";

const options: Options<"help"> = { help: { help: "print this" } };

/** Runs the flows that Electrum's pages demand, and says how each sentence of the pages fared. */
export const coverageCommand: CliCommand = {
  help: helpOf(
    "demo coverage: what Electrum's pages demand, the flow that shows it, and how that ended",
    options,
    `The demands are in our words. Each flow is run as by "demo"; ${SCALE_TEXT}.
Exit code: 0 if every flow ended as documented, else 1.`,
  ),
  run: async (args) => {
    const given = readArguments("coverage", options, args);
    return given.isErr() ? err(given.error) : ok(await runCoverage());
  },
};

async function runCoverage(): Promise<ExitCode> {
  const named = new Set(coverage.flatMap(({ flows }) => flows));
  const chosen = documentedFlows.filter(({ name }) => named.has(name));
  writeLines(process.stdout, [`Running ${chosen.length} flows; ${SCALE_TEXT}.`, ""]);
  const reports = new Map<string, FlowReport>();
  for await (const report of runFlows(chosen)) reports.set(report.flow.name, report);
  writeLines(process.stdout, coverageLines(coverage, reports));
  return [...reports.values()].every(({ violations }) => violations.length === 0) ? 0 : 1;
}
