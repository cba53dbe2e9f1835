import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DocumentedFlow, documentedFlows } from "@electrum-vouchers/testkit";
import { SIGNAL_EXIT_CODE } from "../commands/command.ts";
import { findViolations } from "./check-flow.ts";
import { type FlowResult, runFlow } from "./run-flow.ts";

/** The result of a flow, or of one that did not finish. */
export interface FlowReport {
  readonly number: number;
  readonly flow: DocumentedFlow;
  /** Absent if the flow did not finish. */
  readonly result?: FlowResult;
  /** Every way in which the flow was not as documented. */
  readonly violations: readonly string[];
}

/** A flow waits most of the time, so several can run at once. With more, a slow processor could make responses late. */
const CONCURRENCY = 6;

/** Runs flows, several at once, and yields their reports in their order. */
export function runFlows(flows: readonly DocumentedFlow[]): AsyncGenerator<FlowReport, void, undefined> {
  const folder = newFolder();
  return mapInOrder(flows, CONCURRENCY, (flow) => runOne(flow, folder));
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
