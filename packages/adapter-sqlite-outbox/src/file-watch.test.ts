import { chmodSync, copyFileSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { STORED_AT, storedChange, unwrapAsync, unwrapErrorAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { committer, run } from "../test/process.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

vi.mock("node:fs", { spy: true });

let store: TemporaryStore;
let outbox: SqliteOutbox;
beforeEach(async () => {
  store = temporaryStore();
  outbox = await store.open();
  await unwrapAsync(outbox.commit(storedChange(1)));
});
afterEach(async () => {
  vi.mocked(statSync).mockReset();
  await store.remove();
});

const claim = { worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 1_000, limit: 10 } as const;

/** What may happen to the files under a running till. */
const events: Readonly<Record<string, () => void>> = {
  "is removed": () => rmSync(store.path),
  "is moved away": () => renameSync(store.path, `${store.path}.old`),
  "is replaced by another file": () => {
    const copy = join(store.directory, "copy");
    copyFileSync(new URL(import.meta.url), copy);
    renameSync(copy, store.path);
  },
  "loses its WAL": () => rmSync(`${store.path}-wal`),
};

describe("a file that, under a running till,", () => {
  it.each(Object.entries(events))(
    "%s: the next commit is not called durable, and no call after it",
    async (_, happen) => {
      happen();

      expect(await unwrapErrorAsync(outbox.commit(storedChange(2)))).toMatchObject({
        type: "uncertain",
        detail: expect.stringContaining("while the outbox had it open"),
      });
      for (const call of [
        outbox.commit(storedChange(3)),
        outbox.load(uuid(1)),
        outbox.claim(claim),
        outbox.summary(STORED_AT),
      ])
        expect(await unwrapErrorAsync(call)).toMatchObject({ type: "unavailable", reason: "replaced" });
      await unwrapAsync(outbox.close());
    },
  );

  it("is replaced: nothing is read from the old one either", async () => {
    rmSync(store.path);

    expect(await unwrapErrorAsync(outbox.load(uuid(1)))).toMatchObject({ type: "unavailable", reason: "replaced" });
  });

  it("is replaced: the old outbox does not touch the new one's files when it closes", async () => {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(store.path + suffix);
    const [id = ""] = await run(committer, [store.path, "1"]).ended();
    const renewed = await store.open();
    await unwrapErrorAsync(outbox.commit(storedChange(2)));

    await unwrapAsync(outbox.close());

    await unwrapAsync(renewed.commit(storedChange(3)));
    expect(await unwrapAsync(renewed.load(id))).toMatchObject({ version: 1 });
    expect(await unwrapAsync(renewed.check())).toEqual([]);
  });

  it.skipIf(process.platform === "win32")(
    "all users may read: that is taken away, and the process warns once",
    async () => {
      const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
      chmodSync(store.path, 0o644);

      await unwrapAsync(outbox.commit(storedChange(2)));
      await unwrapAsync(outbox.commit(storedChange(3)));

      expect(warnings).toHaveBeenCalledTimes(1);
      expect(warnings).toHaveBeenCalledWith(expect.stringContaining("mode 644"));
      expect(statSync(store.path).mode & 0o777).toBe(0o640);
      expect(await unwrapAsync(outbox.check())).toEqual([]);
      warnings.mockRestore();
    },
  );
});

describe("a file that is another one after it was opened than before", () => {
  /** What the system says of the database's inode, one after the other, then the truth. */
  function sayInodes(...inodes: readonly bigint[]): void {
    const said = [...inodes];
    vi.mocked(statSync).mockImplementation((path, options) => {
      const found = lstatSync(path, options);
      const ino = path === store.path && options?.bigint === true ? said.shift() : undefined;
      return found === undefined || ino === undefined ? found : Object.assign(found, { ino });
    });
  }

  it("is opened again, since some file systems copy it when it is first opened to be written", async () => {
    sayInodes(1n);

    expect((await (await store.open()).commit(storedChange(2))).isOk()).toBe(true);
  });

  it("is refused if it goes on like that", () => {
    sayInodes(1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n);

    expect(store.refusal()).toEqual({ type: "failed", detail: "it was replaced while it was opened" });
  });
});
