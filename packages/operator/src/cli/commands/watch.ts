import { setTimeout as sleep } from "node:timers/promises";
import { err, ok } from "neverthrow";
import { judgeHealth } from "../../read/health.ts";
import { readQueue } from "../../read/queue.ts";
import { readStatus } from "../../read/status.ts";
import { textLine } from "../../text/report-line.ts";
import { dateTimeText } from "../../text/time-text.ts";
import type { CommandExit, CommandRun } from "../command.ts";
import { countOption } from "../values.ts";
import { lookAtStore, storeFault } from "./on-store.ts";
import { queueLines } from "./queue.ts";
import { outboxStatusLines } from "./status.ts";

const INTERVAL_MS = 1_000;

/** As many as fit below the status on 24 lines. */
const MAX_QUEUED = 10;

const MAX_TIMES = 1_000_000;

/** `vouchers watch`: status and queue, drawn anew each second until it is ended. */
export const runWatch: CommandRun = (context) =>
  lookAtStore(context, async (reader, store) => {
    const times = countOption(context, "times", MAX_TIMES);
    if (times.isErr()) return err(times.error);
    const ending = endOnSignal();
    const { terminal } = context;
    for (let round = 1; ; round += 1) {
      const now = context.now();
      const status = await readStatus(reader, now);
      if (status.isErr()) return err(storeFault(store)(status.error));
      const queue = await readQueue(reader, now, MAX_QUEUED);
      if (queue.isErr()) return err(storeFault(store)(queue.error));
      const health = judgeHealth(status.value);
      if (terminal.printsJson) terminal.writeJson({ store: store.name, health, ...status.value });
      else
        terminal.redraw([
          textLine(`${dateTimeText(now)}   Ctrl-C ends it`, "dim"),
          ...outboxStatusLines(store, status.value, health),
          ...(queue.value.work.length === 0
            ? []
            : queueLines(store, queue.value.work, queue.value.isCut, now, terminal.width)),
        ]);
      if (terminal.isClosed() || round === times.value) break;
      await sleep(INTERVAL_MS, undefined, { signal: ending.signal }).catch(() => {});
      if (ending.signal.aborted) break;
    }
    ending.stop();
    return ok({ exitCode: ending.exitCode(), lines: [], json: undefined });
  });

/** Ends what runs at the first signal. A second one ends the process at once. */
export function endOnSignal(): {
  readonly signal: AbortSignal;
  exitCode(): CommandExit;
  stop(): void;
} {
  const controller = new AbortController();
  let exitCode: CommandExit = 0;
  const end = (code: CommandExit) => (): void => {
    exitCode = code;
    controller.abort();
  };
  const [interrupt, terminate] = [end(130), end(143)];
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", terminate);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    stop: () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", terminate);
    },
  };
}
