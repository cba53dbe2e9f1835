import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STORED_AT, storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { committer, postponer, pusher, run, worker } from "../test/process.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

const KILLS = 6;

vi.setConfig({ testTimeout: 60_000 });

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

describe("a process that is killed", () => {
  it("leaves every commit that had resolved", async () => {
    const acknowledged: string[] = [];
    for (let kills = 0; kills < KILLS; kills += 1) {
      const killed = run(committer, [store.path, "Infinity", "4"]);
      await killed.hasSaid(1 + Math.floor(Math.random() * 300));
      killed.kill();
      acknowledged.push(...(await killed.ended()));

      const outbox = await store.open();
      for (const id of acknowledged) expect(await unwrapAsync(outbox.load(id))).toMatchObject({ id, version: 1 });
      expect(await unwrapAsync(outbox.check())).toEqual([]);
      await unwrapAsync(outbox.close());
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS);
  });
});

describe("two processes that are killed between commits and claims, again and again", () => {
  it("leave behind what is due, and nothing else, for the next that claims", async () => {
    const committed = new Set<string>();
    const finished = new Set<string>();
    for (let kills = 0; kills < KILLS; kills += 1)
      for (const line of await killPair()) (line.startsWith("+") ? committed : finished).add(line.slice(1));

    const outbox = await store.open();
    expect(await unwrapAsync(outbox.check())).toEqual([]);
    const left = await claimAll(outbox);

    expect(committed.size).toBeGreaterThan(KILLS);
    for (const id of committed) expect([id, left.has(id)]).toEqual([id, !(await isFinished(outbox, id))]);
    for (const id of finished) expect(left.has(id)).toBe(false);
  });

  /** Starts two, and kills both in the midst of what they do; gives what they said. */
  async function killPair(): Promise<readonly string[]> {
    const pair = ["a", "b"].map((name) => run(pusher, [store.path, name]));
    const lines = 1 + Math.floor(Math.random() * 200);
    await Promise.all(pair.map((each) => each.hasSaid(lines)));
    for (const each of pair) each.kill();
    return (await Promise.all(pair.map((each) => each.ended()))).flat();
  }

  /** Everything that is due, once every hold has ended. */
  async function claimAll(outbox: SqliteOutbox): Promise<ReadonlySet<string>> {
    const ids: string[] = [];
    const request = {
      worker: "c",
      work: ["advice"],
      now: STORED_AT + 60_000,
      until: STORED_AT + 120_000,
      limit: 100,
    } as const;
    for (;;) {
      const { records, nextDueAt } = await unwrapAsync(outbox.claim(request));
      ids.push(...records.map(({ id }) => id));
      if (records.length === 0 && (nextDueAt ?? request.until) > request.now) break;
    }
    expect(new Set(ids).size).toBe(ids.length);
    return new Set(ids);
  }

  const isFinished = async (outbox: SqliteOutbox, id: string): Promise<boolean> =>
    (await unwrapAsync(outbox.load(id)))?.due === undefined;
});

describe("the others that have the outbox open", () => {
  it("are counted as they are now: those of this process, and other processes until they are killed", async () => {
    const outbox = await store.open();
    expect(await unwrapAsync(outbox.countOthers())).toBe(0);
    const second = await store.open();
    const other = run(committer, [store.path, "Infinity", "4"]);
    await other.hasSaid(1);

    expect(await unwrapAsync(outbox.countOthers())).toBe(2);

    other.kill();
    await other.ended();
    expect(await unwrapAsync(outbox.countOthers())).toBe(1);
    await unwrapAsync(second.close());
    expect(await unwrapAsync(outbox.countOthers())).toBe(0);
  });
});

describe("several processes on one file", () => {
  it("can create it at the same time", async () => {
    const processes = Array.from({ length: 4 }, () => run(committer, [store.path, "5"]));

    const committed = (await Promise.all(processes.map((each) => each.ended()))).flat();

    expect(committed).toHaveLength(20);
    const outbox = await store.open();
    for (const id of committed) expect(await unwrapAsync(outbox.load(id))).toMatchObject({ id, version: 1 });
  });

  it("share the work: each record is claimed by one of them", async () => {
    const outbox = await store.open();
    const ids = Array.from({ length: 60 }, (_, n) => uuid(n));
    await Promise.all(ids.map(async (_, n) => unwrapAsync(outbox.commit(storedChange(n)))));

    const workers = ["a", "b", "c"].map((name) => run(worker, [store.path, name]));
    const finished = (await Promise.all(workers.map((each) => each.ended()))).flat();

    expect(finished.toSorted()).toEqual(ids);
    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({
      states: { confirmed: 60 },
      due: { advice: { count: 0 } },
    });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("do not delete each other's WAL, however often this one opens and closes the file", async () => {
    const outbox = await store.open();
    await unwrapAsync(outbox.commit(storedChange(1)));
    await unwrapAsync((await store.open()).close());

    // The last process that closes the file deletes the WAL. This process still has it open, and goes on writing to it.
    const [theirs = ""] = await run(committer, [store.path, "1"]).ended();
    await unwrapAsync(outbox.commit(storedChange(2)));

    const found = await run(worker, [store.path, "a"]).ended();
    expect(found.toSorted()).toEqual([uuid(1), uuid(2), theirs].toSorted());
    expect(await unwrapAsync(outbox.summary(STORED_AT))).toMatchObject({ states: { confirmed: 3 } });
  });
});

describe("a disk that fails during a commit", () => {
  it("makes that commit uncertain, and leaves every other as it was", async () => {
    // No file may exceed 400 blocks: the operating system refuses the write that would.
    const limited = run(committer, [store.path, "Infinity"], ["sh", "-c", 'ulimit -f 400; exec "$@"', "sh"]);

    const lines = await limited.ended();

    expect(lines.at(-1)).toBe("failed uncertain");
    const acknowledged = lines.slice(0, -1);
    expect(acknowledged.length).toBeGreaterThan(0);
    const outbox = await store.open();
    for (const id of acknowledged) expect(await unwrapAsync(outbox.load(id))).toMatchObject({ id, version: 1 });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
    await unwrapAsync(outbox.commit(storedChange(1, { at: STORED_AT })));
  });
});

/** How often a script called fsync, according to strace. */
async function fsyncsOf(script: URL, args: readonly string[]): Promise<number> {
  const log = join(store.directory, "strace.log");
  const strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-o", log];
  await run(script, args, strace).ended();
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => /f(data)?sync\(/.test(line)).length;
}

describe.runIf(spawnSync("strace", ["--version"]).status === 0)("the disk is waited for", () => {
  /** The fsyncs of opening a new file and closing it. */
  const OPENING = 20;

  it("once for each commit that is awaited before the next", async () => {
    const fsyncs = await fsyncsOf(committer, [store.path, "500"]);

    expect(fsyncs).toBeGreaterThanOrEqual(500);
    expect(fsyncs).toBeLessThan(500 + OPENING + 20);
  });

  it("a few times for many commits at once", async () => {
    expect(await fsyncsOf(committer, [store.path, "640", "64"])).toBeLessThan(10 + OPENING);
  });

  it("never for leases and postponements", async () => {
    expect(await fsyncsOf(postponer, [store.path, "300"])).toBeLessThan(OPENING);
  });
});
