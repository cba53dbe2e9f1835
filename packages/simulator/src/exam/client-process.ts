// The examined client: a program in any language, told what to do on its standard input, a line of JSON each, and answering with one.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { JsonObject } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "../json.ts";

export type ClientAnswer =
  | { readonly type: "answer"; readonly content: JsonObject }
  | { readonly type: "noJson" }
  | { readonly type: "ended" }
  | { readonly type: "silent" };

export interface ExaminedClient {
  /** Tells the client to do something, and waits for its answer. */
  ask(instruction: JsonObject, patienceMs: number): Promise<ClientAnswer>;
  /** Tells the client to do something, and waits for nothing. */
  tell(instruction: JsonObject): void;
  /** The last of what it wrote to standard error. */
  complaint(): string;
  /** Ends it at once, without a warning. */
  kill(): Promise<void>;
}

export interface ClientOptions {
  /** Run by the shell. */
  readonly command: string;
  /** Where the client keeps its store; the same after a kill. */
  readonly folder: string;
  readonly url: string;
  /** The user name, and `client.id`. */
  readonly user: string;
}

/** The last of what a client writes to standard error: enough for a stack trace. */
const MAX_COMPLAINT_CHARACTERS = 2_000;

/** Starts the client. */
export function startClient({ command, folder, url, user }: ClientOptions): ExaminedClient {
  let complaint = "";
  const child = spawn(command, {
    shell: true,
    // A group of its own, so that a kill ends what the shell started.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, EXAM_URL: url, EXAM_USER: user, EXAM_FOLDER: folder },
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = `${complaint}${text}`.slice(-MAX_COMPLAINT_CHARACTERS);
  });
  const ended = once(child, "close").then(
    (): ClientAnswer => ({ type: "ended" }),
    (): ClientAnswer => ({ type: "ended" }),
  );
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // A client that has ended reads nothing more.
  child.stdin.on("error", () => undefined);
  const tell = (instruction: JsonObject): void => void child.stdin.write(`${JSON.stringify(instruction)}\n`);

  async function readAnswer(): Promise<ClientAnswer> {
    const { done, value } = await answers.next();
    if (done === true) return { type: "ended" };
    const content = parseJson(value);
    return isJsonObject(content) ? { type: "answer", content } : { type: "noJson" };
  }

  return {
    tell,
    async ask(instruction, patienceMs) {
      tell(instruction);
      const timer = startTimer(patienceMs);
      try {
        return await Promise.race([readAnswer(), ended, timer.over]);
      } finally {
        timer.stop();
      }
    },
    complaint: () => complaint,
    async kill() {
      killGroup(child);
      await ended;
    },
  };
}

function startTimer(patienceMs: number): { readonly over: Promise<ClientAnswer>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<ClientAnswer>();
  const timer = setTimeout(() => resolve({ type: "silent" }), patienceMs);
  return { over: promise, stop: () => clearTimeout(timer) };
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already; where there are no groups, the shell is all that can be ended.
    child.kill("SIGKILL");
  }
}
