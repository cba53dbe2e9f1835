import { closeSync, openSync } from "node:fs";
import { isWorld, type World } from "@electrum-vouchers/simulator";
import Database from "better-sqlite3";

/** What a simulated switch knows, kept in a file from one command to the next. One process at a time has it. */
export interface SwitchMemory {
  readonly world: World | undefined;
  /** On file once it returns, whenever the process is killed. */
  readonly saveWorld: (world: World) => void;
  readonly close: () => void;
}

/** The switch of a command that was killed needs a moment to notice, and to give its memory free. */
const LOCK_WAIT_MS = 5_000;

/** Opens the memory. Throws where another process keeps it, or where the file is none. */
export function openMemory(file: string): SwitchMemory {
  // It holds voucher codes, if only of a simulated switch.
  closeSync(openSync(file, "a", 0o600));
  const database = new Database(file, { timeout: LOCK_WAIT_MS });
  // The system gives the lock free when its owner is gone, however it went.
  database.pragma("locking_mode = EXCLUSIVE");
  database.pragma("journal_mode = WAL");
  // A simulated switch need not survive a loss of power.
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

function readWorld(database: Database.Database): World | undefined {
  const text = database.prepare<[], string>("SELECT world FROM memory").pluck().get();
  if (text === undefined) return undefined;
  const world: unknown = JSON.parse(text);
  if (!isWorld(world)) throw new Error("it holds no world of a simulated switch");
  return world;
}
