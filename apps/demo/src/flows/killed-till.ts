import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { ProvisionRequest, RedemptionRequest, RefundRequest, Uuid } from "@electrum-vouchers/core";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";
import { type FlowAction, parseJson } from "@electrum-vouchers/testkit";
import type { FlowContext } from "./flow-context.ts";

/** When a process is killed. */
type Moment = Extract<FlowAction, { readonly type: "sellUntilKilled" }>["moment"];

/** `demo sell`, `demo redeem` or `demo refund` in a process of its own, killed with SIGKILL at that moment. */
export async function runUntilKilled(
  context: FlowContext,
  command: "sell" | "redeem" | "refund",
  request: ProvisionRequest | RedemptionRequest | RefundRequest,
  moment: Moment,
): Promise<void> {
  const file = `${context.db}.request.json`;
  await writeFile(file, JSON.stringify(request));
  const { retries, replyDeadlineMs } = context.policy;
  const rules = ["--retries", String(retries), "--reply-deadline-ms", String(replyDeadlineMs)];
  const till = startTillProcess(context, [command, "--request", file, "--confirm", ...rules]);
  try {
    await context.waitUntil("the moment to kill the till", () => isMoment(context, moment, request.id));
  } finally {
    till.kill();
    await till.ended;
  }
}

async function isMoment({ switchAdmin, events }: FlowContext, moment: Moment, id: Uuid): Promise<boolean> {
  return moment === "requestProcessed"
    ? (await switchAdmin.transaction(id)) !== undefined
    : events.some((event) => event.type === "adviceRepeats" && event.operation === "confirmVoucher");
}

/** `demo recover`: a new till takes up what the killed one left. */
export async function recoverInNewProcess(context: FlowContext): Promise<void> {
  const exitCode = await startTillProcess(context, ["recover"]).ended;
  if (exitCode !== 0) throw new Error(`demo recover ended with ${exitCode}`);
}

/** The till as a user starts it, which tells its events line by line. */
function startTillProcess(
  { db, url, events }: FlowContext,
  args: readonly string[],
): { readonly kill: () => void; readonly ended: Promise<number | null> } {
  const [, program = ""] = process.argv;
  const child = spawn(
    process.execPath,
    [...process.execArgv, program, ...args, "--db", db, "--electrum", url, "--json"],
    { env: { ...process.env, ELECTRUM_PASSWORD: "any" }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    // The last line of a till that was killed may be half a line.
    const event: unknown = parseJson(line);
    if (isRuntimeEvent(event)) events.push(event);
  });
  const outputClosed = once(lines, "close");
  const ended = once(child, "exit").then(async ([code]: unknown[]) => {
    await outputClosed;
    return typeof code === "number" ? code : null;
  });
  return { kill: () => void child.kill("SIGKILL"), ended };
}

/** Beside the runtime's events, a till process tells what was handed over and how it ended. */
const isRuntimeEvent = (value: unknown): value is RuntimeEvent =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  value.type !== "handedOver" &&
  value.type !== "ended";
