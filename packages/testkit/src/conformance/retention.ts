import type { Uuid } from "@electrum-vouchers/core";
import type { Change, OutboxRetention, RetentionRequest, RetentionResult } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { createChange, dueAt, commitAll, NOW, type OpenOutbox, load } from "./fixtures.ts";
import { deletionRequest, redactionRequest } from "./retention-rules.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync, unwrapErrorAsync } from "../unwrap.ts";

const finishedChange = (n: number, at: number, fields: Partial<Change> = {}): Change =>
  createChange(n, { state: "confirmed", final: true, at, ...fields });

const nothing: RetentionResult = {
  redacted: 0,
  redactedUnsettled: 0,
  deleted: 0,
  left: 0,
  failed: [],
  isErased: true,
};

const apply = (outbox: OutboxRetention, request: RetentionRequest): Promise<RetentionResult> =>
  unwrapAsync(outbox.applyRetention(request));

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

    expect(await apply(outbox, redactionRequest(NOW))).toEqual({ ...nothing, redacted: 1 });

    expect(await load(outbox, uuid(1))).toEqual({
      id: uuid(1),
      version: 2,
      committedAt: NOW - 1,
      record: "record 1.1, redacted",
    });
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual([
      "entry 1.1 of record 1.1, masked",
      "entry 1.1 of record 1.1, masked",
    ]);
    expect(await load(outbox, uuid(2))).toMatchObject({ record: "record 2.1" });
    expect(await unwrapAsync(outbox.journal(uuid(2)))).toEqual(["entry 2.1"]);
  });

  it("redacts each once", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 1));
    await apply(outbox, redactionRequest(NOW));

    expect(await apply(outbox, redactionRequest(NOW))).toEqual(nothing);
    expect(await load(outbox, uuid(1))).toMatchObject({ record: "record 1.1, redacted" });
  });

  it("redacts again what was changed since", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 2));
    await apply(outbox, redactionRequest(NOW));
    await commitAll(outbox, { ...finishedChange(1, NOW - 1), expectedVersion: 1, record: "with new evidence" });

    expect(await apply(outbox, redactionRequest(NOW))).toEqual({ ...nothing, redacted: 1 });
    expect(await load(outbox, uuid(1))).toMatchObject({ record: "with new evidence, redacted" });
  });

  it("deletes what was finished before a moment, and every trace of it", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 1), finishedChange(2, NOW));

    expect(await apply(outbox, deletionRequest(NOW))).toEqual({ ...nothing, deleted: 1 });

    expect(await load(outbox, uuid(1))).toBeUndefined();
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual([]);
    expect(await unwrapAsync(outbox.list({ limit: 10 }))).toMatchObject({ records: [{ id: uuid(2) }] });
    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({ states: { confirmed: 1 } });
    expect(await unwrapErrorAsync(outbox.commit(createChange(1, { expectedVersion: 1 })))).toEqual({
      type: "conflict",
    });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  testRetentionLimits(open);
  testRecordDecides(open);
  testRuns(open);
}

function testRetentionLimits(open: OpenOutbox): void {
  it("never touches what is not finished, however old", async () => {
    const outbox = await open();
    await commitAll(outbox, createChange(1, { at: 0, state: "issued" }), createChange(2, { at: 0, ...dueAt(NOW) }));

    expect(await apply(outbox, deletionRequest(NOW))).toEqual(nothing);
    expect(await load(outbox, uuid(1))).toMatchObject({ record: "record 1.1" });
  });

  it("looks at no more than the limit at a time, the oldest first, and goes on where it ended", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[5, 1, 4, 2, 3].map((age, n) => finishedChange(n, NOW - age)));

    const first = await apply(outbox, deletionRequest(NOW, 2));
    expect(first).toMatchObject({ deleted: 2, isErased: false, next: { finishedAt: NOW - 4 } });
    expect(await unwrapAsync(outbox.list({ limit: 10 }))).toMatchObject({
      records: [{ id: uuid(1) }, { id: uuid(3) }, { id: uuid(4) }],
    });

    const second = await apply(outbox, { ...redactionRequest(NOW, 2), ...after(first) });
    expect(second).toMatchObject({ redacted: 2, next: { finishedAt: NOW - 2 } });
    expect(await load(outbox, uuid(1))).toMatchObject({ record: "record 1.1" });
    expect(await apply(outbox, { ...redactionRequest(NOW, 2), ...after(second) })).toEqual({ ...nothing, redacted: 1 });
  });

  it("deletes what is old enough without redacting it first", async () => {
    const outbox = await open();
    await commitAll(outbox, ...[9, 8, 3, 2, 1].map((age, n) => finishedChange(n, NOW - age)));
    const request = { ...redactionRequest(NOW, 3), deleteBefore: NOW - 5 };

    const first = await apply(outbox, request);
    expect(first).toMatchObject({ redacted: 1, deleted: 2 });
    expect(await apply(outbox, { ...request, ...after(first) })).toEqual({ ...nothing, redacted: 2 });
    expect(await apply(outbox, request)).toEqual(nothing);
  });
}

const after = ({ next }: RetentionResult): Pick<RetentionRequest, "after"> =>
  next === undefined ? {} : { after: next };

