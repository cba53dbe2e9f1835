import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import type { ResultAsync } from "neverthrow";
import { expect, it } from "vitest";
import type { OutboxStore } from "./outbox-store.ts";
import { change, claim, done, dueAt, failed, given, NOW, uuid } from "./given.ts";

type Call = (outbox: Outbox & OutboxInspection) => ResultAsync<unknown, unknown>;

const calls: Readonly<Record<keyof (Outbox & OutboxInspection), Call>> = {
  commit: (outbox) => outbox.commit(change(1)),
  load: (outbox) => outbox.load(uuid(1)),
  claim: (outbox) => outbox.claim(claim("a")),
  postpone: (outbox) => outbox.postpone({ id: uuid(1), version: 1, until: NOW, why: "status 503" }),
  release: (outbox) => outbox.release({ worker: "a" }),
  close: (outbox) => outbox.close(),
  summary: (outbox) => outbox.summary(),
  list: (outbox) => outbox.list({ limit: 1 }),
  journal: (outbox) => outbox.journal(uuid(1)),
  retain: (outbox) =>
    outbox.retain({ scrubBefore: NOW, removeBefore: NOW, limit: 1, redact: { record: String, entry: String } }),
  check: (outbox) => outbox.check(),
};

/** The end of an outbox, and what outlasts it. */
export function closing(createStore: () => Promise<OutboxStore>, persists: boolean): void {
  it("finishes what is under way", async () => {
    const outbox = await (await createStore()).open();

    const underWay = [change(1), change(2), change(3)].map((each) => outbox.commit(each));
    const closed = outbox.close();

    expect((await Promise.all(underWay)).map((outcome) => outcome.isOk())).toEqual([true, true, true]);
    expect((await closed).isOk()).toBe(true);
  });

  it.each(Object.entries(calls))("then is unavailable: %s", async (_name, call) => {
    const outbox = await (await createStore()).open();
    await done(outbox.close());

    expect(await failed(call(outbox))).toMatchObject({ type: "unavailable", reason: "closed" });
  });

  it.runIf(persists)("leaves behind all that was committed", async () => {
    const store = await createStore();
    const before = await store.open();
    await given(before, change(1), change(2, dueAt(NOW)), change(1, { expectedVersion: 1, state: "issued" }));
    await done(before.close());

    const after = await store.open();

    expect(await done(after.load(uuid(1)))).toEqual({ id: uuid(1), version: 2, record: "record 1.2" });
    expect(await done(after.journal(uuid(1)))).toEqual(["entry 1.1", "entry 1.2"]);
    expect(await done(after.claim(claim("a")))).toMatchObject({ records: [{ id: uuid(2), version: 1 }] });
    expect(await done(after.summary())).toMatchObject({ states: { issued: 1, requesting: 1 }, due: { advice: 1 } });
    expect(await done(after.check())).toEqual([]);
  });

  it.runIf(persists)("closes one process's outbox without closing another's", async () => {
    const store = await createStore();
    const [here, there] = [await store.open(), await store.open()];
    await given(here, change(1));

    await done(here.close());

    expect(await done(there.load(uuid(1)))).toMatchObject({ version: 1 });
    await given(there, change(2));
  });
}
