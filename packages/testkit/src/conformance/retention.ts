import type { Change, RetentionRequest } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { createChange, dueAt, commitAll, NOW, type OpenOutbox } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync, unwrapErrorAsync } from "../unwrap.ts";

const redact: RetentionRequest["redact"] = {
  record: (text) => `${text}, redacted`,
  entry: (text, record) => `${text} of ${record}, masked`,
};

const redactionRequest = (before: number, limit = 100): RetentionRequest => ({
  redactBefore: before,
  deleteBefore: Number.NEGATIVE_INFINITY,
  limit,
  redact,
});

const deletionRequest = (before: number, limit = 100): RetentionRequest => ({
  redactBefore: before,
  deleteBefore: before,
  limit,
  redact,
});

const finishedChange = (n: number, at: number): Change => createChange(n, { state: "confirmed", final: true, at });

/** What is finished loses its secrets after a time, and is gone after a longer one. */
export function testRetention(open: OpenOutbox): void {
  it("redacts what was finished before a moment: the record, and every entry together with the record as it was", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      createChange(1),
      { ...finishedChange(1, NOW - 1), expectedVersion: 1 },
      finishedChange(2, NOW),
    );

    expect(await unwrapAsync(outbox.applyRetention(redactionRequest(NOW)))).toEqual({ redacted: 1, deleted: 0 });

    expect(await unwrapAsync(outbox.load(uuid(1)))).toEqual({
      id: uuid(1),
      version: 2,
      record: "record 1.1, redacted",
    });
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual([
      "entry 1.1 of record 1.1, masked",
      "entry 1.1 of record 1.1, masked",
    ]);
    expect(await unwrapAsync(outbox.load(uuid(2)))).toMatchObject({ record: "record 2.1" });
    expect(await unwrapAsync(outbox.journal(uuid(2)))).toEqual(["entry 2.1"]);
  });

  it("scrubs each once", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 1));
    await unwrapAsync(outbox.applyRetention(redactionRequest(NOW)));

    expect(await unwrapAsync(outbox.applyRetention(redactionRequest(NOW)))).toEqual({ redacted: 0, deleted: 0 });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ record: "record 1.1, redacted" });
  });

  it("scrubs again what was changed since", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 2));
    await unwrapAsync(outbox.applyRetention(redactionRequest(NOW)));
    await commitAll(outbox, { ...finishedChange(1, NOW - 1), expectedVersion: 1, record: "with new evidence" });

    expect(await unwrapAsync(outbox.applyRetention(redactionRequest(NOW)))).toEqual({ redacted: 1, deleted: 0 });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ record: "with new evidence, redacted" });
  });

  it("removes what was finished before a moment, and every trace of it", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 1), finishedChange(2, NOW));

    expect(await unwrapAsync(outbox.applyRetention(deletionRequest(NOW)))).toEqual({ redacted: 0, deleted: 1 });

    expect(await unwrapAsync(outbox.load(uuid(1)))).toBeUndefined();
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual([]);
    expect(await unwrapAsync(outbox.list({ limit: 10 }))).toMatchObject({ records: [{ id: uuid(2) }] });
    expect(await unwrapAsync(outbox.summary())).toMatchObject({ states: { confirmed: 1 } });
    expect(await unwrapErrorAsync(outbox.commit(createChange(1, { expectedVersion: 1 })))).toEqual({
      type: "conflict",
    });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  testRetentionBounds(open);
}

function testRetentionBounds(open: OpenOutbox): void {
  it("never touches what is not finished, however old", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { at: 0, state: "issued" }), createChange(2, { at: 0, ...dueAt(NOW) }));

    expect(await unwrapAsync(outbox.applyRetention(deletionRequest(NOW)))).toEqual({ redacted: 0, deleted: 0 });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ record: "record 1.1" });
  });

  it("takes no more than the limit at a time, the oldest first", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[5, 1, 4, 2, 3].map((age, n) => finishedChange(n, NOW - age)));

    expect(await unwrapAsync(outbox.applyRetention(deletionRequest(NOW, 2)))).toEqual({ redacted: 0, deleted: 2 });
    expect(await unwrapAsync(outbox.list({ limit: 10 }))).toMatchObject({
      records: [{ id: uuid(1) }, { id: uuid(3) }, { id: uuid(4) }],
    });

    expect(await unwrapAsync(outbox.applyRetention(redactionRequest(NOW, 2)))).toEqual({ redacted: 2, deleted: 0 });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ record: "record 1.1" });
    expect(await unwrapAsync(outbox.applyRetention(redactionRequest(NOW, 2)))).toEqual({ redacted: 1, deleted: 0 });
    expect(await unwrapAsync(outbox.applyRetention(redactionRequest(NOW, 2)))).toEqual({ redacted: 0, deleted: 0 });
  });

  it("removes before it scrubs, and does both within the limit", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[9, 8, 3, 2, 1].map((age, n) => finishedChange(n, NOW - age)));
    const request = { redactBefore: NOW, deleteBefore: NOW - 5, limit: 3, redact };

    expect(await unwrapAsync(outbox.applyRetention(request))).toEqual({ redacted: 1, deleted: 2 });
    expect(await unwrapAsync(outbox.applyRetention(request))).toEqual({ redacted: 2, deleted: 0 });
    expect(await unwrapAsync(outbox.applyRetention(request))).toEqual({ redacted: 0, deleted: 0 });
  });
}
