// One connection of each process that stays open as long as the outbox: it shows that the process lives, and hears of the others.
//
// Rules
// 1. A process that has the outbox open holds a lock of its own number on the server, as long as this connection lasts. A clock cannot tell a
//    dead process from a slow one; the server can, since it ends the session of a process that has ended, and its locks with it.
// 2. The lock is shared: after a lost connection the new session takes it while the server may not yet have noticed the end of the old one.
// 3. Numbers come from a sequence, so none is ever given twice.
// 4. Commits of others are told by NOTIFY. It is never part of a commit: it takes a lock on the whole database until that has ended. So it
//    is sent after commits, at most once an interval, over the connection of leases, which waits for no disk.
// 5. What is told while the connection was lost is not heard. So the listeners are called once it is back.
// 6. A process that was killed tells nothing. While someone listens, the locks are looked at from time to time.
//
// What it does not know: what a process has leased, and what it owns.

import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { clientConfigOf, type ConnectionOptions, type ConnectionPool, prepareSession } from "./server-connections.ts";

export interface Session {
  /** The number of this process among those that have the outbox open. */
  readonly instance: number;
  /** The two numbers of the lock that a living process holds are this one and its own. */
  readonly lockSpace: number;
  /** Calls the listener soon after another process has committed, or has ended. Gives what ends the watch. */
  watch(listener: () => void): () => void;
  /** Tells the other processes, soon. */
  notifyOthers(): void;
  /** Whether another process has ended, or the connection was lost, since this was last called. */
  mayHaveChanged(): boolean;
  close(): Promise<void>;
}

/** Work without a living owner must be taken up within 200 ms. */
const NOTIFY_INTERVAL_MS = 50;

/** However many processes commit, this one looks for work at most so often. */
const TELL_INTERVAL_MS = 100;

/** What a killed process left must be taken up within two seconds. */
const LOOK_INTERVAL_MS = 500;

const RECONNECT_PAUSE_MS = 200;

/** Ended, as another process is told of it. */
const ENDED = "ended";

export interface StoreSessionOptions extends ConnectionOptions {
  readonly instance: number;
  readonly lockSpace: number;
}

/** Connects. It rejects if that fails; later losses are mended by themselves. */
export async function openStoreSession(
  options: StoreSessionOptions,
  schedule: Pick<ConnectionPool, "run">,
): Promise<Session> {
  const { instance, lockSpace } = options;
  const channel = `outbox_${lockSpace}`;
  const listeners = new Set<{ readonly notify: () => void }>();
  let isChanged = true;

  const teller = createThrottle(TELL_INTERVAL_MS, () => {
    for (const { notify } of listeners) notify();
  });
  function tellOfChange(): void {
    isChanged = true;
    teller.call();
  }

  function hear({ payload = "" }: pg.Notification): void {
    const [sender = "", event] = payload.split(" ");
    if (sender === String(instance)) return;
    if (event === ENDED) tellOfChange();
    else teller.call();
  }

  const line = await keepConnected(() => connectSession(options, channel, hear), tellOfChange);
  let sending: Promise<unknown> = Promise.resolve();
  const notifier = createThrottle(NOTIFY_INTERVAL_MS, () => {
    // If it is lost, the others find the work by themselves, later.
    sending = schedule.run(NOTIFY, [channel, String(instance)]).catch(() => {});
  });
  const lookout = createLookout(schedule, options, tellOfChange);

  return {
    instance,
    lockSpace,
    notifyOthers: notifier.call,
    watch: (notify) => {
      const listener = { notify };
      listeners.add(listener);
      lookout.start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) lookout.stop();
      };
    },
    mayHaveChanged: () => {
      const wasChanged = isChanged;
      isChanged = false;
      return wasChanged;
    },
    close: async () => {
      listeners.clear();
      lookout.stop();
      teller.stop();
      notifier.stop();
      await sending;
      // The lock goes first: whoever is told must find it gone.
      await line.close();
      await schedule.run(NOTIFY, [channel, `${instance} ${ENDED}`]).catch(() => {});
    },
  };
}

/** A session that holds the lock of this process, and hears of the others. */
async function connectSession(
  options: StoreSessionOptions,
  channel: string,
  hear: (notification: pg.Notification) => void,
): Promise<pg.Client> {
  const client = new pg.Client(clientConfigOf(options));
  client.on("error", () => {});
  try {
    await client.connect();
    await prepareSession(client, options.schema, {});
    await client.query("SELECT pg_advisory_lock_shared($1, $2)", [options.lockSpace, options.instance]);
    await client.query(`LISTEN ${channel}`);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  client.on("notification", hear);
  return client;
}

/** Connects, and again whenever the connection is lost; then `onReconnect` is called. */
async function keepConnected(
  connect: () => Promise<pg.Client>,
  onReconnect: () => void,
): Promise<{ close(): Promise<void> }> {
  let isClosed = false;
  let client = await connect();
  client.on("end", mend);

  function mend(): void {
    if (!isClosed) void reconnect();
  }

  async function reconnect(): Promise<void> {
    let next: pg.Client | undefined;
    while (!isClosed && next === undefined) {
      await sleep(RECONNECT_PAUSE_MS, undefined, { ref: false });
      next = await connect().catch(() => undefined);
    }
    if (next === undefined) return;
    client = next;
    client.on("end", mend);
    if (isClosed) await client.end();
    else onReconnect();
  }

  return {
    close: async () => {
      isClosed = true;
      await client.end().catch(() => {});
    },
  };
}

const NOTIFY = { name: "notify", text: "SELECT pg_notify($1, $2)" };

/** Does the work at once, and then not again before the interval is over. */
function createThrottle(intervalMs: number, work: () => void): { call(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isWanted = false;

  function call(): void {
    if (timer !== undefined) {
      isWanted = true;
      return;
    }
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (!isWanted) return;
      isWanted = false;
      call();
    }, intervalMs).unref();
  }

  return { call, stop: () => clearTimeout(timer) };
}

/** The numbers of the processes that live. */
export const LIVING = `SELECT DISTINCT objid::bigint::integer AS instance FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = $1::bigint::oid
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

const FIND_LIVING = {
  name: "find-living",
  text: `SELECT array_agg(instance ORDER BY instance) AS living FROM (${LIVING}) each`,
};

/** Looks whether a process has ended that lived when it last looked. */
function createLookout(schedule: Pick<ConnectionPool, "run">, { lockSpace }: StoreSessionOptions, tell: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let known: readonly number[] = [];

  async function look(): Promise<void> {
    try {
      const [row] = await schedule.run<{ living: readonly number[] | null }>(FIND_LIVING, [lockSpace]);
      const living = row?.living ?? [];
      if (known.some((each) => !living.includes(each))) tell();
      known = living;
    } catch {
      // The server is away: the calls that need it say so.
    }
  }

  return {
    start: () => {
      if (timer !== undefined) return;
      void look();
      // A watch alone keeps no process running.
      timer = setInterval(() => void look(), LOOK_INTERVAL_MS).unref();
    },
    stop: () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
