import { once } from "node:events";
import { type Simulator, startSimulator } from "@electrum-vouchers/simulator";
import { type Options, readArguments, readWholeNumber } from "../input/arguments.ts";
import type { SwitchMemory } from "./memory.ts";
import type { SwitchStatusMessage } from "./status-message.ts";

type SwitchOption = "memory" | "single-messaging" | "upstream-deadline-ms" | "forward-repeat-ms";

const options: Options<SwitchOption> = {
  memory: { valueName: "FILE", help: "the file that keeps its memory" },
  "single-messaging": { valueName: "USER", help: "this user owes no advices" },
  "upstream-deadline-ms": { valueName: "NUMBER", help: "how long it waits for a provider" },
  "forward-repeat-ms": { valueName: "NUMBER", help: "how long until a provider that is down is retried" },
};

/** An hour. */
const MAX_MS = 3_600_000;

/** `demo switch`, for the demo itself: runs a simulated switch, sends its URL to the parent process, and ends with it. */
export async function runSwitch(args: readonly string[]): Promise<void> {
  // Ctrl+C ends the till, which may still need its switch until then.
  process.on("SIGINT", () => undefined);
  const parentExit = once(process, "disconnect");
  try {
    const { simulator, memory } = await start(args);
    sendStatus({ type: "listening", url: simulator.url, adminUrl: simulator.adminUrl });
    // The parent may have ended while the switch started.
    if (process.connected) await parentExit;
    await simulator.stop();
    memory?.close();
  } catch (thrown) {
    sendStatus({ type: "failed", reason: thrown instanceof Error ? thrown.message : String(thrown) });
    if (process.connected) process.disconnect();
  }
}

/** Sends a message to the parent. If the parent has ended, the error is ignored. */
const sendStatus = (message: SwitchStatusMessage): void =>
  void process.send?.(message, undefined, undefined, () => undefined);

async function start(
  args: readonly string[],
): Promise<{ readonly simulator: Simulator; readonly memory: SwitchMemory | undefined }> {
  const given = readArguments("switch", options, args)._unsafeUnwrap();
  const ms = (name: SwitchOption): number | undefined =>
    readWholeNumber(given, name, { min: 0, max: MAX_MS })._unsafeUnwrap();
  const [file, user] = [given.text("memory"), given.text("single-messaging")];
  const [upstreamDeadlineMs, forwardRepeatMs] = [ms("upstream-deadline-ms"), ms("forward-repeat-ms")];
  // Loaded only if needed: most switches keep no memory.
  const memory = file === undefined ? undefined : (await import("./memory.ts")).openMemory(file);
  const simulator = await startSimulator({
    singleMessagingUsers: user === undefined ? [] : [user],
    ...(memory === undefined ? {} : { onChange: memory.saveWorld }),
    ...(memory?.world === undefined ? {} : { world: memory.world }),
    ...(upstreamDeadlineMs === undefined ? {} : { upstreamDeadlineMs }),
    ...(forwardRepeatMs === undefined ? {} : { forwardRepeatMs }),
  });
  return { simulator, memory };
}
