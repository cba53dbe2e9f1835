import { randomUUID } from "node:crypto";
import { STORED_AT, storedChange, unwrapAsync, unwrapErrorAsync, uuid } from "@electrum-vouchers/testkit";
import { databaseUrl } from "postgres-server/test-database";
import { afterEach, describe, expect, it } from "vitest";
import { databaseStore, type DatabaseStore } from "../test/database-store.ts";
import { openPostgresOutbox, type PostgresOpenError } from "./index.ts";

const stores: DatabaseStore[] = [];

function createStore(): DatabaseStore {
  const store = databaseStore(databaseUrl());
  stores.push(store);
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.remove();
});

const refusal = ({ connectionString, schema }: DatabaseStore): Promise<PostgresOpenError> =>
  unwrapErrorAsync(openPostgresOutbox({ connectionString, schema: schema.name }));

/** The same server with another part of the URL. */
const urlWith = (change: (url: string) => string): string => change(databaseUrl());

describe("opening an outbox", () => {
  it("creates its schema, and opens it again with what is in it", async () => {
    const store = createStore();
    const first = await store.open();
    await unwrapAsync(first.commit(storedChange(1)));
    await unwrapAsync(first.close());

    const second = await store.open();

    expect(await unwrapAsync(second.load(uuid(1)))).toMatchObject({ id: uuid(1), record: "record 1" });
  });

  it("may be done by many processes at once", async () => {
    const store = createStore();
    const outboxes = await Promise.all(Array.from({ length: 5 }, () => store.open()));

    await Promise.all(outboxes.map((outbox, n) => unwrapAsync(outbox.commit(storedChange(n)))));

    const reader = await store.open();
    expect(await unwrapAsync(reader.summary(STORED_AT))).toMatchObject({ due: { advice: { count: 5 } } });
  });

  it("names all faults of its options, and repeats none of their values", async () => {
    const error = await unwrapErrorAsync(
      // @ts-expect-error -- what a caller without types may give
      openPostgresOutbox({ connectionString: "", committers: 0, patienceMs: -1, onCommit: "secret", extra: 1 }),
    );

    expect(error).toMatchObject({ type: "options" });
    const paths = error.type === "options" ? error.faults.map(({ path }) => path) : [];
    expect(paths.toSorted()).toEqual(["committers", "connectionString", "extra", "onCommit", "patienceMs"]);
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it("says that no server answers", async () => {
    const error = await unwrapErrorAsync(
      openPostgresOutbox({ connectionString: "postgresql://user:secret@127.0.0.1:1/database" }),
    );

    expect(error).toMatchObject({ type: "unreachable" });
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it.each([
    ["the database", (url: string) => url.replace(/\/postgres(?=\?|$)/, `/${randomUUID()}`)],
    ["the user", (url: string) => url.replace(/\/\/[^@/]*@/, `//${randomUUID()}@`)],
  ])("says that the server does not know %s", async (_, edit) => {
    expect(await unwrapErrorAsync(openPostgresOutbox({ connectionString: urlWith(edit) }))).toMatchObject({
      type: "authentication",
    });
  });

  it("leaves a newer release's tables as they are", async () => {
    const store = createStore();
    await unwrapAsync((await store.open()).close());
    await store.schema.query("UPDATE store SET schema_version = 99");

    expect(await refusal(store)).toEqual({ type: "newer", found: 99, supported: 1 });
  });

  it("leaves another program's tables as they are", async () => {
    const store = createStore();
    await store.schema.query(`CREATE SCHEMA ${store.schema.name} CREATE TABLE vouchers (n int)`);

    expect(await refusal(store)).toMatchObject({ type: "foreign" });
    expect(await store.schema.query("SELECT count(*)::int AS rows FROM vouchers")).toEqual([{ rows: 0 }]);
    expect(
      await store.schema.query("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"),
    ).toEqual([{ relname: "vouchers" }]);
  });

  it.each([
    ["synchronous_commit%3Doff", "durability"],
    ["default_transaction_read_only%3Don", "readOnly"],
  ])("refuses a connection with %s: %s", async (setting, type) => {
    const connectionString = urlWith((url) => `${url}${url.includes("?") ? "&" : "?"}options=-c%20${setting}`);

    expect(
      await unwrapErrorAsync(openPostgresOutbox({ connectionString, schema: createStore().schema.name })),
    ).toMatchObject({
      type,
    });
  });

  it("knows by how much its clock differs from the server's", async () => {
    const { clockAheadMs } = await createStore().open();

    expect(Math.abs(clockAheadMs)).toBeLessThan(60_000);
  });

  it("says of tables that were removed meanwhile that they were replaced", async () => {
    const store = createStore();
    const outbox = await store.open();
    await unwrapAsync(outbox.load(uuid(1)));
    await store.schema.remove();

    expect(await unwrapErrorAsync(outbox.load(uuid(1)))).toMatchObject({ type: "unavailable", reason: "replaced" });
  });
});
