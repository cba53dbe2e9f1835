import { setTimeout as pause } from "node:timers/promises";
import { openPostgresOutbox } from "@electrum-vouchers/adapter-postgres-outbox";
import { createDatabaseSchema, type DatabaseSchema, type PostgresServer } from "postgres-server";
import { type KillRun, runKills } from "../kill/kill-run.ts";
import { createRandom, type Random } from "../random.ts";

// Till processes on one PostgreSQL, as those of several hosts are: killed, stalled, with clocks that differ, while the server crashes and
// cuts their connections.

/** How many tills work on one schema at once. */
const LANES = 3;

/** The pauses between two disturbances, and which of them are crashes. */
const MAX_PAUSE_MS = 120;
const CRASH_RATE = 0.1;

/** How far the clocks of hosts that no one looks after may be apart. */
const MAX_SKEW_MS = 5_000;

export interface HostsRunOptions {
  readonly kills: number;
  readonly seed: number;
  readonly messaging: "dual" | "single";
  /** Plants a fault: the server says that a commit is durable before it is. */
  readonly isAsynchronous?: boolean;
}

export interface HostsRun extends KillRun {
  readonly crashes: number;
  readonly cuts: number;
}

/** Kills tills on a schema of their own, while the server is disturbed. */
export async function runHosts(
  server: PostgresServer,
  { kills, seed, messaging, isAsynchronous = false }: HostsRunOptions,
): Promise<HostsRun> {
  const schema = createDatabaseSchema(server.url);
  const random = createRandom(seed, LANES);
  let [crashes, cuts] = [0, 0];

  async function disturb(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(random.below(MAX_PAUSE_MS));
      if (random.chance(CRASH_RATE)) {
        await server.crash();
        crashes += 1;
      } else cuts += await cutSome(schema, random);
    }
  }

  const store = { type: "database", connectionString: server.url, schema: schema.name } as const;
  try {
    await createStore(server, schema, isAsynchronous);
    const run = await runKills({ kills, seed, messaging, store, lanes: LANES, pickClockOffset, disturb });
    return { ...run, crashes, cuts };
  } finally {
    await schema.remove();
  }
}

const pickClockOffset = ({ below }: Random): number => below(2 * MAX_SKEW_MS) - MAX_SKEW_MS;

/** Cuts two of three connections of the tills, whichever they are. */
async function cutSome(schema: DatabaseSchema, { below }: Random): Promise<number> {
  const rows = await schema.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'till' AND pid % 3 <> ${below(3)}`,
  );
  return rows.length;
}

async function createStore(server: PostgresServer, schema: DatabaseSchema, isAsynchronous: boolean): Promise<void> {
  const outbox = (await openPostgresOutbox({ connectionString: server.url, schema: schema.name }))._unsafeUnwrap();
  (await outbox.close())._unsafeUnwrap();
  // The adapter refuses a session that would not be durable. So the fault comes from within each commit.
  if (isAsynchronous)
    await schema.query(`
      CREATE FUNCTION commit_later() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM set_config('synchronous_commit', 'off', true); RETURN NULL; END $$;
      CREATE TRIGGER commit_later AFTER INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION commit_later();`);
}
