// Removes from the tables what retention has redacted or deleted. PostgreSQL keeps the old version of a row until VACUUM, and VACUUM keeps it
// as long as any session on the database may still want to read it.
//
// What it does not know, and cannot remove: the write-ahead log, backups and replicas. What was deleted lives on there for as long as they
// are kept. So do the bytes of a page's free space, until something else is written there.

import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionPool, Statement } from "../server-connections.ts";

/** Younger than all that retention has written. */
const TAKE_BOUNDARY: Statement = { name: "take-boundary", text: "SELECT pg_current_xact_id()::text AS boundary" };

/** Whether somebody may still read what was there before the boundary. A session of another user's is seen by a member of pg_read_all_stats. */
const FIND_READERS: Statement = {
  name: "find-readers",
  text: `SELECT pid FROM pg_stat_activity, (SELECT ($1::text::bigint & 4294967295)::text::xid AS boundary) given
    WHERE pid <> pg_backend_pid() AND datname = current_database()
      AND (age(backend_xmin) > age(boundary) OR age(backend_xid) > age(boundary)) LIMIT 1`,
};

/** Commits that are under way end within milliseconds. A reader that takes longer keeps what it reads. */
const MAX_WAIT_MS = 2_000;
const POLL_INTERVAL_MS = 20;

/** Gives whether nothing is left in the tables. */
export async function eraseRemoved(pool: Pick<ConnectionPool, "use">): Promise<boolean> {
  return pool.use(async (connection) => {
    const [row] = await connection.run<{ boundary: string }>(TAKE_BOUNDARY);
    const isRead = async (): Promise<boolean> => (await connection.run(FIND_READERS, [row?.boundary])).length > 0;
    let hasReaders = await isRead();
    for (let waitedMs = 0; hasReaders && waitedMs < MAX_WAIT_MS; waitedMs += POLL_INTERVAL_MS) {
      await sleep(POLL_INTERVAL_MS);
      hasReaders = await isRead();
    }
    await connection.execute("VACUUM (TRUNCATE false) transactions, journal, deliveries");
    return !hasReaders;
  });
}
