import { existsSync, readdirSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { createLiveness } from "./liveness.ts";

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(() => store.remove());

// SQLite puts a journal beside it.
const signs = (): readonly string[] =>
  readdirSync(store.directory).filter((name) => /-alive-[0-9a-f-]{36}$/.test(name));

describe("the sign of life", () => {
  it("is there as long as the outbox is open", () => {
    const liveness = createLiveness(store.path);
    expect(signs()).toEqual([`outbox.db-alive-${liveness.id}`]);

    liveness.close();
    expect(signs()).toEqual([]);
  });

  it("is given later if it cannot be given at first, and until then nothing is left", () => {
    const exec = vi.spyOn(Database.prototype, "exec").mockImplementationOnce(() => {
      throw new Database.SqliteError("database or disk is full", "SQLITE_FULL");
    });
    const liveness = createLiveness(store.path);
    exec.mockRestore();
    expect(signs()).toEqual([]);

    expect(liveness.others()).toEqual([]);

    expect(signs()).toHaveLength(1);
    liveness.close();
  });
});

describe("the others", () => {
  it("are known soon after they begin and end, and a killed one a little later", () => {
    let nowMs = 0;
    const liveness = createLiveness(store.path, () => nowMs);
    expect(liveness.others()).toEqual([]);
    const other = createLiveness(store.path);
    const killed = createLiveness(store.path);
    expect(liveness.others()).toEqual([]);

    nowMs += 50;
    expect(liveness.others()).toEqual([other.id, killed.id].toSorted());
    other.close();
    expect(liveness.others()).toContain(other.id);
    nowMs += 50;
    expect(liveness.others()).toEqual([killed.id]);

    // Its lock is gone, and its file is left.
    const sign = `${store.path}-alive-${killed.id}`;
    killed.close();
    writeFileSync(sign, "");
    nowMs += 49;
    expect(liveness.others()).toEqual([killed.id]);
    nowMs += 451;
    expect(liveness.others()).toEqual([]);
    expect(existsSync(sign)).toBe(false);
    liveness.close();
  });

  it("are looked for at once if the caller asks", () => {
    const liveness = createLiveness(store.path, () => 0);
    expect(liveness.others()).toEqual([]);
    const other = createLiveness(store.path);

    expect(liveness.look()).toEqual([other.id]);

    other.close();
    liveness.close();
  });
});
