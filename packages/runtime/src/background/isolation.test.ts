import type { Uuid } from "@electrum-vouchers/core";
import {
  htmlResponse,
  never,
  type Outcome,
  provisionRequest,
  receiver,
  type Script,
  tenders,
  unreachable,
  uuid,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { queueConfirmations } from "../../test/queued.ts";
import { createTestTill, OPENS_AT, type TestTill } from "../../test/test-till.ts";

// No neighbour stops another: neither a provider that is stuck, nor a client whose credentials are refused.

const HOUR_MS = 60 * 60_000;
const DETACH_AFTER_MS = 3_000;
const refused: Outcome = { response: htmlResponse(401) };

const stuck = { receiver: receiver("Stuck") };
const well = { receiver: receiver("Well") };
const kiosk = { client: { id: "kiosk", name: "Kiosk" } };
const shop = { client: { id: "shop", name: "Shop" } };

/** The advices of these sales end like this, all others well. */
const onlyFor =
  (ids: readonly Uuid[], outcome: Outcome): Script =>
  ({ message }) =>
    "requestId" in message && ids.includes(message.requestId) ? outcome : undefined;

const statesOf = async (testTill: TestTill, ids: readonly Uuid[]): Promise<ReadonlySet<string>> =>
  new Set(await Promise.all(ids.map(async (id) => (await testTill.stored(id)).state)));

/** The deliveries of these sales' advices, in order. */
const deliveriesOf = (
  testTill: TestTill,
  ids: readonly Uuid[],
): readonly { readonly id: Uuid; readonly at: number }[] =>
  testTill.electrum.sent.flatMap(({ message, at }) =>
    "requestId" in message.message && ids.includes(message.message.requestId)
      ? [{ id: message.message.requestId, at }]
      : [],
  );

/** What was told of halts: the clients that were alerted, and the forwarder's states. */
const toldOf = (testTill: TestTill): { readonly alerted: readonly string[]; readonly statuses: readonly string[] } => ({
  alerted: testTill.events.flatMap((event) =>
    event.type === "alert" && event.alert.reason === "credentials" ? [event.alert.client] : [],
  ),
  statuses: testTill.events.flatMap((event) => (event.type === "forwarder" ? [event.status] : [])),
});

describe("a provider that never answers", () => {
  test("given 16 slots and a backlog of it that is older, then another one's goes out, 16 at least in each wave", async () => {
    const testTill = createTestTill();
    const silent = await queueConfirmations(testTill.outbox, 300, OPENS_AT - 1_000, 0x1000, stuck);
    const others = await queueConfirmations(testTill.outbox, 40, OPENS_AT, 0x9000, well);
    testTill.electrum.follow((message, nth) => onlyFor(silent, never)(message, nth) ?? { afterMs: 50 });

    await testTill.open({ forwarding: { concurrency: 16, detachAfterMs: DETACH_AFTER_MS } });
    await testTill.clock.advance(2 * DETACH_AFTER_MS + 1_000);

    expect(await statesOf(testTill, others)).toEqual(new Set(["confirmed"]));
    expect(deliveriesOf(testTill, others).map(({ id }) => id)).toEqual(others);
  });

  test("given its first deliveries in all slots, and more that wait for them, then a new one of another waits until those detach, and no longer", async () => {
    const testTill = createTestTill();
    const silent = await queueConfirmations(testTill.outbox, 300, OPENS_AT, 0x1000, stuck);
    testTill.electrum.follow(onlyFor(silent, never));
    const till = await testTill.open({ forwarding: { concurrency: 16, detachAfterMs: DETACH_AFTER_MS } });
    await testTill.clock.advance(500);

    for (let nth = 1; nth <= 10; nth += 1) {
      const sale = await testTill.done(till.provision(provisionRequest(uuid(nth), well)));
      await testTill.done(till.confirm(sale.id, tenders));
      await testTill.clock.advance(DETACH_AFTER_MS);
      expect((await testTill.stored(sale.id)).state).toBe("confirmed");
    }
  });

  test("given a backlog of it that the store has forgotten to have sent, then a new one of its own queue goes ahead of all of that", async () => {
    const testTill = createTestTill();
    const silent = await queueConfirmations(testTill.outbox, 600, OPENS_AT - 1_000, 0x1000, stuck);
    testTill.electrum.follow(onlyFor(silent, never));
    const till = await testTill.open({ forwarding: { concurrency: 4, detachAfterMs: DETACH_AFTER_MS } });
    await testTill.clock.advance(HOUR_MS / 60);

    const sale = await testTill.done(till.provision(provisionRequest(uuid(1), stuck)));
    await testTill.done(till.confirm(sale.id, tenders));
    await testTill.clock.advance(DETACH_AFTER_MS);

    expect((await testTill.stored(sale.id)).state).toBe("confirmed");
    expect(deliveriesOf(testTill, silent).length).toBeLessThan(silent.length);
  });

  test("given that all of it were sent once, then its repeats, however many are due, delay nothing of another's", async () => {
    const testTill = createTestTill();
    const silent = await queueConfirmations(testTill.outbox, 60, OPENS_AT, 0x1000, stuck);
    testTill.electrum.follow(onlyFor(silent, never));
    const till = await testTill.open({ forwarding: { concurrency: 16, detachAfterMs: DETACH_AFTER_MS } });
    await testTill.clock.advance(HOUR_MS);
    expect(new Set(deliveriesOf(testTill, silent).map(({ id }) => id)).size).toBe(silent.length);
    const before = deliveriesOf(testTill, silent).length;

    const delaysMs: number[] = [];
    for (let nth = 1; nth <= 200; nth += 1) {
      const sale = await testTill.done(till.provision(provisionRequest(uuid(nth), well)));
      const at = testTill.clock.now();
      await testTill.done(till.confirm(sale.id, tenders));
      await testTill.clock.advance(0);
      expect((await testTill.stored(sale.id)).state).toBe("confirmed");
      delaysMs.push(...deliveriesOf(testTill, [sale.id]).map((delivery) => delivery.at - at));
      await testTill.clock.advance(1_000);
    }

    expect(delaysMs).toEqual(Array.from({ length: 200 }, () => 0));
    // They went on meanwhile, and none was given up.
    expect(deliveriesOf(testTill, silent).length).toBeGreaterThan(before);
    expect(await statesOf(testTill, silent)).toEqual(new Set(["confirming"]));
  });
});

describe("a client whose credentials are refused", () => {
  test("given another client beside it, then only its advices halt, and the other's go out at once, also new ones", async () => {
    const testTill = createTestTill();
    const halted = await queueConfirmations(testTill.outbox, 100, OPENS_AT - 1_000, 0x1000, kiosk);
    const others = await queueConfirmations(testTill.outbox, 100, OPENS_AT, 0x9000, shop);
    testTill.electrum.follow(onlyFor(halted, refused));

    const till = await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(0);

    expect(till.forwarder.status()).toBe("halted");
    expect(await statesOf(testTill, others)).toEqual(new Set(["confirmed"]));
    expect(deliveriesOf(testTill, halted).length).toBeLessThanOrEqual(4);

    await testTill.clock.advance(HOUR_MS);
    const sale = await testTill.done(till.provision(provisionRequest(uuid(1), shop)));
    await testTill.done(till.confirm(sale.id, tenders));
    await testTill.clock.advance(0);
    expect((await testTill.stored(sale.id)).state).toBe("confirmed");
    expect(till.forwarder.status()).toBe("halted");
    expect(await statesOf(testTill, halted)).toEqual(new Set(["confirming"]));
    // Only single probes since: one in half a minute, at most, once they have grown apart.
    expect(deliveriesOf(testTill, halted).length).toBeLessThanOrEqual(4 + 8 + 120);
  });

  test.each([1, 4, 16])(
    "given %s slots and two such clients, then each is alerted once, and the halt is told once",
    async (concurrency) => {
      const testTill = createTestTill();
      const first = await queueConfirmations(testTill.outbox, 20, OPENS_AT - 1_000, 0x1000, kiosk);
      const second = await queueConfirmations(testTill.outbox, 20, OPENS_AT, 0x9000, shop);
      testTill.electrum.follow(onlyFor([...first, ...second], refused));

      await testTill.open({ forwarding: { concurrency } });
      await testTill.clock.advance(HOUR_MS / 2);

      const { alerted, statuses } = toldOf(testTill);
      expect([...alerted].toSorted()).toEqual(["kiosk", "shop"]);
      expect(statuses).toEqual(["halted"]);
    },
  );

  test("given that they are right again, then that is told once, and all of the client's goes out", async () => {
    const testTill = createTestTill();
    const halted = await queueConfirmations(testTill.outbox, 20, OPENS_AT, 0x1000, kiosk);
    testTill.electrum.follow(onlyFor(halted, refused));
    await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(HOUR_MS / 2);

    testTill.electrum.follow(() => undefined);
    await testTill.clock.advance(3 * 60_000);

    expect(await statesOf(testTill, halted)).toEqual(new Set(["confirmed"]));
    expect(toldOf(testTill)).toEqual({ alerted: ["kiosk"], statuses: ["halted", "forwarding"] });
  });

  test("given that Electrum goes away meanwhile, then its probes find out that it is back, though there is no other", async () => {
    const testTill = createTestTill();
    const halted = await queueConfirmations(testTill.outbox, 20, OPENS_AT, 0x1000, kiosk);
    testTill.electrum.follow(onlyFor(halted, refused));
    await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(1_000);
    testTill.electrum.follow(() => unreachable);
    await testTill.clock.advance(HOUR_MS);

    testTill.electrum.follow(() => undefined);
    await testTill.clock.advance(5 * 60_000);

    expect(await statesOf(testTill, halted)).toEqual(new Set(["confirmed"]));
  });

  test("given three at its head that are refused for their own sake, then probes pass over them, and the others go out", async () => {
    const testTill = createTestTill();
    const ids = await queueConfirmations(testTill.outbox, 40, OPENS_AT, 0x1000, kiosk);
    const [failing, others] = [ids.slice(0, 3), ids.slice(3)];
    testTill.electrum.follow(onlyFor(failing, refused));

    const till = await testTill.open({ forwarding: { concurrency: 2 } });
    await testTill.clock.advance(0);
    expect(till.forwarder.status()).toBe("halted");
    await testTill.clock.advance(60_000);

    expect(await statesOf(testTill, others)).toEqual(new Set(["confirmed"]));
    expect(await statesOf(testTill, failing)).toEqual(new Set(["confirming"]));
  });
});
