// Opens an outbox to look at it, or to change it. Each adapter is loaded only if it is needed: a status must not wait for the other's driver.

import type { OutboxReader } from "@electrum-vouchers/core";
import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import type { StoreLocation } from "./location.ts";
import { type StoreFailure, storeFailureOf } from "./store-failure.ts";

/** Opens the outbox read-only. */
export async function openToLook(location: StoreLocation): Promise<Result<OutboxReader, StoreFailure>> {
  if (location.type === "sqlite") {
    const { openSqliteReader } = await import("@electrum-vouchers/adapter-sqlite-outbox");
    return openSqliteReader({ path: location.path }).mapErr(storeFailureOf);
  }
  const { openPostgresReader } = await import("@electrum-vouchers/adapter-postgres-outbox");
  const { connectionString, schema } = location;
  return openPostgresReader({ connectionString, ...(schema === undefined ? {} : { schema }) }).mapErr(storeFailureOf);
}

/** Opens the outbox to change it. It must be there: nothing is created for a mistyped name. */
export async function openToChange(location: StoreLocation): Promise<Result<Outbox & OutboxInspection, StoreFailure>> {
  if (location.type === "sqlite") {
    const { openSqliteOutbox } = await import("@electrum-vouchers/adapter-sqlite-outbox");
    return openSqliteOutbox({ path: location.path, mustExist: true }).mapErr(storeFailureOf);
  }
  const looked = await openToLook(location);
  if (looked.isErr()) return err(looked.error);
  const closed = await looked.value.close();
  if (closed.isErr()) return err(storeFailureOf(closed.error));
  const { openPostgresOutbox } = await import("@electrum-vouchers/adapter-postgres-outbox");
  const { connectionString, schema } = location;
  const options = { connectionString, ...(schema === undefined ? {} : { schema }), committers: 1 };
  return (await openPostgresOutbox(options)).mapErr(storeFailureOf).andThen((outbox) => ok(outbox));
}
