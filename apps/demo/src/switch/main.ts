import { once } from "node:events";
import { type Simulator, startSimulator } from "@electrum-vouchers/simulator";
import { type Options, readArguments, readWholeNumber } from "../input/arguments.ts";
import type { SwitchMemory } from "./memory.ts";
import type { SwitchStatusMessage } from "./status-message.ts";

type SwitchOption = "memory" | "single-messaging" | "upstream-deadline-ms" | "forward-repeat-ms";

const options: Options<SwitchOption> = {
  memory: { valueName: "FILE", help: "where it keeps what it knows" },
  "single-messaging": { valueName: "USER", help: "this user owes no advices" },
  "upstream-deadline-ms": { valueName: "NUMBER", help: "how long it waits for a provider" },
  "forward-repeat-ms": { valueName: "NUMBER", help: "how long it leaves a provider alone that is down" },
};

/** An hour. */
const MAX_MS = 3_600_000;

/** `demo switch`, for the demo itself: a simulated switch that tells its parent where it listens, and ends with it. */
export async function runSwitch(args: readonly string[]): Promise<void> {
  // Ctrl+C is for the till, which may want to speak to its switch before it ends.
  process.on("SIGINT", () => undefined);
  const parentExit = once(process, "disconnect");
  try {
    const { simulator, memory } = await start(args);
    sendStatus({ type: "listening", url: simulator.url, adminUrl: simulator.adminUrl });
    // The parent may have gone while the switch was started.
    if (process.connected) await parentExit;
    await simulator.stop();
    memory?.close();
  } catch (thrown) {
    sendStatus({ type: "failed", reason: thrown instanceof Error ? thrown.message : String(thrown) });
    if (process.connected) process.disconnect();
  }
}

/** A parent that is gone hears nothing, and that is no error. */
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
  // Loaded when wanted: most switches forget.
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
