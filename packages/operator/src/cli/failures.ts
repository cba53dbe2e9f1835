import { err, type Result } from "neverthrow";
import type { NamedStore } from "../store/location.ts";
import type { StoreFailure } from "../store/store-failure.ts";
import { type CommandFailure, nextCommand } from "./command.ts";

/** What was given cannot be used. */
export const usageFault = (message: string, ...next: readonly string[]): Result<never, CommandFailure> =>
  err({ exitCode: 2, message, next });

/** It was understood, and not done. */
export const notDone = (message: string, ...next: readonly string[]): Result<never, CommandFailure> =>
  err({ exitCode: 1, message, next });

/** The store could not be used. */
export function toCommandFailure(store: NamedStore, { text, command, reason }: StoreFailure): CommandFailure {
  const next = command ?? NEXT[reason]?.(store) ?? nextCommand(store, "status");
  return { exitCode: 3, message: `${store.name}: ${text}`, next: [next] };
}

/** What to do next, if it is not to try again. */
const NEXT: Readonly<Partial<Record<StoreFailure["reason"], (store: NamedStore) => string>>> = {
  missing: () => "ls -l",
  missingDirectory: () => "ls -l",
  corrupt: (store) => nextCommand(store, "check"),
  altered: (store) => nextCommand(store, "check"),
  newer: () => "vouchers --version",
  full: () => "df -h .",
};
