import { fork } from "node:child_process";
import { once } from "node:events";
import { err, ok, type Result } from "neverthrow";
import { isSwitchStatusMessage } from "./status-message.ts";

/** A simulated switch in a process of its own. */
export interface SwitchProcess {
  readonly url: string;
  readonly adminUrl: string;
  readonly stop: () => Promise<void>;
}

export interface SwitchOptions {
  /** The file of its memory. Default: it starts empty, and keeps nothing. */
  readonly memoryFile?: string;
  /** This user owes no advices. */
  readonly singleMessagingUser?: string;
  readonly upstreamDeadlineMs?: number;
  /** How long until a provider that is down is retried, in milliseconds. */
  readonly forwardRepeatMs?: number;
}

/** A start takes a fraction of a second, or five seconds if the switch of a killed command must release its memory first. */
const START_TIMEOUT_MS = 20_000;

/** A switch only has to close a few sockets. */
const STOP_TIMEOUT_MS = 5_000;

/** Starts a switch that ends with this process, even if this is killed. The error says why it did not start. */
export async function startSwitch(options: SwitchOptions = {}): Promise<Result<SwitchProcess, string>> {
  const [, program = ""] = process.argv;
  const child = fork(program, ["switch", ...argumentsOf(options)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const killTimer = setTimeout(() => void child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(killTimer);
  };
  try {
    const [message]: unknown[] = await Promise.race([
      once(child, "message", { signal: AbortSignal.timeout(START_TIMEOUT_MS) }),
      exited.then(() => [{ type: "failed", reason: "its process ended" }]),
    ]);
    if (!isSwitchStatusMessage(message)) throw new TypeError("a switch process sends no other message");
    if (message.type === "listening") return ok({ url: message.url, adminUrl: message.adminUrl, stop });
    await stop();
    return err(message.reason);
  } catch {
    await stop();
    return err(`it did not listen within ${START_TIMEOUT_MS / 1000} s`);
  }
}

const argumentsOf = ({
  memoryFile,
  singleMessagingUser,
  upstreamDeadlineMs,
  forwardRepeatMs,
}: SwitchOptions): readonly string[] => [
  ...(memoryFile === undefined ? [] : ["--memory", memoryFile]),
  ...(singleMessagingUser === undefined ? [] : ["--single-messaging", singleMessagingUser]),
  ...(upstreamDeadlineMs === undefined ? [] : ["--upstream-deadline-ms", String(upstreamDeadlineMs)]),
  ...(forwardRepeatMs === undefined ? [] : ["--forward-repeat-ms", String(forwardRepeatMs)]),
];
