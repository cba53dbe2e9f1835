import { err, ok } from "neverthrow";
import { type QueuedWork, readQueue } from "../../read/queue.ts";
import type { NamedStore } from "../../store/location.ts";
import { kindWord } from "../../read/words.ts";
import { amountText } from "../../text/amount-text.ts";
import { commandLine, type ReportLine, textLine, wholeLine } from "../../text/report-line.ts";
import { durationText } from "../../text/time-text.ts";
import { type CommandRun, nextCommand } from "../command.ts";
import { tableLines } from "../table.ts";
import { countOption } from "../values.ts";
import { lookAtStore, shortId, storeFault } from "./on-store.ts";

const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 100_000;

/** `vouchers queue`. */
export const runQueue: CommandRun = (context) =>
  lookAtStore(context, async (reader, store) => {
    const limit = countOption(context, "limit", MAX_LIMIT);
    if (limit.isErr()) return err(limit.error);
    const now = context.now();
    const read = await readQueue(reader, now, limit.value ?? DEFAULT_LIMIT, context.text("queue"));
    if (read.isErr()) return err(storeFault(store)(read.error));
    const { work, isCut } = read.value;
    return ok({
      exitCode: 0,
      lines:
        work.length === 0
          ? [
              wholeLine("nothing waits: no advice is to be delivered, and no timer runs"),
              commandLine(nextCommand(store, "status")),
            ]
          : queueLines(store, work, isCut, now, context.terminal.width),
      json: { work, isCut },
    });
  });

/** What waits, as a table. */
export const queueLines = (
  store: NamedStore,
  work: readonly QueuedWork[],
  isCut: boolean,
  now: number,
  width: number,
): readonly ReportLine[] => [
  ...tableLines(
    ["ID", "KIND", "WAITS FOR", "AMOUNT", "SINCE", "TRIES", "WHY", "NEXT"],
    work.map(({ id, kind, description, amount, dueAt, tries, reason, nextAt, isLeased }) => [
      shortId(id),
      kindWord(kind),
      description,
      amount === undefined ? "" : amountText(amount),
      dueAt > now ? "" : durationText(now - dueAt, 1),
      String(tries),
      reason ?? "",
      isLeased ? "now" : nextAt === undefined ? "at once" : `in ${durationText(nextAt - now, 1)}`,
    ]),
    { width, cutColumn: 6, rightColumns: [3, 4, 5] },
  ),
  ...(isCut ? [textLine("there are more: see --limit", "dim")] : []),
  commandLine(nextCommand(store, "show", shortId(work[0]?.id ?? ""))),
];
