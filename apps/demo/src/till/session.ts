import { existsSync } from "node:fs";
import type { Policy } from "@electrum-vouchers/core";
import type { OpenError } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { EventListener } from "@electrum-vouchers/runtime";
import { ok, type Result, ResultAsync } from "neverthrow";
import { type BadInput, badInput } from "../input/bad-input.ts";
import type { Destination } from "../input/connection.ts";
import { startSwitch } from "../switch/start.ts";
import { type Composition, compose, type CompositionError } from "../compose.ts";
import { clientOf, type StoreContents } from "./store-contents.ts";

export interface SessionOptions {
  readonly db: string;
  /** Whether the file must be an outbox already. Default: it is created if it does not exist. */
  readonly mustExist?: boolean;
  readonly destination: Destination;
  readonly username: string;
  readonly policy: Policy;
  readonly onEvent: EventListener;
}

/** Opens a till for one command, with a simulated switch unless the destination is Electrum. */
export function openSession(options: SessionOptions): ResultAsync<Composition, BadInput> {
  const { destination } = options;
  return destination.type === "electrum"
    ? composeTill(options, destination.url, destination.password)
    : new ResultAsync(openSimulatedSession(options));
}

async function openSimulatedSession(options: SessionOptions): Promise<Result<Composition, BadInput>> {
  const simulated = await startSwitch({
    memoryFile: memoryFileOf(options.db),
    ...(options.policy.messaging === "single" ? { singleMessagingUser: options.username } : {}),
  });
  if (simulated.isErr())
    return badInput(`the simulated switch cannot use ${memoryFileOf(options.db)}: ${simulated.error}`);
  const { url, stop } = simulated.value;
  const session = await composeTill(options, url, "any");
  if (session.isErr()) await stop();
  return session.map(({ close, ...rest }) => ({
    ...rest,
    close: async () => {
      await close();
      await stop();
    },
  }));
}

const composeTill = (
  { db, mustExist = false, username, policy, onEvent }: SessionOptions,
  url: string,
  password: string,
): ResultAsync<Composition, BadInput> =>
  compose({ db, mustExist, url, credentials: () => ({ username, password }), policy, onEvent }).mapErr((fault) =>
    describeCompositionError(db, fault),
  );

/** The memory of a database's simulated switch is a file beside it. */
const memoryFileOf = (db: string): string => `${db}.switch`;

/** Refuses a destination other than that of the stored transactions: advices that are sent elsewhere have no effect. */
export function checkStored(
  db: string,
  { isEmpty, unfinished }: StoreContents,
  { destination, username }: Pick<SessionOptions, "destination" | "username">,
): Result<void, BadInput> {
  const isSimulated = existsSync(memoryFileOf(db));
  if (destination.type === "electrum" && isSimulated) {
    return badInput(`--db ${db}: holds sales of a simulated switch; expected another file for --electrum`);
  }
  if (destination.type === "simulated" && !isSimulated && !isEmpty) {
    return badInput(`--db ${db}: holds transactions with a switch that is not simulated; expected --electrum URL`);
  }
  const other = unfinished.map(clientOf).find((client) => client !== undefined && client !== username);
  return other === undefined
    ? ok()
    : badInput(
        `--db ${db}: transactions of client ${other} are unfinished; expected --username ${other}, or another file`,
      );
}

/** Why the till cannot be opened, by the option at fault. */
export const describeCompositionError = (db: string, fault: CompositionError): BadInput =>
  fault.type === "outbox"
    ? describeDatabaseError(db, fault.error)
    : describeOptionFaults(fault.faults.map(({ expected }) => expected));

const describeOptionFaults = ([first = "cannot be used", ...rest]: readonly string[]): BadInput => ({
  lines: [`--electrum: ${first}`, ...rest.map((expected) => `--electrum: ${expected}`)] as const,
});

/** Why a file cannot be used as the database. */
export function describeDatabaseError(db: string, error: OpenError | OutboxUnavailable): BadInput {
  const line = ((): string => {
    switch (error.type) {
      case "options":
        return error.faults.map(({ path, expected }) => `${path} ${expected}`).join("; ");
      case "missingDirectory":
        return `the folder ${error.directory} does not exist`;
      case "missing":
        return "there is no outbox; expected the file of a till";
      case "locked":
        return "another process keeps it locked; expected a database that can be written";
      case "readOnly":
        return "cannot be written; expected a database that this user may write";
      case "full":
        return `cannot be opened, since the disk is full (${error.detail})`;
      case "leftover":
        return `is missing, and beside it lies a part of it (${error.files.join(", ")}); expected both, or neither`;
      case "foreign":
        return `is not a database of this demo (${error.detail}); expected one, or a new file`;
      case "unsafe":
        return `is not safe: ${error.path}: ${error.detail}; to mend it: ${error.command}`;
      case "altered":
        return `was changed by another program (${error.changes.join("; ")})`;
      case "newer":
        return `was written by a newer release (schema ${error.found}); this one reads up to ${error.supported}`;
      case "corrupt":
        return `is damaged (${error.detail})`;
      case "durability":
        return `cannot keep a commit through a power loss (${error.detail}); expected a local file system`;
      case "unavailable":
        return `is not available (${error.reason}: ${error.detail})`;
      case "failed":
        return `cannot be opened (${error.detail})`;
    }
  })();
  return { lines: [`--db ${db}: ${line}`] };
}
