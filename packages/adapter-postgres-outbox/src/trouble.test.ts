import { STORED_AT, storedChange, unwrapAsync, unwrapErrorAsync, uuid } from "@electrum-vouchers/testkit";
import { canStartServer, type PostgresServer, startPostgresServer } from "postgres-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cutConnections, databaseStore } from "../test/database-store.ts";
import { openPostgresOutbox } from "./index.ts";

// What needs a server that may be ended, or set in another way: one of its own.

let server: PostgresServer;

describe.skipIf(!canStartServer())("an outbox on a server in trouble", () => {
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(async () => {
    await server.stop();
  });

  it("says after its patience that the server cannot be reached, and goes on once it is back", async () => {
    const store = databaseStore(server.url);
    const outbox = await store.open({ patienceMs: 200 });
    await unwrapAsync(outbox.commit(storedChange(1)));
    await server.kill();

    expect(await unwrapErrorAsync(outbox.load(uuid(1)))).toMatchObject({ type: "unavailable", reason: "unreachable" });
    expect(await unwrapErrorAsync(outbox.commit(storedChange(2)))).toMatchObject({ reason: "unreachable" });
    expect(await unwrapErrorAsync(openPostgresOutbox({ connectionString: server.url }))).toMatchObject({
      type: "unreachable",
    });
    await server.start();

    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ id: uuid(1) });
    await unwrapAsync(outbox.commit(storedChange(2)));
    await store.remove();
  });

  it("does not know the end of a commit that was under way when the server went for longer than its patience", async () => {
    const store = databaseStore(server.url);
    const outbox = await store.open({ patienceMs: 200, committers: 1 });
    await unwrapAsync(outbox.commit(storedChange(1)));
    // Another transaction holds the row, so that the commit is under way for as long as the test wants.
    const holding = store.schema
      .query("BEGIN; SELECT FROM transactions FOR UPDATE; SELECT pg_sleep(60)")
      .catch(() => {});
    const counted = async (condition: string, count: number): Promise<void> => {
      const sql = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE ${condition}`;
      await vi.waitFor(async () => expect(await store.schema.query(sql)).toEqual([{ count }]), { timeout: 20_000 });
    };
    await counted("wait_event = 'PgSleep'", 1);
    const underWay = outbox.commit(storedChange(1, { expectedVersion: 1 }));
    await counted("wait_event_type = 'Lock'", 1);
    await server.kill();

    expect(await unwrapErrorAsync(underWay)).toMatchObject({ type: "uncertain" });
    await holding;
    await server.start();
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 1 });
    await store.remove();
  });

  it("commits nothing over a connection that would not be durable", async () => {
    const store = databaseStore(server.url);
    const outbox = await store.open({ committers: 1 });
    await unwrapAsync(outbox.commit(storedChange(0)));
    await store.schema.query("ALTER DATABASE postgres SET synchronous_commit = off");
    // A connection that was there keeps its setting.
    await unwrapAsync(outbox.commit(storedChange(1)));
    await cutConnections(server.url);

    // A commit that was sent over a connection that is being cut is uncertain. The next one has a new connection.
    let refusal = await unwrapErrorAsync(outbox.commit(storedChange(2)));
    for (let again = 0; again < 5 && refusal.type === "uncertain"; again += 1)
      refusal = await unwrapErrorAsync(outbox.commit(storedChange(2)));
    expect(refusal).toMatchObject({ type: "unavailable", reason: "notDurable" });
    expect(await unwrapErrorAsync(openPostgresOutbox({ connectionString: server.url }))).toMatchObject({
      type: "durability",
    });

    await store.schema.query("ALTER DATABASE postgres RESET synchronous_commit");
    await unwrapAsync(outbox.commit(storedChange(2)));
    await store.remove();
  });

  it("gives work again after a crash, whose leases and postponements are forgotten", async () => {
    const store = databaseStore(server.url);
    const outbox = await store.open();
    for (const n of [1, 2, 3]) await unwrapAsync(outbox.commit(storedChange(n)));
    const claim = { worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 60_000, limit: 1 } as const;
    await unwrapAsync(outbox.claim(claim));
    await unwrapAsync(
      outbox.postpone({ id: uuid(2), version: 1, at: STORED_AT, until: STORED_AT + 60_000, reason: "status 503" }),
    );

    await server.crash();

    const first = await unwrapAsync(outbox.claim({ ...claim, limit: 9 }));
    expect(first).toEqual({ records: [], nextDueAt: STORED_AT });
    const second = await unwrapAsync(outbox.claim({ ...claim, limit: 9 }));
    expect(second.records.map(({ id }) => id)).toEqual([1, 2, 3].map(uuid));
    await store.remove();
  });
});
