import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Another process on the same file. */
export interface ConcurrentWriter {
  /** The first line that it prints. */
  readonly output: string;
  /** Tells it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** A process that has not ended by then hangs. */
const MAX_WAIT_MS = 30_000;

/** Starts another process. See `concurrent-writer-main.ts` for its modes. */
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

/** Empty if the stream ends before the first line. */
async function readFirstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface(stream)) return line;
  return "";
}
