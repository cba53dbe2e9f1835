import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { rewriteFile } from "./file-system.ts";

vi.mock("./file-system.ts", { spy: true });

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

it("an outbox that is opened with a WAL writes it once more, while no process can write to it", async () => {
  await unwrapAsync((await store.open()).commit(storedChange(1)));
  const errors: unknown[] = [];
  vi.mocked(rewriteFile).mockImplementationOnce(() => {
    const other = new Database(store.path, { timeout: 0 });
    try {
      other.exec("BEGIN IMMEDIATE");
    } catch (error) {
      errors.push(error);
    } finally {
      other.close();
    }
  });

  const outbox = await store.open();

  expect(rewriteFile).toHaveBeenCalledExactlyOnceWith(`${store.path}-wal`);
  expect(errors).toEqual([expect.objectContaining({ code: "SQLITE_BUSY" })]);
  expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 1 });
});

it("an outbox that is opened without a WAL has nothing to write again", async () => {
  await unwrapAsync((await store.open()).close());
  expect(existsSync(`${store.path}-wal`)).toBe(false);

  await store.open();

  expect(rewriteFile).not.toHaveBeenCalled();
});

it("an outbox whose WAL cannot be written again does not open", async () => {
  await unwrapAsync((await store.open()).commit(storedChange(1)));
  vi.mocked(rewriteFile).mockImplementationOnce(() => {
    throw Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
  });

  expect(store.refusal()).toMatchObject({ type: "durability" });
  expect(await unwrapAsync((await store.open()).load(uuid(1)))).toMatchObject({ version: 1 });
});

it("what is written again is the same", () => {
  const path = join(store.directory, "file");
  for (const content of [randomBytes(2 ** 21 + 7), Buffer.alloc(0)]) {
    writeFileSync(path, content);

    rewriteFile(path);

    expect(readFileSync(path).equals(content)).toBe(true);
  }
});
