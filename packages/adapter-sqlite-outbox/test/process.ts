import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The scripts. The head of each says what it does and prints. */
export const committer: URL = new URL("committer.ts", import.meta.url);
export const holder: URL = new URL("holder.ts", import.meta.url);
export const postponer: URL = new URL("postponer.ts", import.meta.url);
export const pusher: URL = new URL("pusher.ts", import.meta.url);
export const worker: URL = new URL("worker.ts", import.meta.url);

/** Far more than any of them needs. */
const PATIENCE_MS = 60_000;

/** A process that runs a script. */
export interface Running {
  /** The lines that it has printed so far. */
  readonly lines: readonly string[];
  /** Resolves once it has printed so many lines. */
  hasSaid(count: number): Promise<void>;
  /** Kills it at once (SIGKILL). */
  kill(): void;
  /** All lines, once it has ended by itself or was killed. */
  ended(): Promise<readonly string[]>;
}

/** Starts a script. `around` is a command, with its arguments, that runs another command. */
export function run(script: URL, args: readonly string[], around: readonly string[] = []): Running {
  const path = fileURLToPath(script);
  const node = [
    process.execPath,
    "--conditions=@electrum-vouchers/source",
    "--experimental-strip-types",
    path,
    ...args,
  ];
  const [command = process.execPath, ...rest] = [...around, ...node];
  const child = spawn(command, rest, { timeout: PATIENCE_MS, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => {
    lines.push(line);
  });
  const complaints: string[] = [];
  child.stderr.on("data", (data) => {
    complaints.push(String(data));
  });
  const ending = Promise.all([endOf(child), once(output, "close")]);

  return {
    lines,
    hasSaid: async (count) => {
      while (lines.length < count && child.exitCode === null && child.signalCode === null)
        await Promise.race([once(output, "line"), ending]);
    },
    kill: () => {
      child.kill("SIGKILL");
    },
    ended: async () => {
      await ending;
      if (child.exitCode !== 0 && child.signalCode !== "SIGKILL")
        throw new Error(`it ended with ${child.exitCode ?? child.signalCode}: ${complaints.join("")}`);
      return lines;
    },
  };
}

const endOf = async (child: ChildProcess): Promise<void> => {
  await once(child, "close");
};
