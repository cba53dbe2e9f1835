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
  /** How often it was played. */
  readonly plays: number;
}

/**
 * A flow waits in real time: on a machine that is busy with other things a response may come after its deadline, and the till does right to
 * send other messages than documented. So a flow that is not as documented is played again. A defect shows each time.
 */
const MAX_PLAYS = 3;

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

async function runOne(flow: DocumentedFlow, folder: string, plays = 1): Promise<FlowReport> {
  const report = { number: documentedFlows.indexOf(flow) + 1, flow, plays, ...(await play(flow, folder)) };
  return report.violations.length > 0 && plays < MAX_PLAYS ? runOne(flow, folder, plays + 1) : report;
}

async function play(flow: DocumentedFlow, folder: string): Promise<Pick<FlowReport, "result" | "violations">> {
  try {
    const result = await runFlow(flow, folder);
    return { result, violations: findViolations(flow, result) };
  } catch (thrown) {
    return { violations: [thrown instanceof Error ? thrown.message : String(thrown)] };
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
