import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Another process on the same file. */
export interface Neighbour {
  /** What it says first. */
  readonly said: string;
  /** Lets it go on, and waits until it has ended. */
  leave(): Promise<void>;
}

/** Whoever has not left by then has lost its way. */
const PATIENCE_MS = 30_000;

/** Starts another process: `neighbour-main.ts` says what it can do. */
export async function startNeighbour(doing: "lock" | "open", path: string, user?: number): Promise<Neighbour> {
  const program = fileURLToPath(new URL("neighbour-main.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=@electrum-vouchers/source", "--experimental-strip-types", program, doing, path],
    {
      stdio: ["pipe", "pipe", "inherit"],
      timeout: PATIENCE_MS,
      ...(user === undefined ? {} : { uid: user, gid: user }),
    },
  );
  const ended = once(child, "exit");
  return {
    said: await firstLine(child.stdout),
    leave: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Nothing, where the stream ends before there is one. */
async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface(stream)) return line;
  return "";
}
