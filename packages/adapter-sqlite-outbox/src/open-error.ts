import { err, type Result } from "neverthrow";
import { codeOf, reasonOf } from "./errors.ts";

/** Why a file could not be opened as an outbox. No foreign file was created or changed. */
export type OpenError =
  /** The folder that should hold the file does not exist. It is not created. */
  | { readonly type: "missingDirectory"; readonly directory: string }
  /** Another process kept the file locked for longer than the busy timeout. */
  | { readonly type: "locked"; readonly detail: string }
  /** The file, its folder or its file system is not writable. */
  | { readonly type: "readOnly"; readonly detail: string }
  /** The file is not an outbox: no SQLite database, another program's, or one without the outbox's tables. */
  | { readonly type: "foreign"; readonly detail: string }
  /** A newer release wrote the file: its schema version is `found`. */
  | { readonly type: "newer"; readonly found: number; readonly supported: number }
  | { readonly type: "corrupt"; readonly detail: string }
  /** With this file system or this build of SQLite, a commit might not survive a power loss. */
  | { readonly type: "durability"; readonly detail: string }
  | { readonly type: "failed"; readonly detail: string };

/** Runs a step of opening. An error of SQLite's or of the file system's becomes a value. */
export function tryOpening<Value>(step: () => Result<Value, OpenError>): Result<Value, OpenError> {
  try {
    return step();
  } catch (error) {
    return err(toOpenError(error));
  }
}

export function toOpenError(error: unknown): OpenError {
  const detail = error instanceof Error ? error.message : String(error);
  switch (reasonOf(codeOf(error))) {
    case "busy":
      return { type: "locked", detail };
    case "readOnly":
      return { type: "readOnly", detail };
    case "corrupt":
      return { type: "corrupt", detail };
    default:
      return { type: "failed", detail };
  }
}
