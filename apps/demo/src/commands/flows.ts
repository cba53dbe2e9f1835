import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DocumentedFlow, documentedFlows } from "@electrum-vouchers/testkit";
import { err, ok } from "neverthrow";
import { runFlow } from "../flows/run-flow.ts";
import { SCALE_TEXT } from "../flows/time-scale.ts";
import { findViolations } from "../flows/check-flow.ts";
import { type Options, readArguments } from "../input/arguments.ts";
import { badInput } from "../input/bad-input.ts";
import { helpOf } from "../input/help.ts";
import { type FlowReport, resultLines, summaryLines } from "../print/flow-report.ts";
import { writeLines } from "../print/write-lines.ts";
import { type CliCommand, type ExitCode, SIGNAL_EXIT_CODE } from "./command.ts";

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

/** A flow waits most of the time, so several can run at once. With more, a slow processor could make responses late. */
const CONCURRENCY = 6;

async function runAll(chosen: readonly DocumentedFlow[]): Promise<ExitCode> {
  const startedAt = Date.now();
  print([`Each flow has a database and a simulated switch of its own; ${SCALE_TEXT}.`, ""]);
  const results: FlowReport[] = [];
  const folder = newFolder();
  const reports = mapInOrder(chosen, CONCURRENCY, (flow) => runOne(flow, folder));
  for await (const result of reports) {
    print(resultLines(result));
    results.push(result);
  }
  print(summaryLines(results, Date.now() - startedAt));
  return results.every(({ violations }) => violations.length === 0) ? 0 : 1;
}

/** A temporary folder. It is deleted when this process ends, except after SIGKILL. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "electrum-vouchers-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(SIGNAL_EXIT_CODE));
  process.once("SIGTERM", () => process.exit(SIGNAL_EXIT_CODE));
  return folder;
}

async function runOne(flow: DocumentedFlow, folder: string): Promise<FlowReport> {
  const number = documentedFlows.indexOf(flow) + 1;
  try {
    const result = await runFlow(flow, folder);
    return { number, flow, result, violations: findViolations(flow, result) };
  } catch (thrown) {
    return { number, flow, violations: [thrown instanceof Error ? thrown.message : String(thrown)] };
  }
}

/** Works on several items at once, and yields the results in the order of the items. */
async function* mapInOrder<Item, Value>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Value>,
): AsyncGenerator<Value, void, undefined> {
  const waiting = items.map(() => Promise.withResolvers<Value>());
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) waiting[index]?.resolve(await work(item));
    }
  };
  const workers = Promise.all(Array.from({ length: concurrency }, worker));
  for (const { promise } of waiting) yield await promise;
  await workers;
}

const print = (lines: readonly string[]): void => writeLines(process.stdout, lines);
