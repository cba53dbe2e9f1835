import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutboxStore } from "@electrum-vouchers/testkit/outbox-conformance";
import { holder, run } from "./process.ts";
import { type OpenError, openSqliteOutbox, type SqliteOutbox, type SqliteOutboxOptions } from "../src/index.ts";

/** A folder for database files. It is deleted when the test ends. */
export interface TemporaryStore extends OutboxStore {
  readonly path: string;
  readonly directory: string;
  /** Opens the file once more, even if it is open already. */
  open(options?: Omit<SqliteOutboxOptions, "path">): Promise<SqliteOutbox>;
  /** Why the file cannot be opened. */
  refusal(options?: Omit<SqliteOutboxOptions, "path">): OpenError;
}

export function temporaryStore(): TemporaryStore {
  const directory = mkdtempSync(join(tmpdir(), "sqlite-outbox-"));
  const path = join(directory, "outbox.db");
  const opened: SqliteOutbox[] = [];

  return {
    path,
    directory,
    open: async (options) => {
      const outbox = openSqliteOutbox({ path, ...options });
      if (outbox.isErr()) throw new Error(`it must open, but gave ${JSON.stringify(outbox.error)}`);
      opened.push(outbox.value);
      return outbox.value;
    },
    refusal: (options) => {
      const outbox = openSqliteOutbox({ path, ...options });
      if (outbox.isErr()) return outbox.error;
      opened.push(outbox.value);
      throw new Error("it must not open, but did");
    },
    startHolder: async () => {
      const running = run(holder, [path]);
      await running.hasSaid(1);
      return {
        kill: async () => {
          running.kill();
          await running.ended();
        },
      };
    },
    remove: async () => {
      // The test may have closed some.
      for (const outbox of opened) await outbox.close().unwrapOr(undefined);
      rmSync(directory, { recursive: true });
    },
  };
}
