import { type ChildProcess, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { OutboxDefect } from "./outbox-defects.ts";
import { readOutput, type ProcessOutput } from "./process-output.ts";
import { type ProcessMessage, MESSAGES_FD, parseMessages } from "./process-messages.ts";
import { storeArgument, type TillStore } from "./till-store.ts";

/** A till process. It loads its code at once, and waits for a command. While it is stalled, it obeys none. */
export interface TillChildProcess {
  /** Resolves once it has sent so many messages, or has ended. It sends the first when its code is loaded. */
  waitForMessages(count: number): Promise<void>;
  command(name: "serve" | "finish"): void;
  /** Sets its wall clock so far ahead of the true time, or behind it. */
  setClock(offsetMs: number): void;
  /** It does nothing more (SIGSTOP), until it is continued. */
  stall(): void;
  continue(): void;
  /** It ends by itself, without a command. */
  stop(): void;
  kill(): void;
  /** Resolves once it has ended and all its output was read. */
  readonly exited: Promise<ProcessExit>;
}

export interface ProcessExit {
  readonly messages: readonly ProcessMessage[];
  /** What it printed. It prints only what must never happen. */
  readonly diagnostics: string;
  /** The signal that ended it, or its exit code. */
  readonly cause: string;
}

export interface TillChildOptions {
  readonly store: TillStore;
  readonly url: string;
  readonly messaging: "dual" | "single";
  /** What is wrong with its outbox. */
  readonly defect?: OutboxDefect | undefined;
  /** Where Node keeps compiled code, which saves most of the time of a start. */
  readonly compileCacheFolder: string;
}

const program = fileURLToPath(new URL("till-main.ts", import.meta.url));

/** Runs the sources of this workspace, not the build. */
const CONDITION = "--conditions=@electrum-vouchers/source";

export function spawnTill({ store, url, messaging, defect, compileCacheFolder }: TillChildOptions): TillChildProcess {
  const args = [storeArgument(store), url, messaging, ...(defect === undefined ? [] : [defect])];
  const child = spawn(process.execPath, [CONDITION, program, ...args], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCacheFolder },
  });
  const output = outputOf(child.stdio[MESSAGES_FD]);
  const diagnosticStreams = [outputOf(child.stdout), outputOf(child.stderr)];
  // A process that was killed reads no more commands.
  child.stdin.on("error", () => undefined);
  return {
    waitForMessages: output.waitForLines,
    command: (name) => void child.stdin.write(`${name}\n`),
    setClock: (offsetMs) => void child.stdin.write(`clock ${offsetMs}\n`),
    stall: () => void child.kill("SIGSTOP"),
    continue: () => void child.kill("SIGCONT"),
    stop: () => void child.stdin.end(),
    kill: () => void child.kill("SIGKILL"),
    exited: whenClosed(child).then((cause) => ({
      messages: parseMessages(output.text()),
      diagnostics: diagnosticStreams.map(({ text }) => text()).join(""),
      cause,
    })),
  };
}

function outputOf(pipe: unknown): ProcessOutput {
  if (!(pipe instanceof Readable)) throw new TypeError("a child's output is a stream to read");
  return readOutput(pipe);
}

/** Resolves once it has ended and its pipes are empty. */
const whenClosed = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
