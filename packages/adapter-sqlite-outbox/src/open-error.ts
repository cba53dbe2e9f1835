import type { MessageFault } from "@electrum-vouchers/core";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, type Result } from "neverthrow";
import { codeOf, reasonOf } from "./errors.ts";
import { errnoOf } from "./file-system.ts";

/** Why a file could not be opened as an outbox. No foreign file was created or changed. */
export type OpenError =
  /** The options are wrong: all their faults. Nothing was opened. */
  | { readonly type: "options"; readonly faults: readonly MessageFault[] }
  /** The folder that should hold the file does not exist. It is not created. */
  | { readonly type: "missingDirectory"; readonly directory: string }
  /** There is no file, or an empty one, and `mustExist` was asked for. Nothing was created. */
  | { readonly type: "missing"; readonly path: string }
  /** Another process kept the file locked for longer than the busy timeout. */
  | { readonly type: "locked"; readonly detail: string }
  /** The file, its folder or its file system is not writable. */
  | { readonly type: "readOnly"; readonly detail: string }
  /** The disk is full: not even the little that reading needs could be written. */
  | { readonly type: "full"; readonly detail: string }
  /** The file is not an outbox: no SQLite database, another program's, or one without the outbox's tables. */
  | { readonly type: "foreign"; readonly detail: string }
  /** The file is missing or empty, and beside it is a part of a database that was there: nothing was created. */
  | { readonly type: "leftover"; readonly files: readonly string[] }
  /** The file, its folder or a link to it is not this user's own: another user could read or replace it. Nothing was changed. */
  | {
      readonly type: "unsafe";
      readonly path: string;
      readonly detail: string;
      /** Mends it, in a shell, if it is what it should be. */
      readonly command: string;
      /** The option that accepts it as it is. */
      readonly option: "allowSharedAccess";
    }
  /** The outbox's own tables are not as they were made: a trigger was added, for instance. */
  | {
      readonly type: "altered";
      readonly changes: readonly string[];
      /** SQL that undoes them, as far as that can be done. */
      readonly commands: readonly string[];
    }
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
  const reason = ERRNO_REASONS[errnoOf(error)] ?? reasonOf(codeOf(error));
  return toOpenErrorOf({ reason, detail: error instanceof Error ? error.message : String(error) });
}

export function toOpenErrorOf({ reason, detail }: Pick<OutboxUnavailable, "reason" | "detail">): OpenError {
  switch (reason) {
    case "busy":
      return { type: "locked", detail };
    case "readOnly":
      return { type: "readOnly", detail };
    case "full":
      return { type: "full", detail };
    case "corrupt":
      return { type: "corrupt", detail };
    case "notDurable":
      return { type: "durability", detail };
    default:
      return { type: "failed", detail };
  }
}

/** What the file system says, as SQLite would say it. */
const ERRNO_REASONS: Readonly<Record<string, "full" | "readOnly">> = {
  EACCES: "readOnly",
  EPERM: "readOnly",
  EROFS: "readOnly",
  ENOSPC: "full",
  EDQUOT: "full",
};
