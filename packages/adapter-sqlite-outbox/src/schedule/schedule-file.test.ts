import {
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { STORED_AT, storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryStore, temporaryStore } from "../../test/temporary-store.ts";
import type { SqliteOutbox } from "../sqlite-outbox.ts";

// Whatever happens to the second file, every due transaction is claimed, and no call fails.

const COUNT = 40;
const LATER = STORED_AT + 60_000;

let store: TemporaryStore;
let second: string;
beforeEach(() => {
  store = temporaryStore();
  second = `${store.path}-leases`;
  writeFileSync(join(store.directory, "target"), "precious");
});
afterEach(() => store.remove());

const claim = { worker: "a", work: ["advice"], now: STORED_AT, until: LATER, limit: COUNT } as const;

const numbers = Array.from({ length: COUNT }, (_, n) => n);

/** Commits some, of which a few are leased and a few postponed. */
async function fill(outbox: SqliteOutbox): Promise<void> {
  for (const n of numbers) await unwrapAsync(outbox.commit(storedChange(n, { labels: { queue: `q${n % 3}` } })));
  await unwrapAsync(outbox.claim({ ...claim, limit: 10 }));
  for (const n of [20, 21, 22, 23])
    await unwrapAsync(outbox.postpone({ id: uuid(n), version: 1, at: 0, until: LATER, reason: "status 503" }));
}

/** All that can be claimed until all holds have ended, in the order of their numbers. */
async function claimAll(outbox: SqliteOutbox, now = LATER): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let claims = 0; claims < 10; claims += 1) {
    const { records } = await unwrapAsync(outbox.claim({ ...claim, now, until: now + 60_000 }));
    ids.push(...records.map(({ id }) => id));
  }
  return ids.toSorted();
}

const all = numbers.map(uuid);

/** What may happen to the file. */
const troubles: Readonly<Record<string, () => void>> = {
  "is removed": () => rmSync(second),
  "is removed with its log": () => {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(second + suffix, { force: true });
  },
  "is empty": () => truncateSync(second, 0),
  "ends too early": () => truncateSync(second, 5_000),
  "holds no database": () => writeFileSync(second, "a shopping list\n".repeat(500)),
  "holds nothing but zeros": () => writeFileSync(second, Buffer.alloc(statSync(second).size)),
  "is another program's database": () => {
    rmSync(second);
    const other = new Database(second);
    other.exec("CREATE TABLE list (item)");
    other.close();
  },
  "is a link to another file": () => {
    rmSync(second);
    symlinkSync(join(store.directory, "target"), second);
  },
  "has lost its rows": () => {
    const other = new Database(second);
    other.exec("DELETE FROM progress");
    other.close();
  },
  "has lost a table": () => {
    const other = new Database(second);
    other.exec("DROP TABLE partitions");
    other.close();
  },
};

describe.each(Object.entries(troubles))("a schedule that %s", (_what, trouble) => {
  it("while it is closed, is built anew", async () => {
    const before = await store.open();
    await fill(before);
    await unwrapAsync(before.close());

    trouble();

    const outbox = await store.open();
    expect(await claimAll(outbox)).toEqual(all);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
    expect(statSync(second).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(store.directory, "target"), "utf8")).toBe("precious");
  });

  it("while it is open, is built anew at the latest when it is opened again", async () => {
    const outbox = await store.open();
    await fill(outbox);

    trouble();

    const claimed = await claimAll(outbox);
    await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, at: 0, until: LATER, reason: "status 503" }));
    expect(await unwrapAsync(outbox.check())).toEqual([]);
    await unwrapAsync(outbox.commit(storedChange(COUNT)));
    await unwrapAsync(outbox.close());
    expect(claimed).toEqual(all);
    const again = await store.open();
    expect(await claimAll(again, LATER * 2)).toEqual([...all, uuid(COUNT)]);
  });
});

