import { FIRST_DELIVERIES_KEPT, type Postponement } from "@electrum-vouchers/core/ports";
import { STORED_AT, storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

let store: TemporaryStore;
let outbox: SqliteOutbox;
beforeEach(async () => {
  store = temporaryStore();
  outbox = await store.open();
  await unwrapAsync(outbox.commit(storedChange(1)));
});
afterEach(() => store.remove());

const postponement = (fields: Partial<Postponement> = {}): Postponement => ({
  id: uuid(1),
  version: 1,
  at: STORED_AT,
  until: STORED_AT + 1,
  reason: "status 503",
  delivery: "delivered",
  ...fields,
});

/** How many deliveries are in the file, as another process sees it. */
function countStored(): unknown {
  const raw = new Database(store.path, { readonly: true });
  const count = raw.prepare("SELECT count(*) FROM deliveries").pluck().get();
  raw.close();
  return count;
}

describe("the journal of deliveries", () => {
  it("has no commit of its own: a delivery waits for the next one", async () => {
    await unwrapAsync(outbox.postpone(postponement()));
    expect(countStored()).toBe(0);

    await unwrapAsync(outbox.commit(storedChange(2)));

    expect(countStored()).toBe(1);
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["entry 1", "delivered"]);
  });

  it("has what waits written when the outbox is closed", async () => {
    await unwrapAsync(outbox.postpone(postponement()));
    await unwrapAsync(outbox.close());

    expect(countStored()).toBe(1);
  });

  it("burdens one commit with a few, and loses none of the rest", async () => {
    for (let n = 0; n < FIRST_DELIVERIES_KEPT + 5; n += 1)
      await unwrapAsync(outbox.postpone(postponement({ delivery: `delivery ${n}` })));

    await unwrapAsync(outbox.commit(storedChange(2)));
    expect(countStored()).toBe(20);
    await unwrapAsync(outbox.commit(storedChange(3)));
    expect(countStored()).toBe(FIRST_DELIVERIES_KEPT + 5);
  });

  it("never keeps a commit from being made: what cannot be written is given up", async () => {
    await unwrapAsync(outbox.postpone(postponement()));
    const raw = new Database(store.path);
    raw.exec(
      "DROP TABLE deliveries; CREATE TABLE deliveries (row_id INTEGER, number INTEGER, version INTEGER, entry INTEGER CHECK (entry > 0 AND typeof(entry) = 'integer'))",
    );
    raw.close();

    await unwrapAsync(outbox.commit(storedChange(2)));

    expect(countStored()).toBe(0);
    expect(await unwrapAsync(outbox.load(uuid(2)))).toMatchObject({ version: 1 });
  });
});
