import { type DocumentedFlow, documentedFlows } from "@electrum-vouchers/testkit";
import { err, ok } from "neverthrow";
import { type FlowReport, runFlows } from "../flows/run-flows.ts";
import { SCALE_TEXT } from "../flows/time-scale.ts";
import { type Options, readArguments } from "../input/arguments.ts";
import { badInput } from "../input/bad-input.ts";
import { helpOf } from "../input/help.ts";
import { resultLines, summaryLines } from "../print/flow-report.ts";
import { writeLines } from "../print/write-lines.ts";
import type { CliCommand, ExitCode } from "./command.ts";

const options: Options<"only" | "help"> = {
  only: { valueName: "TEXT", help: "run only the flows whose name contains this" },
  help: { help: "print this" },
};

/** Runs every flow over real HTTP and real files, and checks how each ends. */
export const flowsCommand: CliCommand = {
  help: helpOf(
    "demo [options]: runs every documented flow",
    options,
    `Each flow has a database of its own and a simulated switch in a process of its own; ${SCALE_TEXT}.
Exit code: 0 if every flow ended as documented, else 1.`,
  ),
  run: async (args) => {
    const given = readArguments("flows", options, args);
    if (given.isErr()) return err(given.error);
    const only = given.value.text("only")?.toLowerCase() ?? "";
    const chosen = documentedFlows.filter(({ name }) => name.toLowerCase().includes(only));
    return chosen.length === 0 ? badInput(`--only ${only}: no flow has this in its name`) : ok(await runAll(chosen));
  },
};

async function runAll(chosen: readonly DocumentedFlow[]): Promise<ExitCode> {
  const startedAt = Date.now();
  print([`Each flow has a database and a simulated switch of its own; ${SCALE_TEXT}.`, ""]);
  const results: FlowReport[] = [];
  for await (const result of runFlows(chosen)) {
    print(resultLines(result));
    results.push(result);
  }
  print(summaryLines(results, Date.now() - startedAt));
  return results.every(({ violations }) => violations.length === 0) ? 0 : 1;
}

const print = (lines: readonly string[]): void => writeLines(process.stdout, lines);
