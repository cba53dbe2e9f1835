import { type ChildProcess, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { listenTo, type Voice } from "./voice.ts";
import { type Word, WORDS_FD, wordsIn } from "./words.ts";

/** A till process: it loads its code at once, and does nothing before it is ordered to. */
export interface TillProcess {
  /** Resolves once it has said so many words, the first when its code is loaded; or has ended. */
  said(count: number): Promise<void>;
  order(what: "serve" | "finish"): void;
  /** It ends by itself, without an order. */
  dismiss(): void;
  kill(): void;
  /** Resolves once it has ended, and everything it said was heard. */
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly words: readonly Word[];
  /** What it printed: nothing, unless something went wrong that must not. */
  readonly printed: string;
  /** The signal that ended it, or its exit code. */
  readonly how: string;
}

export interface TillSettings {
  /** The outbox. */
  readonly path: string;
  readonly url: string;
  readonly messaging: "dual" | "single";
  /** Whether the outbox says too early that something is stored. */
  readonly isHasty: boolean;
  /** Where Node keeps compiled code: most of the time that a start takes is saved. */
  readonly compiledFolder: string;
}

const program = fileURLToPath(new URL("till-main.ts", import.meta.url));

/** The sources of this workspace, not what was built of them. */
const CONDITION = "--conditions=@electrum-vouchers/source";

export function startTillProcess({ path, url, messaging, isHasty, compiledFolder }: TillSettings): TillProcess {
  const settings = [path, url, messaging, ...(isHasty ? ["hasty"] : [])];
  const child = spawn(process.execPath, [CONDITION, program, ...settings], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: compiledFolder },
  });
  const words = voiceOf(child.stdio[WORDS_FD]);
  const prints = [voiceOf(child.stdout), voiceOf(child.stderr)];
  // Whoever was killed takes no more orders.
  child.stdin.on("error", () => undefined);
  return {
    said: words.lines,
    order: (what) => void child.stdin.write(`${what}\n`),
    dismiss: () => void child.stdin.end(),
    kill: () => void child.kill("SIGKILL"),
    ended: closed(child).then((how) => ({
      words: wordsIn(words.text()),
      printed: prints.map(({ text }) => text()).join(""),
      how,
    })),
  };
}

function voiceOf(pipe: unknown): Voice {
  if (!(pipe instanceof Readable)) throw new TypeError("a child's output is a stream to read");
  return listenTo(pipe);
}

/** Resolves once it has ended and its pipes are empty. */
const closed = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
