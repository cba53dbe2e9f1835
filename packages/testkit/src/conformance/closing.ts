import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import type { ResultAsync } from "neverthrow";
import { expect, it } from "vitest";
import type { OutboxStore } from "./outbox-store.ts";
import { createChange, createClaim, dueAt, commitAll, NOW, load } from "./fixtures.ts";
import { redactionRequest } from "./retention-rules.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync, unwrapErrorAsync } from "../unwrap.ts";

type OutboxCall = (outbox: Outbox & OutboxInspection) => ResultAsync<unknown, unknown>;

/** Every call but `watch`, which cannot fail. */
const calls: Readonly<Record<Exclude<keyof (Outbox & OutboxInspection), "watch">, OutboxCall>> = {
  commit: (outbox) => outbox.commit(createChange(1)),
  load: (outbox) => outbox.load(uuid(1)),
  claim: (outbox) => outbox.claim(createClaim("a")),
  findAhead: (outbox) => outbox.findAhead({ now: NOW, limit: 1 }),
  postpone: (outbox) => outbox.postpone({ id: uuid(1), version: 1, at: NOW, until: NOW, reason: "status 503" }),
  advance: (outbox) => outbox.advance({ queue: "a", now: NOW, limit: 1 }),
  release: (outbox) => outbox.release({ worker: "a" }),
  undelivered: (outbox) => outbox.undelivered("q"),
  secret: (outbox) => outbox.secret(),
  correctColumns: (outbox) => outbox.correctColumns({ limit: 1 }),
  close: (outbox) => outbox.close(),
  summary: (outbox) => outbox.summary(NOW),
  list: (outbox) => outbox.list({ limit: 1 }),
  journal: (outbox) => outbox.journal(uuid(1)),
  beginRetention: (outbox) => outbox.beginRetention({ now: NOW, intervalMs: 1, redactAfterMs: 1 }),
  applyRetention: (outbox) => outbox.applyRetention(redactionRequest(NOW)),
  check: (outbox) => outbox.check(),
  repair: (outbox) => outbox.repair({ id: uuid(1), by: "Thandi", reason: "check() names it", at: NOW }),
};

/** The end of an outbox, and what outlasts it. */
export function testClosing(createStore: () => Promise<OutboxStore>, persists: boolean): void {
  it("finishes what is under way", async () => {
    const outbox = await (await createStore()).open();

    const underWay = [createChange(1), createChange(2), createChange(3)].map((each) => outbox.commit(each));
    const closed = outbox.close();

    expect((await Promise.all(underWay)).map((outcome) => outcome.isOk())).toEqual([true, true, true]);
    expect((await closed).isOk()).toBe(true);
  });

  it.each(Object.entries(calls))("then is unavailable: %s", async (_name, call) => {
    const outbox = await (await createStore()).open();
    await unwrapAsync(outbox.close());

    expect(await unwrapErrorAsync(call(outbox))).toMatchObject({ type: "unavailable", reason: "closed" });
  });

  it.runIf(persists)("leaves behind all that was committed", async () => {
    const store = await createStore();
    const before = await store.open();
    await commitAll(
      before,
      createChange(1),
      createChange(2, dueAt(NOW)),
      createChange(1, { expectedVersion: 1, state: "issued" }),
    );
    await unwrapAsync(before.close());

    const after = await store.open();

    expect(await load(after, uuid(1))).toMatchObject({ id: uuid(1), version: 2, record: "record 1.2" });
    expect(await unwrapAsync(after.journal(uuid(1)))).toEqual(["entry 1.1", "entry 1.2"]);
    expect(await unwrapAsync(after.claim(createClaim("a")))).toMatchObject({ records: [{ id: uuid(2), version: 1 }] });
    expect(await unwrapAsync(after.summary(NOW))).toMatchObject({
      states: { issued: 1, requesting: 1 },
      due: { advice: { count: 1, amounts: {} } },
    });
    expect(await unwrapAsync(after.check())).toEqual([]);
  });

  it.runIf(persists)("closes one process's outbox without closing another's", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    await commitAll(here, createChange(1));

    await unwrapAsync(here.close());

    expect(await load(there, uuid(1))).toMatchObject({ version: 1 });
    await commitAll(there, createChange(2));
  });
}
