import { readFileSync, statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { STORED_AT, storedChange, storedRetention, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

// Under POSIX, closing any descriptor of a file drops every lock of the process on it. Then another program takes the file for
// closed, and deletes its WAL.

let store: TemporaryStore;
let outbox: SqliteOutbox;
beforeEach(async () => {
  store = temporaryStore();
  outbox = await store.open();
  await unwrapAsync(outbox.commit(storedChange(1)));
});
afterEach(() => store.remove());

/** Whether this process holds a lock on a file, as the system says. */
function isLocked(path: string): boolean {
  const inode = String(statSync(path).ino);
  return readFileSync("/proc/locks", "utf8")
    .split("\n")
    .some((line) => line.includes(`:${inode} `) && line.includes(` ${process.pid} `));
}

const files = ["", "-shm", "-leases", "-leases-shm"];

const openInThread = async (path: string): Promise<void> => {
  const entry = new URL("./index.ts", import.meta.url).href;
  const program = `
    import(${JSON.stringify(entry)}).then(async ({ openSqliteOutbox }) => {
      const opened = openSqliteOutbox({ path: ${JSON.stringify(path)} });
      await opened._unsafeUnwrap().summary(0);
      await opened._unsafeUnwrap().close();
    })`;
  await once(new Worker(program, { eval: true, execArgv: ["--conditions=@electrum-vouchers/source"] }), "exit");
};

describe.runIf(process.platform === "linux")("the locks on both files are kept while the process", () => {
  const visits: Readonly<Record<string, () => Promise<unknown>>> = {
    "opens the outbox once more, and closes it": async () => unwrapAsync((await store.open()).close()),
    "opens it in another thread": async () => openInThread(store.path),
    "claims and postpones": async () => {
      await unwrapAsync(
        outbox.claim({ worker: "a", work: ["advice"], now: STORED_AT, until: STORED_AT + 1, limit: 1 }),
      );
      await unwrapAsync(outbox.postpone({ id: uuid(1), version: 1, at: 0, until: STORED_AT, reason: "status 503" }));
    },
    "checks it": async () => unwrapAsync(outbox.check()),
    "copies it": async () => outbox.backup(`${store.path}.copy`),
    "commits, and empties the WAL": async () => {
      await unwrapAsync(outbox.commit(storedChange(2)));
      await unwrapAsync(outbox.applyRetention(storedRetention()));
    },
  };

  it.each(Object.entries(visits))("%s", async (_, visit) => {
    await unwrapAsync(outbox.claim({ worker: "a", work: ["advice"], now: 0, until: 0, limit: 0 }));
    const before = files.filter((suffix) => isLocked(store.path + suffix));
    expect(before).toEqual(files);

    await visit();

    expect(files.filter((suffix) => isLocked(store.path + suffix))).toEqual(before);
  });
});