describe("a schedule with a bit that has changed on the disk", () => {
  it("gives no transaction that is not due, and keeps none back for ever once the file was checked", async () => {
    const before = await store.open();
    await fill(before);
    await unwrapAsync(before.close());
    const intact = readFileSync(second);

    // Some in every page, where its shape is told, and all over it.
    for (let offset = 0; offset < intact.length; offset += 197) {
      const damaged = Buffer.from(intact);
      damaged[offset] = (damaged[offset] ?? 0) ^ (1 << (offset % 8));
      writeFileSync(second, damaged);
      const outbox = await store.open();
      const { records } = await unwrapAsync(outbox.claim(claim));
      for (const record of records) expect(all).toContain(record.id);
      await unwrapAsync(outbox.check());
      // A time may have changed: that of a hold, but never that when it is due.
      const claimed = await claimAll(outbox, Math.floor(Number.MAX_SAFE_INTEGER / 2));
      expect([offset, [...new Set(claimed)]]).toEqual([offset, all]);
      // What contradicts itself is built anew, and its leases are lost, once.
      expect(claimed.length).toBeLessThanOrEqual(2 * COUNT);
      await unwrapAsync(outbox.close());
    }
  }, 60_000);
});

describe("a schedule of another store", () => {
  it("is thrown away: one that another file of ours had", async () => {
    const before = await store.open();
    await fill(before);
    await unwrapAsync(before.close());
    const other = temporaryStore();
    const theirs = await other.open();
    await unwrapAsync(theirs.commit(storedChange(1)));
    await unwrapAsync(theirs.close());

    copyFileSync(`${other.path}-leases`, second);
    await other.remove();

    expect(await claimAll(await store.open())).toEqual(all);
  });

  it("is thrown away: one that is ahead, since an older copy of the first file was restored", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(0)));
    await unwrapAsync(outbox.close());
    const copy = join(store.directory, "copy");
    copyFileSync(store.path, copy);
    const later = await store.open();
    await fill(later).catch(() => {});
    for (const n of numbers.slice(1)) await later.commit(storedChange(n)).unwrapOr(undefined);
    await unwrapAsync(later.claim(claim));
    await unwrapAsync(later.close());

    renameSync(copy, store.path);

    const restored = await store.open();
    await unwrapAsync(restored.commit(storedChange(77)));
    expect(await claimAll(restored, STORED_AT)).toEqual([uuid(0), uuid(77)]);
  });

  it("is thrown away: one of another boot of the machine", async () => {
    const before = await store.open();
    await fill(before);
    await unwrapAsync(before.close());
    const raw = new Database(second);
    raw.exec("UPDATE progress SET boot = 'another'; DELETE FROM schedule");
    raw.close();

    expect(await claimAll(await store.open())).toEqual(all);
  });
});

describe("a schedule that is as it was left", () => {
  it("keeps postponements when the file is closed and opened again; the leases end with the process", async () => {
    const before = await store.open();
    await fill(before);
    await unwrapAsync(before.close());

    const outbox = await store.open();

    expect((await claimAll(outbox, STORED_AT)).length).toBe(COUNT - 4);
    const { records } = await unwrapAsync(outbox.claim({ ...claim, now: LATER, deliveries: "repeat" }));
    expect(records.map(({ postponed }) => postponed)).toEqual([1, 1, 1, 1]);
  });

  it("is replaced for every process that has it open, when one throws it away", async () => {
    const [here, there] = [await store.open(), await store.open()];
    await fill(here);
    await unwrapAsync(there.claim({ ...claim, limit: 1 }));

    rmSync(second);
    const mine = await unwrapAsync(here.claim({ ...claim, limit: 20 }));
    const theirs = await unwrapAsync(there.claim({ ...claim, limit: 20 }));

    const ids = [...mine.records, ...theirs.records].map(({ id }) => id);
    expect(ids.toSorted()).toEqual(all);
  });
});
