import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** How the program ended, and what it printed. */
export interface VouchersResult {
  /** `null` if it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const compileCache = join(tmpdir(), "vouchers-compile-cache");

const program = join(import.meta.dirname, "../src/main.ts");

export interface VouchersOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the program from its sources, as a script would: without a terminal. */
export const startVouchers = (
  args: readonly string[],
  { cwd, environment = {} }: VouchersOptions = {},
): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, ["--conditions=@electrum-vouchers/source", program, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    // Without the cache, each process would strip the types of all sources again.
    env: { PATH: process.env["PATH"], NO_COLOR: "1", NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });

/** Runs the program until it has ended. */
export async function runVouchers(args: readonly string[], options: VouchersOptions = {}): Promise<VouchersResult> {
  const child = startVouchers(args, options);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    output.stderr += String(chunk);
  });
  await once(child, "close");
  return { ...output, exitCode: child.exitCode };
}
