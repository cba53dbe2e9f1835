import type { OutboxReader, Uuid } from "@electrum-vouchers/core";
import type { Outbox, OutboxInspection, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { locateStore, type NamedStore } from "../../store/location.ts";
import { openToChange, openToLook } from "../../store/open-store.ts";
import { storeFailureOf } from "../../store/store-failure.ts";
import { type CommandContext, type CommandFailure, type CommandReport, nextCommand } from "../command.ts";
import { notDone, toCommandFailure, usageFault } from "../failures.ts";

/** The store that the command was given. */
export function givenStore(context: CommandContext): Result<NamedStore, CommandFailure> {
  const [urlFile, schema] = [context.text("url-file"), context.text("schema")];
  return locateStore({
    file: context.positional("FILE") ?? "",
    ...(urlFile === undefined ? {} : { urlFile }),
    ...(schema === undefined ? {} : { schema }),
    environment: context.environment,
  }).mapErr((message) => ({ exitCode: 2, message, next: [`vouchers ${context.command} --help`] }));
}

type Reported = Promise<Result<CommandReport, CommandFailure>>;

/** Opens the store read-only for a piece of work, and closes it. */
export async function lookAtStore(
  context: CommandContext,
  work: (reader: OutboxReader, store: NamedStore) => Reported,
): Reported {
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const opened = await openToLook(store.value.location);
  if (opened.isErr()) return err(toCommandFailure(store.value, opened.error));
  const reported = await work(opened.value, store.value);
  // Nothing was written: a failed close loses nothing.
  await opened.value.close().unwrapOr(undefined);
  return reported;
}

/** Opens the store to change it for a piece of work, and closes it. */
export async function changeStore(store: NamedStore, work: (outbox: Outbox & OutboxInspection) => Reported): Reported {
  const opened = await openToChange(store.location);
  if (opened.isErr()) return err(toCommandFailure(store, opened.error));
  const reported = await work(opened.value);
  // What was committed is durable: a failed close loses nothing.
  await opened.value.close().unwrapOr(undefined);
  return reported;
}

/** The store failed in the middle. */
export const storeFault =
  (store: NamedStore) =>
  (error: OutboxUnavailable): CommandFailure =>
    toCommandFailure(store, storeFailureOf(error));

/** A shorter prefix is a slip of the finger. */
const MIN_PREFIX = 4;
const MAX_SHOWN = 5;

/** The one transaction whose id begins as the operator has said. */
export async function findTransactionId(
  context: CommandContext,
  reader: Pick<OutboxReader, "findIds">,
  store: NamedStore,
): Promise<Result<Uuid, CommandFailure>> {
  const prefix = (context.positional("ID") ?? "").toLowerCase();
  if (prefix.length < MIN_PREFIX || !/^[0-9a-f-]+$/.test(prefix))
    return usageFault(`ID: expected an id, or at least its first ${MIN_PREFIX} characters`, nextCommand(store, "list"));
  const found = await reader.findIds(prefix, MAX_SHOWN + 1);
  if (found.isErr()) return err(storeFault(store)(found.error));
  const [id, ...others] = found.value;
  if (id === undefined)
    return notDone(`no transaction in ${store.name} has an id that begins with ${prefix}`, nextCommand(store, "list"));
  return others.length === 0
    ? ok(id)
    : usageFault(
        `${prefix} is the beginning of more than one id`,
        ...found.value.slice(0, MAX_SHOWN).map((each) => nextCommand(store, "show", each)),
      );
}

const SHORT_ID = 8;

/** The id as it is shown and pasted. */
export const shortId = (id: Uuid): string => id.slice(0, SHORT_ID);
