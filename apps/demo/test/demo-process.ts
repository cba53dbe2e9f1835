import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** How a demo process ended, and its output. */
export interface ProcessResult {
  /** `null` if it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DemoProcess {
  readonly kill: () => void;
  /** Resolves once it has printed this many lines, or has ended. */
  readonly waitForLines: (lines: number) => Promise<void>;
  readonly ended: Promise<ProcessResult>;
}

const program = join(import.meta.dirname, "../src/main.ts");

/** Starts the demo from its sources, as a user would, without a terminal. */
export function startDemo(args: readonly string[], environment: Readonly<Record<string, string>> = {}): DemoProcess {
  const child = spawn(process.execPath, ["--conditions=@electrum-vouchers/source", program, ...args], {
    env: { PATH: process.env["PATH"], NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    output.stderr += String(chunk);
  });
  const closed = once(child, "close");
  return {
    kill: () => void child.kill("SIGKILL"),
    waitForLines: async (lines) => {
      while (output.stdout.split("\n").length <= lines && child.exitCode === null) {
        await Promise.race([once(child.stdout, "data"), closed]);
      }
    },
    ended: closed.then(([exitCode]: unknown[]) => ({
      ...output,
      exitCode: typeof exitCode === "number" ? exitCode : null,
    })),
  };
}

export const runDemo = (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ProcessResult> => startDemo(args, environment).ended;
