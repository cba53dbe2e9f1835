import { storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { syncFolder } from "./file-system.ts";

vi.mock("./file-system.ts", { spy: true });

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

const failWith = (code: string): void =>
  void vi.mocked(syncFolder).mockImplementationOnce(() => {
    throw Object.assign(new Error(`${code}: fsync`), { code });
  });

/** There is a WAL as long as a process has the file open, so each opening begins a new one. */
const createOutbox = async (): Promise<void> => unwrapAsync((await store.open()).close());

it("each opening waits until the names of the file and its WAL are on the disk", async () => {
  await createOutbox();
  const before = vi.mocked(syncFolder).mock.calls.length;

  const outbox = await store.open();
  await unwrapAsync(outbox.commit(storedChange(1)));

  expect(vi.mocked(syncFolder).mock.calls.slice(before)).toEqual([[store.directory]]);
});

it("a file whose WAL may not be found after a power loss does not open", async () => {
  await createOutbox();
  failWith("EIO");

  expect(store.refusal()).toEqual({ type: "durability", detail: "EIO: fsync" });
  await unwrapAsync((await store.open()).commit(storedChange(1)));
});

it("a folder that the process may write to, and not read, is left to SQLite", async () => {
  await createOutbox();
  failWith("EACCES");

  const outbox = await store.open();
  await unwrapAsync(outbox.commit(storedChange(1)));

  expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ version: 1 });
});
