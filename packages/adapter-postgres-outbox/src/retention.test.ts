import { STORED_AT, storedChange, storedRetention, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import pg from "pg";
import { databaseUrl } from "postgres-server/test-database";
import { afterEach, expect, it } from "vitest";
import { databaseStore, type DatabaseStore } from "../test/database-store.ts";

let store: DatabaseStore | undefined;

afterEach(async () => {
  await store?.remove();
});

it("is done with erasure once no session may still read what was there", { timeout: 60_000 }, async () => {
  store = databaseStore(databaseUrl());
  const outbox = await store.open();
  const { due: _, ...finished } = storedChange(1, { final: true, at: STORED_AT - 1 });
  await unwrapAsync(outbox.commit(finished));
  const reader = new pg.Client({ connectionString: store.connectionString });
  await reader.connect();
  await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await reader.query(`SELECT count(*) FROM ${store.schema.name}.transactions`);

  expect(await unwrapAsync(outbox.applyRetention(storedRetention({ deleteBefore: 0 })))).toMatchObject({
    redacted: 1,
    isErased: false,
  });
  await reader.query("COMMIT");
  await reader.end();

  expect(await unwrapAsync(outbox.applyRetention(storedRetention({ deleteBefore: 0 })))).toMatchObject({
    redacted: 0,
    isErased: true,
  });
  expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ record: "***" });
});
