import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { HoldingProcess, OutboxStore, StoreDisturbances } from "@electrum-vouchers/testkit/outbox-conformance";
import { createDatabaseSchema, type DatabaseSchema, type PostgresServer } from "postgres-server";
import { openPostgresOutbox, type PostgresOutbox, type PostgresOutboxOptions } from "../src/index.ts";

/** A schema of the test's own. It is removed when the test ends. */
export interface DatabaseStore extends OutboxStore {
  readonly schema: DatabaseSchema;
  readonly connectionString: string;
  /** Opens it once more, as another process would. */
  open(options?: Partial<PostgresOutboxOptions>): Promise<PostgresOutbox>;
  startHolder(): Promise<HoldingProcess>;
}

/** Every connection of an outbox of these tests has such a name. */
const WORKER = "outbox-test";

/** A busy machine may take long to recover a server. */
const PATIENCE_MS = 60_000;

export function databaseStore(connectionString: string): DatabaseStore {
  const schema = createDatabaseSchema(connectionString);
  const opened: PostgresOutbox[] = [];

  return {
    schema,
    connectionString,
    open: async (options) => {
      const outbox = await openPostgresOutbox({
        connectionString,
        schema: schema.name,
        worker: WORKER,
        patienceMs: PATIENCE_MS,
        ...options,
      });
      if (outbox.isErr()) throw new Error(`it must open, but gave ${JSON.stringify(outbox.error)}`);
      opened.push(outbox.value);
      return outbox.value;
    },
    startHolder: () => startHolder(connectionString, schema.name),
    remove: async () => {
      // The test may have closed some.
      await Promise.all(opened.map((outbox) => outbox.close().unwrapOr(undefined)));
      await schema.remove();
    },
  };
}

/** What a test can do to a server of its own. */
export const disturbancesOf = ({ url, crash, kill, start }: PostgresServer): StoreDisturbances => ({
  cut: () => cutConnections(url),
  crash,
  suspend: kill,
  restore: start,
});

/** Ends the connections of all outboxes of these tests. */
export async function cutConnections(url: string): Promise<void> {
  await createDatabaseSchema(url).query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${WORKER}'`,
  );
}

async function startHolder(connectionString: string, schema: string): Promise<HoldingProcess> {
  const path = fileURLToPath(new URL("holder.ts", import.meta.url));
  const flags = ["--conditions=@electrum-vouchers/source", "--experimental-strip-types"];
  const child = spawn(process.execPath, [...flags, path, connectionString, schema], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
