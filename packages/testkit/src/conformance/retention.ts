import type { Change, RetainRequest } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { change, done, dueAt, failed, given, NOW, type Open, uuid } from "./given.ts";

const redact: RetainRequest["redact"] = { record: (text) => `${text}, redacted`, entry: (text) => `${text}, masked` };

const scrub = (before: number, limit = 100): RetainRequest => ({
  scrubBefore: before,
  removeBefore: Number.NEGATIVE_INFINITY,
  limit,
  redact,
});

const remove = (before: number, limit = 100): RetainRequest => ({
  scrubBefore: before,
  removeBefore: before,
  limit,
  redact,
});

const finished = (n: number, at: number): Change => change(n, { state: "confirmed", final: true, at });

/** What is finished loses its secrets after a time, and is gone after a longer one. */
export function retention(open: Open): void {
  it("scrubs what was finished before a moment: the record and every entry", async () => {
    const outbox = await open();
    await given(outbox, change(1), { ...finished(1, NOW - 1), expectedVersion: 1 }, finished(2, NOW));

    expect(await done(outbox.retain(scrub(NOW)))).toEqual({ scrubbed: 1, removed: 0 });

    expect(await done(outbox.load(uuid(1)))).toEqual({ id: uuid(1), version: 2, record: "record 1.1, redacted" });
    expect(await done(outbox.journal(uuid(1)))).toEqual(["entry 1.1, masked", "entry 1.1, masked"]);
    expect(await done(outbox.load(uuid(2)))).toMatchObject({ record: "record 2.1" });
    expect(await done(outbox.journal(uuid(2)))).toEqual(["entry 2.1"]);
  });

  it("scrubs each once", async () => {
    const outbox = await open();
    await given(outbox, finished(1, NOW - 1));
    await done(outbox.retain(scrub(NOW)));

    expect(await done(outbox.retain(scrub(NOW)))).toEqual({ scrubbed: 0, removed: 0 });
    expect(await done(outbox.load(uuid(1)))).toMatchObject({ record: "record 1.1, redacted" });
  });

  it("scrubs again what was changed since", async () => {
    const outbox = await open();
    await given(outbox, finished(1, NOW - 2));
    await done(outbox.retain(scrub(NOW)));
    await given(outbox, { ...finished(1, NOW - 1), expectedVersion: 1, record: "with new evidence" });

    expect(await done(outbox.retain(scrub(NOW)))).toEqual({ scrubbed: 1, removed: 0 });
    expect(await done(outbox.load(uuid(1)))).toMatchObject({ record: "with new evidence, redacted" });
  });

  it("removes what was finished before a moment, and every trace of it", async () => {
    const outbox = await open();
    await given(outbox, finished(1, NOW - 1), finished(2, NOW));

    expect(await done(outbox.retain(remove(NOW)))).toEqual({ scrubbed: 0, removed: 1 });

    expect(await done(outbox.load(uuid(1)))).toBeUndefined();
    expect(await done(outbox.journal(uuid(1)))).toEqual([]);
    expect(await done(outbox.list({ limit: 10 }))).toMatchObject({ records: [{ id: uuid(2) }] });
    expect(await done(outbox.summary())).toMatchObject({ states: { confirmed: 1 } });
    expect(await failed(outbox.commit(change(1, { expectedVersion: 1 })))).toEqual({ type: "conflict" });
    expect(await done(outbox.check())).toEqual([]);
  });

  retentionIsBounded(open);
}

function retentionIsBounded(open: Open): void {
  it("never touches what is not finished, however old", async () => {
    const outbox = await open();
    await given(outbox, change(1, { at: 0, state: "issued" }), change(2, { at: 0, ...dueAt(NOW) }));

    expect(await done(outbox.retain(remove(NOW)))).toEqual({ scrubbed: 0, removed: 0 });
    expect(await done(outbox.load(uuid(1)))).toMatchObject({ record: "record 1.1" });
  });

  it("takes no more than the limit at a time, the oldest first", async () => {
    const outbox = await open();
    await given(outbox, ...[5, 1, 4, 2, 3].map((age, n) => finished(n, NOW - age)));

    expect(await done(outbox.retain(remove(NOW, 2)))).toEqual({ scrubbed: 0, removed: 2 });
    expect(await done(outbox.list({ limit: 10 }))).toMatchObject({
      records: [{ id: uuid(1) }, { id: uuid(3) }, { id: uuid(4) }],
    });

    expect(await done(outbox.retain(scrub(NOW, 2)))).toEqual({ scrubbed: 2, removed: 0 });
    expect(await done(outbox.load(uuid(1)))).toMatchObject({ record: "record 1.1" });
    expect(await done(outbox.retain(scrub(NOW, 2)))).toEqual({ scrubbed: 1, removed: 0 });
    expect(await done(outbox.retain(scrub(NOW, 2)))).toEqual({ scrubbed: 0, removed: 0 });
  });

  it("removes before it scrubs, and does both within the limit", async () => {
    const outbox = await open();
    await given(outbox, ...[9, 8, 3, 2, 1].map((age, n) => finished(n, NOW - age)));
    const request = { scrubBefore: NOW, removeBefore: NOW - 5, limit: 3, redact };

    expect(await done(outbox.retain(request))).toEqual({ scrubbed: 1, removed: 2 });
    expect(await done(outbox.retain(request))).toEqual({ scrubbed: 2, removed: 0 });
    expect(await done(outbox.retain(request))).toEqual({ scrubbed: 0, removed: 0 });
  });
}
