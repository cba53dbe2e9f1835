import { decodeEntry } from "@electrum-vouchers/core";
import type { RepairRequest } from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { claimIds, commitAll, load, NOW, type OpenOutbox } from "./fixtures.ts";
import { lastCommitOf, saleUpTo } from "./sales.ts";
import { uuid } from "../messages/requests.ts";
import { unwrap, unwrapAsync, unwrapErrorAsync } from "../unwrap.ts";

const request: RepairRequest = { id: uuid(1), by: "Thandi", reason: "check() names it", at: NOW + 5 };

/** A record in which one digit was changed after its checksum was made. */
const spoilt = (record: string): string => record.replace(uuid(1_001), uuid(1_002));

/** The check finds what is damaged, and a repair rebuilds what the journal proves. */
export function testDamage(open: OpenOutbox): void {
  it("checks that each record is what its checksum says: what is damaged needs attention from then on", async () => {
    const outbox = await open();
    const { record } = lastCommitOf(1, "reversing");
    await commitAll(outbox, ...saleUpTo(1, "reversing", { record: spoilt(record) }), ...saleUpTo(2, "reversing"));
    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({ needsAttention: 0 });

    expect(await unwrapAsync(outbox.check())).toEqual([`transaction ${uuid(1)}: the record is damaged`]);

    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({ needsAttention: 1 });
    expect(await unwrapAsync(outbox.list({ only: "needsAttention", limit: 9 }))).toMatchObject({
      records: [{ id: uuid(1) }],
    });
  });

  it("has columns compared, and what is damaged needs attention: it is told once", async () => {
    const outbox = await open();
    const { record } = lastCommitOf(1, "reversing");
    await commitAll(outbox, ...saleUpTo(1, "reversing", { record: spoilt(record) }));

    expect(await unwrapAsync(outbox.correctColumns({ limit: 9 }))).toEqual({ corrected: [], damaged: [uuid(1)] });
    expect(await unwrapAsync(outbox.correctColumns({ limit: 9 }))).toEqual({ corrected: [], damaged: [] });
    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({ needsAttention: 1 });
  });

  it("checks that each journal replays to its record, though every checksum is right", async () => {
    const outbox = await open();
    const { record } = lastCommitOf(1, "reversing");
    await commitAll(outbox, ...saleUpTo(1, "reversed", { record }), ...saleUpTo(2, "reversed"));

    expect(await unwrapAsync(outbox.check())).toContain(`transaction ${uuid(1)}: the journal leads to another record`);
  });

  it("leaves what a newer release wrote alone", async () => {
    const outbox = await open();
    const newer = (text: string): string => text.replace('"version":1', '"version":2');
    const { record, entry } = lastCommitOf(1, "reversing");
    await commitAll(outbox, ...saleUpTo(1, "reversing", { record: newer(record) }));
    await commitAll(outbox, ...saleUpTo(2, "reversing", { entry: newer(entry) }));

    expect(await unwrapAsync(outbox.check())).toEqual([]);
    expect(await unwrapAsync(outbox.correctColumns({ limit: 9 }))).toEqual({ corrected: [], damaged: [] });
    expect(await unwrapErrorAsync(outbox.repair(request))).toEqual({ type: "notRepaired", reason: "newer" });
  });

  testRepairs(open);
}

function testRepairs(open: OpenOutbox): void {
  it("repairs a damaged record from its journal, as a commit that says who and why", async () => {
    const outbox = await open();
    const { record, due } = lastCommitOf(1, "reversing");
    await commitAll(outbox, ...saleUpTo(1, "reversing", { record: spoilt(record) }));
    await unwrapAsync(outbox.check());

    await unwrapAsync(outbox.repair(request));

    expect(await load(outbox, uuid(1))).toMatchObject({ version: 3, record, due, committedAt: NOW + 5 });
    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({ states: { reversing: 1 }, needsAttention: 0 });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
    const [, , last = ""] = await unwrapAsync(outbox.journal(uuid(1)));
    expect(unwrap(decodeEntry(last))).toMatchObject({ type: "repair", repair: { by: "Thandi", at: NOW + 5 } });
    expect(await claimIds(outbox, "a")).toEqual([uuid(1)]);
  });

  it("never repairs from a final state to an open one", async () => {
    const outbox = await open();
    const { record } = lastCommitOf(1, "reversing");
    await commitAll(
      outbox,
      ...saleUpTo(1, "reversing", { record: spoilt(record), state: "reversed", final: true, needsAttention: true }),
    );

    expect(await unwrapErrorAsync(outbox.repair(request))).toEqual({
      type: "notRepaired",
      reason: "finalStateDiffers",
    });
    expect(await load(outbox, uuid(1))).toMatchObject({ version: 2, record: spoilt(record) });
  });

  it("repairs nothing that is sound, or not there", async () => {
    const outbox = await open();
    await commitAll(outbox, ...saleUpTo(1, "reversing"));

    expect(await unwrapErrorAsync(outbox.repair(request))).toEqual({ type: "notRepaired", reason: "sound" });
    expect(await unwrapErrorAsync(outbox.repair({ ...request, id: uuid(9) }))).toEqual({
      type: "notRepaired",
      reason: "unknown",
    });
  });
}
