import { STORED_AT, storedChange, unwrapAsync, unwrapErrorAsync, uuid } from "@electrum-vouchers/testkit";
import { databaseUrl } from "postgres-server/test-database";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DatabaseStore, databaseStore } from "../test/database-store.ts";
import { openPostgresReader } from "./index.ts";

let store: DatabaseStore;
beforeEach(() => {
  store = databaseStore(databaseUrl());
});
afterEach(() => store.remove());

const optionsOf = () => ({ connectionString: store.connectionString, schema: store.schema.name });
const openReader = () => unwrapAsync(openPostgresReader(optionsOf()));

describe("an outbox that is opened to be looked at", () => {
  it("shows what a till has stored, and how its deliveries go", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    const request = { worker: "w", work: ["advice"], now: STORED_AT, until: STORED_AT + 60_000, limit: 1 } as const;
    await unwrapAsync(outbox.claim(request));
    const reader = await openReader();

    expect(await unwrapAsync(reader.load(uuid(1)))).toMatchObject({ id: uuid(1) });
    expect(await unwrapAsync(reader.summary(STORED_AT))).toEqual(await unwrapAsync(outbox.summary(STORED_AT)));
    expect(await unwrapAsync(reader.journal(uuid(1)))).toEqual(await unwrapAsync(outbox.journal(uuid(1))));
    expect((await unwrapAsync(reader.list({ limit: 10 }))).records).toHaveLength(1);
    expect(await unwrapAsync(reader.findIds("0000", 10))).toEqual([uuid(1)]);
    expect(await unwrapAsync(reader.attempts([uuid(1)]))).toMatchObject([{ id: uuid(1), isLeased: true }]);
    expect(await unwrapAsync(reader.countOthers())).toBe(1);
    await unwrapAsync(outbox.close());
    expect(await unwrapAsync(reader.countOthers())).toBe(0);
    await unwrapAsync(reader.close());
  });

  it("counts what is due though a crash of the server has emptied the schedule, and fills nothing", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    await store.schema.query("TRUNCATE schedule, schedule_filled");
    const reader = await openReader();
    expect(await unwrapAsync(reader.summary(STORED_AT))).toMatchObject({ due: { advice: { count: 1 } } });
    expect(await store.schema.query("SELECT * FROM schedule")).toEqual([]);
    await unwrapAsync(reader.close());
  });

  it("creates no schema, and says what is missing", async () => {
    expect(await unwrapErrorAsync(openPostgresReader(optionsOf()))).toMatchObject({ type: "foreign" });
    expect(await store.schema.query(`SELECT FROM pg_namespace WHERE nspname = '${store.schema.name}'`)).toEqual([]);
    const nowhere = { connectionString: "postgresql://127.0.0.1:1/none" };
    expect(await unwrapErrorAsync(openPostgresReader(nowhere))).toMatchObject({ type: "unreachable" });
  });
});
