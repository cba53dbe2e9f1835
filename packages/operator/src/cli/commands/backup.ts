import type { BackupError } from "@electrum-vouchers/adapter-sqlite-outbox";
import { printable } from "@electrum-vouchers/core";
import { err, ok } from "neverthrow";
import { storeFailureOf } from "../../store/store-failure.ts";
import type { NamedStore } from "../../store/location.ts";
import { shellArgument } from "../../text/shell.ts";
import { commandLine, textLine } from "../../text/report-line.ts";
import { type CommandFailure, type CommandRun, nextCommand } from "../command.ts";
import { toCommandFailure, usageFault } from "../failures.ts";
import { givenStore } from "./on-store.ts";

/** `vouchers backup`: a checked copy of a SQLite outbox, also beside a till that is at work. */
export const runBackup: CommandRun = async (context) => {
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const { location } = store.value;
  const target = context.positional("COPY") ?? "";
  if (location.type === "postgres")
    return usageFault("PostgreSQL is backed up by its own means: pg_dump, or the server's archive", "pg_dump --help");
  const { openSqliteOutbox } = await import("@electrum-vouchers/adapter-sqlite-outbox");
  const opened = openSqliteOutbox({ path: location.path, mustExist: true });
  if (opened.isErr()) return err(toCommandFailure(store.value, storeFailureOf(opened.error)));
  const copied = await opened.value.backup(target);
  // Nothing was committed.
  await opened.value.close().unwrapOr(undefined);
  if (copied.isErr()) return err(describe(store.value, target, copied.error));
  return ok({
    exitCode: 0,
    lines: [
      textLine(`${target}: copied and checked, mode 0600. It holds voucher codes: keep it as safe as the till`, "good"),
      commandLine(`vouchers status ${shellArgument(target)}`),
    ],
    json: { copy: target },
  });
};

function describe(store: NamedStore, target: string, error: BackupError): CommandFailure {
  switch (error.type) {
    case "exists":
      return { exitCode: 1, message: `${error.path} is there already, and is left as it is`, next: ["ls -l"] };
    case "missingDirectory":
      return { exitCode: 2, message: `the folder ${error.directory} does not exist`, next: ["ls -l"] };
    case "damaged":
      return {
        exitCode: 1,
        message: `no copy was left: it has the faults of the outbox: ${printable(error.faults.join("; "))}`,
        next: [nextCommand(store, "check")],
      };
    case "failed":
      return { exitCode: 3, message: `${target} could not be written: ${printable(error.detail)}`, next: ["df -h"] };
    case "unavailable":
      return toCommandFailure(store, storeFailureOf(error));
  }
}
