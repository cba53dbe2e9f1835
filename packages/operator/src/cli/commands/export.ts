import { toView } from "@electrum-vouchers/core";
import { err, ok } from "neverthrow";
import { toReadable } from "../../read/readable-transaction.ts";
import type { CommandRun } from "../command.ts";
import { lookAtStore, storeFault } from "./on-store.ts";

const PAGE = 200;

/** `vouchers export`: the view of every transaction, one a line. It holds no secret. */
export const runExport: CommandRun = (context) =>
  lookAtStore(context, async (reader, store) => {
    let after: string | undefined;
    let unreadable = 0;
    do {
      const page = await reader.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      if (page.isErr()) return err(storeFault(store)(page.error));
      for (const { record, ...columns } of page.value.records) {
        const read = toReadable({ id: columns.id, record });
        if (read.type !== "readable") unreadable += 1;
        context.terminal.writeJson(
          read.type === "readable"
            ? { ...toView(read.transaction), version: columns.version, committedAt: columns.committedAt }
            : { id: columns.id, damage: read, version: columns.version, committedAt: columns.committedAt },
        );
      }
      after = page.value.next;
    } while (after !== undefined && !context.terminal.isClosed());
    return ok({ exitCode: unreadable === 0 ? 0 : 1, lines: [], json: undefined });
  });
