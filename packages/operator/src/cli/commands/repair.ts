import type { RepairRefused } from "@electrum-vouchers/core/ports";
import { printable } from "@electrum-vouchers/core";
import { err, ok } from "neverthrow";
import { commandLine, textLine } from "../../text/report-line.ts";
import { type CommandRun, nextCommand } from "../command.ts";
import { notDone, usageFault } from "../failures.ts";
import { changeFailure } from "./change-report.ts";
import { findGiven } from "./decide.ts";
import { changeStore, givenStore, shortId } from "./on-store.ts";
import { askBefore, readNote } from "./operator-note.ts";

/** `vouchers repair`: rebuilds a damaged record from its journal, if the journal proves what it was. */
export const runRepair: CommandRun = async (context) => {
  const note = readNote(context);
  if (note.isErr()) return err(note.error);
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const id = await findGiven(context, store.value);
  if (id.isErr()) return err(id.error);
  const asked = await askBefore(context, `rebuild ${shortId(id.value)} from its journal?`);
  if (asked.isErr()) return err(asked.error);
  return changeStore(store.value, async (outbox) => {
    const repaired = await outbox.repair({ id: id.value, ...note.value, at: context.now() });
    const show = nextCommand(store.value, "show", shortId(id.value));
    if (repaired.isOk())
      return ok({
        exitCode: 0,
        lines: [
          textLine(`${shortId(id.value)}: rebuilt from its journal, and journalled; nothing was sent`, "good"),
          commandLine(show),
        ],
        json: { id: id.value, repaired: true, sent: 0 },
      });
    const { error } = repaired;
    switch (error.type) {
      case "invalidRepair":
        return usageFault(
          error.faults.map(({ path, expected }) => printable(`--${path} ${expected}`)).join("; "),
          show,
        );
      case "notRepaired":
        return notDone(`${shortId(id.value)}: not repaired: ${REFUSALS[error.reason]}`, show);
      case "conflict":
        return notDone(`${shortId(id.value)}: another process was first; nothing was changed`, show);
      default:
        return err(changeFailure(store.value, id.value, error));
    }
  });
};

type Reason = Extract<RepairRefused, { type: "notRepaired" }>["reason"];

const REFUSALS: Readonly<Record<Reason, string>> = {
  unknown: "it is not there any more",
  sound: "nothing is wrong with it",
  newer: "a newer release wrote it",
  entryDamaged: "an entry of its journal is damaged, too. Only a backup, or what Electrum and the provider say, helps",
  entriesMissing: "entries of its journal are missing. Only a backup, or what Electrum and the provider say, helps",
  replayDiffers: "its journal does not lead where its entries say. Only a backup helps",
  finalStateDiffers: "it is over, and its journal does not lead to the state that it ended in. Only a backup helps",
};
