import { closeSync, openSync } from "node:fs";
import { isWorld, type World } from "@electrum-vouchers/simulator";
import Database from "better-sqlite3";

/** The memory of a simulated switch, kept in a file from one command to the next. One process at a time may open it. */
export interface SwitchMemory {
  readonly world: World | undefined;
  /** Once it returns, the world survives a kill of the process. */
  readonly saveWorld: (world: World) => void;
  readonly close: () => void;
}

/** In milliseconds. After a command was killed, its switch needs a moment to end and to release the file. */
const LOCK_WAIT_MS = 5_000;

/** Opens the memory. Throws if another process has it open, or if the file is not one. */
export function openMemory(file: string): SwitchMemory {
  create(file);
  const database = new Database(file, { timeout: LOCK_WAIT_MS });
  // The operating system releases the lock when the process ends, in whatever way.
  database.pragma("locking_mode = EXCLUSIVE");
  database.pragma("journal_mode = WAL");
  // A simulated switch need not survive a power loss.
  database.pragma("synchronous = OFF");
  database.exec(
    "CREATE TABLE IF NOT EXISTS memory (only INTEGER PRIMARY KEY CHECK (only = 1), world TEXT NOT NULL) STRICT",
  );
  const save = database.prepare<[string]>(
    "INSERT INTO memory VALUES (1, ?) ON CONFLICT DO UPDATE SET world = excluded.world",
  );
  return {
    world: readWorld(database),
    saveWorld: (world) => void save.run(JSON.stringify(world)),
    close: () => void database.close(),
  };
}

/** It holds voucher codes, though only of a simulated switch. A file that is there is left to SQLite, whose locks a close would drop. */
function create(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function readWorld(database: Database.Database): World | undefined {
  const text = database.prepare<[], string>("SELECT world FROM memory").pluck().get();
  if (text === undefined) return undefined;
  const world: unknown = JSON.parse(text);
  if (!isWorld(world)) throw new Error("it is not the memory of a simulated switch");
  return world;
}
