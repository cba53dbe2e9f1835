import { statfsSync, statSync, truncateSync } from "node:fs";
import { storedChange, storedRetention, unwrapAsync, unwrapErrorAsync, uuid } from "@electrum-vouchers/testkit";
import { err, ok, type Result } from "neverthrow";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openTestConnection } from "../test/test-connection.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import { openOnFullDisk, retryInSmallSteps } from "./full-disk.ts";
import type { OpenError } from "./open-error.ts";
import { createReserve, reservePathOf } from "./reserve.ts";

// What happens on a disk that is really full, page by page, is shown by `verify disk`.

vi.mock("node:fs", { spy: true });

let store: TemporaryStore;
beforeEach(() => {
  store = temporaryStore();
});
afterEach(async () => {
  vi.mocked(statfsSync).mockReset();
  await store.remove();
});

const reserveBytes = (): number => statSync(reservePathOf(store.path), { throwIfNoEntry: false })?.size ?? 0;

/** The disk has room for so many bytes. */
function leaveRoom(bytes: number): void {
  const { bsize, ...rest } = statfsSync(store.directory);
  vi.mocked(statfsSync).mockReturnValue({ ...rest, bsize, bavail: Math.floor(bytes / bsize) });
}

describe("the reserve", () => {
  it("is made when the outbox opens, for its owner alone, and given back piece by piece until nothing is left", async () => {
    await store.open();
    const full = reserveBytes();
    expect(statSync(reservePathOf(store.path)).mode & 0o777).toBe(0o600);
    expect(statSync(reservePathOf(store.path)).blocks * 512).toBeGreaterThanOrEqual(full);

    const reserve = createReserve(store.path);
    const sizes: number[] = [];
    while (reserve.release()) sizes.push(reserveBytes());

    expect(sizes).toEqual([0.75, 0.5, 0.25, 0].map((share) => share * full));
  });

  it("takes no more than an eighth of the room on the disk", () => {
    const reserve = createReserve(store.path);
    leaveRoom(2 ** 19);
    reserve.fill();
    expect(reserveBytes()).toBe(0);
    leaveRoom(2 ** 23);
    reserve.fill();
    expect(reserveBytes()).toBe(2 ** 20);

    vi.mocked(statfsSync).mockReset();
    reserve.fill();
    expect(reserveBytes()).toBe(2 ** 24);
  });

  it("is completed by maintenance", async () => {
    const outbox = await store.open();
    const first = reserveBytes();

    await Promise.all(Array.from({ length: 600 }, async (_, n) => unwrapAsync(outbox.commit(storedChange(n)))));

    await vi.waitFor(() => expect(reserveBytes()).toBeGreaterThan(first));
  });

  it("gives nothing back if the file system does not let it", async () => {
    await store.open();
    vi.mocked(truncateSync).mockImplementationOnce(() => {
      throw Object.assign(new Error("EROFS"), { code: "EROFS" });
    });

    expect(createReserve(store.path).release()).toBe(false);
    expect(createReserve(store.path).release()).toBe(true);
  });

  it("is done without if it cannot be made", async () => {
    vi.mocked(statfsSync).mockImplementation(() => {
      throw Object.assign(new Error("EIO"), { code: "EIO" });
    });

    await unwrapAsync((await store.open()).commit(storedChange(1)));

    expect(reserveBytes()).toBe(0);
  });
});

describe("opening on a full disk", () => {
  it("takes pieces of the reserve until it opens, or nothing is left", () => {
    const open = (succeedsAt: number): (() => Result<string, OpenError>) => {
      let attempts = 0;
      return () => ((attempts += 1) >= succeedsAt ? ok("open") : err({ type: "full", detail: "" }));
    };
    const pieces = (count: number): { release(): boolean } => {
      let left = count;
      return { release: () => (left -= 1) >= 0 };
    };

    expect(openOnFullDisk(open(1), pieces(0))._unsafeUnwrap()).toBe("open");
    expect(openOnFullDisk(open(3), pieces(2))._unsafeUnwrap()).toBe("open");
    expect(openOnFullDisk(open(4), pieces(2))._unsafeUnwrapErr()).toMatchObject({ type: "full" });
  });
});

describe("retention on a full disk", () => {
  it("does less and less at once, takes pieces of the reserve at last, and then says that the disk is full", () => {
    const steps: (number | string)[] = [];
    const full = { type: "unavailable", reason: "full", detail: "" } as const;
    let left = 2;
    const applied = retryInSmallSteps(
      storedRetention(),
      ({ limit }) => {
        steps.push(limit);
        return err(full);
      },
      {
        checkpointWal: () => {},
        reserve: {
          release: () => {
            steps.push("piece");
            return (left -= 1) >= 0;
          },
        },
      },
    );

    expect(applied._unsafeUnwrapErr()).toEqual(full);
    expect(steps).toEqual([100, 13, 2, 1, "piece", 100, 13, 2, 1, "piece", 100, 13, 2, 1, "piece"]);
  });
});

describe("a commit on a full disk", () => {
  it("fits once there is room in the WAL, which a checkpoint makes", async () => {
    const { outbox, connections } = openTestConnection(store.path);
    await unwrapAsync(outbox.commit(storedChange(1)));
    const { durable } = connections;
    const pages = Number(durable.pragma("page_count", { simple: true }));
    durable.pragma(`max_page_count = ${pages}`);
    const checkpoint = vi.spyOn(durable, "pragma");

    const record = "x".repeat(50_000);
    expect(await unwrapErrorAsync(outbox.commit(storedChange(2, { record })))).toMatchObject({ reason: "full" });
    expect(checkpoint).toHaveBeenCalledWith("wal_checkpoint(PASSIVE)");

    checkpoint.mockImplementationOnce((source) => {
      durable.exec("PRAGMA max_page_count = 1000000");
      return source;
    });
    await unwrapAsync(outbox.commit(storedChange(2, { record })));
    expect(await unwrapAsync(outbox.load(uuid(2)))).toMatchObject({ version: 1 });
    await unwrapAsync(outbox.close());
  });
});
