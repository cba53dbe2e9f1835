import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Policy } from "@electrum-vouchers/core";
import { hasFields } from "../workers.ts";
import type { PowerDefect } from "./defects.ts";
import type { LifePlan } from "./life-plan.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a process is told on its standard input. */
export interface LifeInstruction {
  readonly path: string;
  readonly marksPath: string;
  readonly seed: number;
  readonly messaging: Policy["messaging"];
  readonly plan: LifePlan;
  readonly surroundings: Surroundings;
  readonly defect?: PowerDefect["inOutbox"];
}

export const isLifeInstruction = (value: unknown): value is LifeInstruction =>
  hasFields(value, "path", "marksPath", "seed", "messaging", "plan", "surroundings");

const program = fileURLToPath(new URL("life-main.ts", import.meta.url));

/** A life takes a second. A process that has not ended by then hangs. */
const MAX_LIFE_MS = 120_000;

/** Runs a process to its end, whether it ends by itself or is killed by its plan. Throws if it ends in any other way. */
export function runLifeProcess(instruction: LifeInstruction, environment: Readonly<Record<string, string>>): void {
  const { status, signal, stderr } = spawnSync(process.execPath, ["--conditions=@electrum-vouchers/source", program], {
    input: JSON.stringify(instruction),
    env: { ...process.env, ...environment },
    timeout: MAX_LIFE_MS,
    // The test runner's own options are not for it.
    killSignal: "SIGTERM",
  });
  const isPlanned = status === 0 || signal === "SIGKILL";
  const diagnostics = stderr.toString();
  if (!isPlanned || diagnostics !== "")
    throw new Error(`a recorded process ended by ${signal ?? `exit ${status}`}\n${diagnostics}`);
}
