import { err, type Result } from "neverthrow";
import { codeOf, reasonOf } from "./errors.ts";

/** Why a file could not be opened as an outbox. Nothing was created or changed that is not ours. */
export type OpenError =
  /** The folder that should hold the file is not there. */
  | { readonly type: "missingDirectory"; readonly directory: string }
  /** Another process kept it locked for longer than the busy timeout. */
  | { readonly type: "locked"; readonly detail: string }
  /** The file, its folder or its file system cannot be written. */
  | { readonly type: "readOnly"; readonly detail: string }
  /** It is something else: no SQLite database, another program's, or one without our tables. */
  | { readonly type: "foreign"; readonly detail: string }
  /** Written by a newer release. */
  | { readonly type: "newer"; readonly found: number; readonly supported: number }
  | { readonly type: "corrupt"; readonly detail: string }
  /** This file system or this build of SQLite does not keep a commit through a loss of power. */
  | { readonly type: "durability"; readonly detail: string }
  | { readonly type: "failed"; readonly detail: string };

/** Runs a step of opening; what SQLite or the file system refuses becomes a value. */
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
