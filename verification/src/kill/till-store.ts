import { setTimeout as pause } from "node:timers/promises";
import { openPostgresOutbox } from "@electrum-vouchers/adapter-postgres-outbox";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";

/** What tills share: a file, or a schema of a database. */
export type TillStore =
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "database"; readonly connectionString: string; readonly schema: string };

export type TillOutbox = Outbox & OutboxInspection;

/** A server that was crashed on a busy machine is back by then. */
const PATIENCE_MS = 60_000;
const REOPEN_INTERVAL_MS = 50;

/** Opens the store. A server that is away is waited for. */
export async function openTillStore(store: TillStore): Promise<TillOutbox> {
  if (store.type === "file") return openSqliteOutbox({ path: store.path })._unsafeUnwrap();
  const { connectionString, schema } = store;
  const endsAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const opened = await openPostgresOutbox({ connectionString, schema, worker: "till", patienceMs: PATIENCE_MS });
    if (opened.isOk()) return opened.value;
    if (opened.error.type !== "unreachable" || performance.now() > endsAt) return opened._unsafeUnwrap();
    await pause(REOPEN_INTERVAL_MS);
  }
}

/** A store as an argument of a process. */
export const storeArgument = (store: TillStore): string => JSON.stringify(store);

export function parseStore(argument: string): TillStore {
  const store: unknown = JSON.parse(argument);
  if (!isTillStore(store)) throw new TypeError(`it is no store: ${argument}`);
  return store;
}

const isTillStore = (value: unknown): value is TillStore =>
  typeof value === "object" &&
  value !== null &&
  ("path" in value || ("connectionString" in value && "schema" in value));
