import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Another process on the same file. */
export interface ConcurrentWriter {
  /** What it says first. */
  readonly output: string;
  /** Lets it go on, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Whoever has not left by then has lost its way. */
const MAX_WAIT_MS = 30_000;

/** Starts another process: `concurrent-writer-main.ts` says what it can do. */
export async function startConcurrentWriter(
  mode: "lock" | "open",
  path: string,
  user?: number,
): Promise<ConcurrentWriter> {
  const program = fileURLToPath(new URL("concurrent-writer-main.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=@electrum-vouchers/source", "--experimental-strip-types", program, mode, path],
    {
      stdio: ["pipe", "pipe", "inherit"],
      timeout: MAX_WAIT_MS,
      ...(user === undefined ? {} : { uid: user, gid: user }),
    },
  );
  const ended = once(child, "exit");
  return {
    output: await readFirstLine(child.stdout),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Nothing, where the stream ends before there is one. */
async function readFirstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface(stream)) return line;
  return "";
}
