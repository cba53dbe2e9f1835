import { openPostgresOutbox } from "@electrum-vouchers/adapter-postgres-outbox";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Outbox } from "@electrum-vouchers/core/ports";

/** What processes share: the path of a file, or the URL of a server and a schema there. */
export type HostStore = readonly [path: string] | readonly [url: string, schema: string];

/** As long as another process may have the file locked on a busy machine. */
const BUSY_TIMEOUT_MS = 30_000;

export async function openHostStore([place, schema]: HostStore): Promise<Outbox> {
  if (schema === undefined) return openSqliteOutbox({ path: place, busyTimeoutMs: BUSY_TIMEOUT_MS })._unsafeUnwrap();
  return (await openPostgresOutbox({ connectionString: place, schema }))._unsafeUnwrap();
}
