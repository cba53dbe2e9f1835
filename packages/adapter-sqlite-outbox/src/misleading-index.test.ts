import { readFileSync, writeFileSync } from "node:fs";
import type { RetentionRequest } from "@electrum-vouchers/core/ports";
import {
  STORED_AT,
  storedChange,
  storedRetention,
  unwrapAsync,
  unwrapErrorAsync,
  uuid,
} from "@electrum-vouchers/testkit";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";

// If a bit in an index has flipped, it leads from one transaction to another, valid one, which SQLite does not notice.

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

/** Writes these commits, then makes one entry of an index lead from transaction 2 to transaction 3. */
async function misleadIndex(
  index: string,
  entryEndsWith: string,
  commits: readonly ReturnType<typeof storedChange>[],
): Promise<void> {
  const outbox = await store.open();
  for (const each of commits) await unwrapAsync(outbox.commit(each));
  await unwrapAsync(outbox.close());
  const database = new Database(store.path);
  const root = database
    .prepare<[string], number>("SELECT rootpage FROM sqlite_schema WHERE name = ?")
    .pluck()
    .get(index);
  database.close();
  if (root === undefined) throw new Error(`there is no index ${index}`);
  const file = readFileSync(store.path);
  const page = file.subarray((root - 1) * 4_096, root * 4_096);
  // The row id comes last in an index entry.
  const at = page.lastIndexOf(`${entryEndsWith}\u0002`, undefined, "latin1") + entryEndsWith.length;
  expect(page[at]).toBe(2);
  page[at] = 3;
  writeFileSync(store.path, file);
}

const three = [storedChange(1), storedChange(2), storedChange(3)];
const corrupt = { type: "unavailable", reason: "corrupt" };

describe("an index that leads to another transaction", () => {
  it("does not let a commit overwrite that one", async () => {
    await misleadIndex("sqlite_autoindex_transactions_1", uuid(2), three);
    const outbox = await store.open();

    expect(
      await unwrapErrorAsync(outbox.commit(storedChange(2, { expectedVersion: 1, record: "the next" }))),
    ).toMatchObject(corrupt);

    expect(await unwrapAsync(outbox.load(uuid(3)))).toMatchObject({ version: 1, record: "record 3" });
    expect(await unwrapAsync(outbox.journal(uuid(3)))).toEqual(["entry 3"]);
    expect(await unwrapAsync(outbox.check())).not.toEqual([]);
  });

  const finished = storedChange(2, { state: "confirmed", final: true });
  const retentions: Readonly<Record<string, RetentionRequest>> = {
    deletes: storedRetention({ deleteBefore: STORED_AT + 1 }),
    redacts: storedRetention({ redactBefore: STORED_AT + 1 }),
  };

  it.each(Object.entries(retentions))(
    "does not let a retention that %s change that one, which is unfinished",
    async (_, request) => {
      const [first, , third] = three;
      if (first === undefined || third === undefined) throw new Error("there are three");
      await misleadIndex("transactions_finished", "", [first, finished, third]);
      const outbox = await store.open();

      expect(await unwrapErrorAsync(outbox.applyRetention(request))).toMatchObject(corrupt);

      expect(await unwrapAsync(outbox.load(uuid(3)))).toMatchObject({ version: 1, record: "record 3" });
    },
  );
});
