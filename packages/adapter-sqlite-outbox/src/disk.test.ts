import { statSync } from "node:fs";
import { join } from "node:path";
import type { Change } from "@electrum-vouchers/core/ports";
import { STORED_AT, storedChange, storedRetention, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

let store: TemporaryStore;
let outbox: SqliteOutbox;
beforeEach(async () => {
  store = temporaryStore();
  outbox = await store.open();
});
afterEach(() => store.remove());

const commitAtOnce = (into: SqliteOutbox, changes: readonly Change[]): Promise<unknown> =>
  Promise.all(changes.map(async (each) => unwrapAsync(into.commit(each))));

/** Consecutive numbers from `from` on. */
const rowIds = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, n) => from + n);

describe("the WAL", () => {
  const LIMIT_BYTES = 4_000 * 4_096;
  const logBytes = (file = store.path): number => statSync(`${file}-wal`).size;

  /** Some fifty megabytes, in too few commits for a checkpoint by their number. */
  async function writeMuch(): Promise<void> {
    const record = "x".repeat(100_000);
    for (let from = 0; from < 490; from += 10)
      await commitAtOnce(
        outbox,
        rowIds(from, 10).map((n) => storedChange(n, { record })),
      );
  }

  it("stays bounded, however much is written", async () => {
    await writeMuch();

    expect(logBytes()).toBeLessThan(LIMIT_BYTES * 1.25);
  });

  it("stays bounded while nothing but postponements are written", async () => {
    await commitAtOnce(outbox, [storedChange(1)]);

    for (let n = 0; n < 6_000; n += 1)
      await unwrapAsync(
        outbox.postpone({ id: uuid(1), version: 1, at: 0, until: STORED_AT + n, reason: "status 503" }),
      );

    expect(logBytes()).toBeLessThan(LIMIT_BYTES / 10);
    expect(logBytes(`${store.path}-leases`)).toBeLessThan(LIMIT_BYTES / 3);
  });

  it("is checkpointed after a number of changes, so that it starts again long before its bound", async () => {
    for (let from = 0; from < 3_000; from += 100)
      await commitAtOnce(
        outbox,
        rowIds(from, 100).map((n) => storedChange(n)),
      );

    // Five hundred changes in batches of a hundred, with a few dozen pages each.
    expect(logBytes()).toBeLessThan(LIMIT_BYTES / 10);
  });

  it("is truncated once no process reads from it any more", async () => {
    const reader = new Database(store.path, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM transactions").get();
    await writeMuch();
    expect(logBytes()).toBeGreaterThan(LIMIT_BYTES * 1.25);

    reader.exec("COMMIT");
    await unwrapAsync(outbox.commit(storedChange(5_000)));
    await unwrapAsync(outbox.commit(storedChange(5_001)));

    expect(logBytes()).toBeLessThanOrEqual(LIMIT_BYTES * 1.25);
    reader.close();
  });
});

describe("the file", () => {
  /** What a sale in dual messaging writes: its journal entries, and its record after each. */
  const steps = [
    { entry: 1_450, record: 1_250, state: "requesting" },
    { entry: 1_700, record: 2_000, state: "issued" },
    { entry: 250, record: 2_450, state: "confirming" },
    { entry: 600, record: 2_600, state: "confirmed" },
  ];

  it.each([1, 16])(
    "takes at most 1.6 times the text that it stores, with %i transactions under way at once",
    async (atOnce) => {
      const sales = 192;
      const path = join(store.directory, "sales.db");
      const opened = openTestConnection(path);
      // Only the size is measured, so there is no need to wait for the disk.
      opened.connections.durable.pragma("synchronous = OFF");
      for (let from = 0; from < sales; from += atOnce)
        for (const [expectedVersion, { entry, record, state }] of steps.entries()) {
          const text = { entry: "e".repeat(entry), record: "r".repeat(record) };
          const fields = { expectedVersion, ...text, state, final: state === "confirmed" };
          await commitAtOnce(
            opened.outbox,
            rowIds(from, atOnce).map((n) => storedChange(n, fields)),
          );
        }
      await unwrapAsync(opened.outbox.close());

      const kept = sales * (steps.reduce((sum, { entry }) => sum + entry, 0) + (steps.at(-1)?.record ?? 0));
      expect(statSync(path).size / kept).toBeLessThan(1.6);
    },
  );

  it("reuses the space of deleted transactions", async () => {
    async function sizeAfter(from: number): Promise<number> {
      await commitAtOnce(
        outbox,
        rowIds(from, 200).map((n) => storedChange(n, { record: "r".repeat(2_000), final: true })),
      );
      await unwrapAsync(outbox.applyRetention(storedRetention({ deleteBefore: STORED_AT + 1, limit: 1_000 })));
      return statSync(store.path).size;
    }

    const once = await sizeAfter(0);

    expect(await sizeAfter(200)).toBeLessThanOrEqual(once * 1.05);
    expect(await unwrapAsync(outbox.load(uuid(0)))).toBeUndefined();
  });
});
