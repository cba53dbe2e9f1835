import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import Database from "better-sqlite3";
import type { PowerDefect } from "./defects.ts";

type OutboxDefect = NonNullable<PowerDefect["inOutbox"]>;

/** What an outbox with this defect says to SQLite instead. */
const replacements: Readonly<Record<OutboxDefect, readonly [original: string, replacement: string]>> = {
  synchronousNormal: ["synchronous = FULL", "synchronous = NORMAL"],
  walKeptAsItIs: ["wal_checkpoint(TRUNCATE)", "wal_checkpoint(NOOP)"],
};

/** What `synchronous` reads back as if it is FULL. An outbox with that defect must not learn of it. */
const SYNCHRONOUS_FULL = 2;

/** Changes what every connection of this process says to SQLite, before the first is opened. */
export function injectOutboxDefect(defect: OutboxDefect): void {
  if (defect === "walKeptAsItIs") hideWal();
  const { pragma } = Database.prototype;
  const [original, replacement] = replacements[defect];
  Database.prototype.pragma = function replacePragma(source, options) {
    if (defect === "synchronousNormal" && source === "synchronous") return SYNCHRONOUS_FULL;
    return pragma.call(this, source.replace(original, replacement), options);
  };
  Database.prototype.prepare = new Proxy(Database.prototype.prepare, {
    apply: (prepare, database, sources: readonly string[]) => {
      const replaced = sources.map((source) => source.replace(original, replacement));
      const statement: unknown = Reflect.apply(prepare, database, replaced);
      return statement;
    },
  });
}

/** The outbox finds no WAL that it could write again. SQLite itself does not use this module. */
function hideWal(): void {
  const { openSync } = fs;
  fs.openSync = (path, flags, mode) => {
    if (String(path).endsWith("-wal")) throw Object.assign(new Error("there is no WAL"), { code: "ENOENT" });
    return openSync(path, flags, mode);
  };
  syncBuiltinESMExports();
}
