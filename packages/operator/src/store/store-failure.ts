import type { OpenError } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { PostgresOpenError } from "@electrum-vouchers/adapter-postgres-outbox";
import { printable } from "@electrum-vouchers/core";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";

/** Why a store could not be used, in words, without a secret, and a command of the system's that may mend it. */
export interface StoreFailure {
  readonly type: "store";
  readonly reason: (OpenError | PostgresOpenError)["type"] | OutboxUnavailable["reason"];
  readonly text: string;
  readonly command?: string;
}

const failure = (reason: StoreFailure["reason"], text: string, command?: string): StoreFailure => ({
  type: "store",
  reason,
  text: printable(text),
  ...(command === undefined ? {} : { command }),
});

/** What the store says, for an operator. */
export function storeFailureOf(error: OpenError | PostgresOpenError | OutboxUnavailable): StoreFailure {
  switch (error.type) {
    case "unavailable":
      return failure(error.reason, `it is not available (${error.reason}): ${error.detail}`);
    case "missing":
      return failure("missing", "there is no outbox: expected the file of a till");
    case "missingDirectory":
      return failure("missingDirectory", `the folder ${error.directory} does not exist`);
    case "foreign":
      return failure("foreign", `it is no outbox: ${error.detail}`);
    case "newer":
      return failure(
        "newer",
        `a newer release wrote it (schema ${error.found}, this release knows ${error.supported}): use that release's vouchers`,
      );
    case "leftover":
      return failure("leftover", `its file is missing, and parts of it are there: ${error.files.join(", ")}`);
    case "unsafe":
      return failure("unsafe", `${error.path}: ${error.detail}`, error.command);
    case "altered":
      return failure("altered", `another program has changed its tables: ${error.changes.join("; ")}`);
    case "options":
      return failure("options", error.faults.map(({ path, expected }) => `${path} ${expected}`).join("; "));
    case "locked":
      return failure("locked", `another process keeps it locked: ${error.detail}; try again`);
    case "full":
      return failure("full", `the disk is full: ${error.detail}`);
    case "authentication":
      return failure("authentication", `the server refuses the user, the password or the database: ${error.detail}`);
    case "unreachable":
      return failure("unreachable", `no server answers: ${error.detail}`);
    default:
      return failure(error.type, error.detail);
  }
}
