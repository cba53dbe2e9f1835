import { renderSlip } from "@electrum-vouchers/core";
import { err, ok } from "neverthrow";
import { reprintVoucher } from "../../change/reprint.ts";
import { commandLine, textLine, wholeLine } from "../../text/report-line.ts";
import { type CommandRun, nextCommand } from "../command.ts";
import { changeFailure } from "./change-report.ts";
import { findGiven } from "./decide.ts";
import { changeStore, givenStore, shortId } from "./on-store.ts";
import { askBefore, readNote } from "./operator-note.ts";

/** `vouchers reprint`: the one command that shows a voucher's code. */
export const runReprint: CommandRun = async (context) => {
  const note = readNote(context);
  if (note.isErr()) return err(note.error);
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const id = await findGiven(context, store.value);
  if (id.isErr()) return err(id.error);
  const asked = await askBefore(context, `show the voucher of ${shortId(id.value)} again, as a copy?`);
  if (asked.isErr()) return err(asked.error);
  return changeStore(store.value, async (outbox) => {
    const reprinted = await reprintVoucher(outbox, id.value, note.value, context.now());
    if (reprinted.isErr()) return err(changeFailure(store.value, id.value, reprinted.error));
    const { after, version, handOver } = reprinted.value;
    const copy = handOver.copy === undefined ? "the first time, no copy" : `COPY ${handOver.copy}`;
    return ok({
      exitCode: 0,
      lines: [
        ...renderSlip(handOver, { isChange: after.kind === "redemption" }).map(({ text }) => wholeLine(text)),
        textLine(`${shortId(id.value)}: v${version} journalled, ${copy}; nothing was sent`, "good"),
        commandLine(nextCommand(store.value, "show", shortId(id.value))),
      ],
      json: { id: id.value, version, handOver, sent: 0 },
    });
  });
};
