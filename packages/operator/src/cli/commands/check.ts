import { printable } from "@electrum-vouchers/core";
import { err, ok } from "neverthrow";
import { commandLine, textLine } from "../../text/report-line.ts";
import { type CommandRun, nextCommand } from "../command.ts";
import { changeStore, givenStore, storeFault } from "./on-store.ts";

/** `vouchers check`: reads everything. A record that cannot be read needs attention from then on, so the store is opened to be changed. */
export const runCheck: CommandRun = async (context) => {
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  return changeStore(store.value, async (outbox) => {
    const checked = await outbox.check();
    if (checked.isErr()) return err(storeFault(store.value)(checked.error));
    const faults = checked.value;
    const isSound = faults.length === 0;
    return ok({
      exitCode: isSound ? 0 : 1,
      lines: [
        ...faults.map((fault) => textLine(printable(fault), "bad")),
        textLine(
          isSound
            ? `${store.value.name} is sound: every record is what was written, and its journal leads to it`
            : `${faults.length} faults; what is damaged waits until it is repaired`,
          isSound ? "good" : "bad",
        ),
        commandLine(isSound ? nextCommand(store.value, "status") : nextCommand(store.value, "list", "--attention")),
      ],
      json: { isSound, faults },
    });
  });
};
