import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type PostgresOutbox, openPostgresOutbox } from "@electrum-vouchers/adapter-postgres-outbox";
import { createDatabaseSchema, type DatabaseSchema } from "postgres-server";

/** Gives `work` a schema of its own, and removes it afterwards. */
export async function withSchema<Value>(url: string, work: (schema: DatabaseSchema) => Promise<Value>): Promise<Value> {
  const schema = createDatabaseSchema(url);
  try {
    return await work(schema);
  } finally {
    await schema.remove();
  }
}

/** An outbox on a schema of its own. */
export const withPostgresOutbox = <Value>(
  url: string,
  work: (outbox: PostgresOutbox, schema: DatabaseSchema) => Promise<Value>,
): Promise<Value> =>
  withSchema(url, async (schema) => {
    const outbox = (await openPostgresOutbox({ connectionString: url, schema: schema.name }))._unsafeUnwrap();
    try {
      return await work(outbox, schema);
    } finally {
      (await outbox.close())._unsafeUnwrap();
    }
  });

/** The fsync calls for the write-ahead log so far, by the server's own count. */
export async function countWalFsyncs(url: string): Promise<number> {
  const [row] = await createDatabaseSchema(url).query(
    "SELECT coalesce(sum(fsyncs), 0)::int AS fsyncs FROM pg_stat_io WHERE object = 'wal'",
  );
  return Number(row?.["fsyncs"]);
}

/** In ticks of 10 ms: user and system time, of a process and of those of its children that have ended. */
const CPU_FIELDS = [13, 14, 15, 16];
const TICK_MS = 10;

/** The CPU time of all processes of a server on this machine. NaN if it cannot be told. */
export async function readServerCpuMs(url: string): Promise<number> {
  const [row] = await createDatabaseSchema(url).query("SELECT current_setting('data_directory') AS folder");
  try {
    const postmaster = readFileSync(join(String(row?.["folder"]), "postmaster.pid"), "utf8").split("\n")[0] ?? "";
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readStat(pid))
      .filter(([pid, , , parent]) => pid === postmaster || parent === postmaster)
      .reduce((sum, stat) => sum + CPU_FIELDS.reduce((ticks, field) => ticks + Number(stat[field]), 0) * TICK_MS, 0);
  } catch {
    return Number.NaN;
  }
}

/** The fields of a process; none if it has ended. Its name is one field, whatever is in it. */
function readStat(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/\(.*\)/, "name")
      .split(" ");
  } catch {
    return [];
  }
}