/** Whatever the columns say. */
function testRecordDecides(open: OpenOutbox): void {
  it("leaves what needs attention until a later moment, then redacts it, and never deletes it", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 2, { record: "unsettled" }));

    expect(await apply(outbox, deletionRequest(NOW))).toEqual({ ...nothing, left: 1 });
    expect(await load(outbox, uuid(1))).toMatchObject({ record: "unsettled" });

    const later = { ...deletionRequest(NOW), redactUnsettledBefore: NOW - 1 };
    expect(await apply(outbox, later)).toEqual({ ...nothing, redacted: 1, redactedUnsettled: 1 });
    expect(await load(outbox, uuid(1))).toMatchObject({ record: "unsettled, redacted" });
    expect(await apply(outbox, later)).toEqual({ ...nothing, left: 1 });
  });

  it.each([
    ["a record that is unfinished, whatever its columns say", { record: "open" }],
    ["a damaged record", { record: "damaged" }],
  ])("neither redacts nor deletes %s, and says so", async (_, fields) => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW - 2, fields), finishedChange(2, NOW - 1));

    expect(await apply(outbox, redactionRequest(NOW))).toEqual({ ...nothing, redacted: 1, failed: [uuid(1)] });
    expect(await apply(outbox, deletionRequest(NOW))).toEqual({ ...nothing, deleted: 1, failed: [uuid(1)] });
    expect(await load(outbox, uuid(1))).toMatchObject(fields);
  });

  it("redacts nothing of a transaction with an entry that cannot be redacted, and goes on with the others", async () => {
    const outbox = await open();
    const other: readonly Uuid[] = [uuid(1)];
    await commitAll(outbox, finishedChange(1, NOW - 2, { entry: "damaged" }), finishedChange(2, NOW - 1));

    const first = await apply(outbox, redactionRequest(NOW, 1));
    expect(first).toMatchObject({ redacted: 0, failed: other });
    expect(await apply(outbox, { ...redactionRequest(NOW, 1), ...after(first) })).toMatchObject({ redacted: 1 });
    expect(await load(outbox, uuid(1))).toMatchObject({ record: "record 1.1" });
    expect(await unwrapAsync(outbox.journal(uuid(1)))).toEqual(["damaged"]);
  });
}

function testRuns(open: OpenOutbox): void {
  const [intervalMs, redactAfterMs, maxStepMs] = [10, 100, 50];
  const begin = (outbox: OutboxRetention, now: number) =>
    unwrapAsync(outbox.beginRetention({ now, intervalMs, redactAfterMs, maxStepMs }));

  it("begins one run an interval", async () => {
    const outbox = await open();
    expect(await begin(outbox, NOW)).toEqual({ type: "begun" });
    expect(await begin(outbox, NOW + 9)).toEqual({ type: "notDue", dueAt: NOW + 10 });
    expect(await begin(outbox, NOW + 10)).toEqual({ type: "begun" });
  });

  it("begins no run that moves the bounds on too far, until it is told that the clock is right", async () => {
    const outbox = await open();
    await begin(outbox, NOW);
    expect(await begin(outbox, NOW + 51)).toEqual({ type: "stepTooLarge", stepMs: 51 });
    expect(await begin(outbox, NOW + 1_000)).toEqual({ type: "stepTooLarge", stepMs: 1_000 });
    const told = await unwrapAsync(outbox.beginRetention({ now: NOW + 1_000, intervalMs, redactAfterMs }));
    expect(told).toEqual({ type: "begun" });
    expect(await begin(outbox, NOW + 1_050)).toEqual({ type: "begun" });
  });

  it("takes a store without a run to be kept up to when its oldest transaction was old enough", async () => {
    const outbox = await open();
    await commitAll(outbox, finishedChange(1, NOW), finishedChange(2, NOW + 40));
    expect(await begin(outbox, NOW + 151)).toEqual({ type: "stepTooLarge", stepMs: 51 });
    expect(await begin(outbox, NOW + 150)).toEqual({ type: "begun" });
  });

  it("begins a run by a clock that was set back a little, and does not forget how far it had come", async () => {
    const outbox = await open();
    await begin(outbox, NOW);
    expect(await begin(outbox, NOW - 50)).toEqual({ type: "begun" });
    expect(await begin(outbox, NOW + 51)).toEqual({ type: "stepTooLarge", stepMs: 51 });
  });

  it("begins no run by a clock that was set back far, until it is told that it is right", async () => {
    const outbox = await open();
    await begin(outbox, NOW);
    expect(await begin(outbox, NOW - 51)).toEqual({ type: "stepTooLarge", stepMs: -51 });
    const told = await unwrapAsync(outbox.beginRetention({ now: NOW - 51, intervalMs, redactAfterMs }));
    expect(told).toEqual({ type: "begun" });
    expect(await begin(outbox, NOW)).toEqual({ type: "stepTooLarge", stepMs: 51 });
  });

  it("takes what a clock in 1970 has finished to be as old as the last run: it has ended since", async () => {
    const outbox = await open();
    await begin(outbox, NOW);
    await commitAll(outbox, finishedChange(1, 0));
    expect(await unwrapAsync(outbox.applyRetention(deletionRequest(NOW)))).toMatchObject({ deleted: 0, redacted: 0 });
    expect(await unwrapAsync(outbox.applyRetention(deletionRequest(NOW + 1)))).toMatchObject({ deleted: 1 });
  });
}
