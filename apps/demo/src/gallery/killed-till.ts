import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseJson } from "@electrum-vouchers/core";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";
import type { Act } from "./flow.ts";
import { newSale } from "./requests.ts";
import type { Stage } from "./stage.ts";

/** `demo sell` in a process of its own, killed with SIGKILL as soon as `isTime`. */
export const sellUntilKilled =
  (isTime: (stage: Stage) => Promise<boolean>): Act =>
  async (stage) => {
    const request = newSale(stage.provider);
    stage.ids.push(request.id);
    const file = `${stage.db}.request.json`;
    await writeFile(file, JSON.stringify(request));
    const { retries, replyDeadlineMs } = stage.policy;
    const rules = ["--retries", String(retries), "--reply-deadline-ms", String(replyDeadlineMs)];
    const till = startTillProcess(stage, ["sell", "--request", file, "--confirm", ...rules]);
    try {
      await stage.until("the moment to kill the till", () => isTime(stage));
    } finally {
      till.kill();
      await till.ended;
    }
  };

/** `demo recover`: a new till takes up what the killed one left. */
export const recover: Act = async (stage) => {
  const exitCode = await startTillProcess(stage, ["recover"]).ended;
  if (exitCode !== 0) throw new Error(`demo recover ended with ${exitCode}`);
};

/** The till as anybody would start it, which tells its events line by line. */
function startTillProcess(
  { db, url, events }: Stage,
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
  const told = once(lines, "close");
  const ended = once(child, "exit").then(async ([code]: unknown[]) => {
    await told;
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
