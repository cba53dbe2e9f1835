import type { Uuid } from "@electrum-vouchers/core";
import { ResultAsync } from "neverthrow";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failure, html, provisionRequest, tenders, uuid } from "../test/messages.ts";
import { queueConfirmations } from "../test/queued.ts";
import { never, type Outcome, type Script, unreachable } from "../test/scripted-electrum.ts";
import { createShop, OPENS_AT, type Shop } from "../test/shop.ts";

const HOUR_MS = 60 * 60_000;

/** Which sales were confirmed, in the order of their messages. */
const sentFor = (shop: Shop): readonly Uuid[] =>
  shop.electrum.sent.map(({ outgoing }) =>
    "requestId" in outgoing.message ? outgoing.message.requestId : "a message that is no advice",
  );

/** Every advice ends like this. */
const always =
  (outcome: Outcome): Script =>
  () =>
    outcome;

/** The advices of these sales end like this, all others well. */
const onlyFor =
  (ids: readonly Uuid[], outcome: Outcome): Script =>
  ({ message }) =>
    "requestId" in message && ids.includes(message.requestId) ? outcome : undefined;

const statesOf = async (shop: Shop, ids: readonly Uuid[]): Promise<readonly string[]> =>
  Promise.all(ids.map(async (id) => (await shop.stored(id)).state));

async function thenAllConfirmed(shop: Shop, ids: readonly Uuid[]): Promise<void> {
  expect(new Set(await statesOf(shop, ids))).toEqual(new Set(["confirmed"]));
}

describe("store and forward", () => {
  test("given advices that an earlier process left, then they go out oldest first", async () => {
    const shop = createShop();
    const ids = await queueConfirmations(shop.outbox, 50, OPENS_AT);

    await shop.open();
    await shop.clock.advance(0);

    expect(sentFor(shop)).toEqual(ids);
    await thenAllConfirmed(shop, ids);
  });

  test("given a backlog, then several are under way at once, and never more than allowed", async () => {
    const shop = createShop({ script: always({ afterMs: 100 }) });
    const ids = await queueConfirmations(shop.outbox, 50, OPENS_AT);

    await shop.open({ forwarding: { inFlight: 4 } });
    await shop.clock.advance(5_000);

    expect(shop.electrum.mostUnderWay()).toBe(4);
    await thenAllConfirmed(shop, ids);
  });

  test("given a new advice, then it goes out at once", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.clock.advance(10 * HOUR_MS);
    const sale = await shop.done(till.provision(provisionRequest()));

    const at = shop.clock.now();
    await shop.done(till.confirm(sale.id, tenders));
    await shop.clock.advance(0);

    expect(shop.electrum.sent.at(-1)).toMatchObject({ operation: "confirmVoucher", at });
  });

  test("given a new advice while the queue is being looked at, then it is not overlooked", async () => {
    const shop = createShop();
    const till = await shop.open({
      outbox: {
        ...shop.outbox,
        claim: (request) =>
          shop.outbox
            .claim(request)
            .andThen((claimed) => ResultAsync.fromSafePromise(shop.clock.sleep(1_000)).map(() => claimed)),
      },
    });
    await shop.done(till.provision(provisionRequest()).andThen(({ id }) => till.confirm(id, tenders)));

    await shop.clock.advance(2_000);

    expect((await shop.stored(uuid(1))).state).toBe("confirmed");
  });

  test("given an advice that must not go out yet, then it goes out when its time has come", async () => {
    const shop = createShop({
      retries: 0,
      script: ({ operation }) => (operation === "provisionVoucher" ? { silence: "interrupted" } : undefined),
    });
    const till = await shop.open();
    await shop.done(till.provision(provisionRequest()));

    await shop.clock.advance(10 * 60_000);

    expect(shop.electrum.sent.at(-1)).toMatchObject({ operation: "reverseVoucher", at: OPENS_AT + 60_000 });
  });

  // Found by the simulation: the request's deadline was still to come by the clock as it was then, and the request on its way.
  test.each([
    ["ten minutes", 10 * 60_000],
    ["five seconds", 5_000],
  ])(
    "given a claim that takes its time, and a clock set back by %s meanwhile, then a reversal goes out when its time has come",
    async (_, backMs) => {
      const shop = createShop({
        retries: 0,
        script: ({ operation }) => (operation === "provisionVoucher" ? { silence: "interrupted" } : undefined),
      });
      let claimMs = 4_000;
      const till = await shop.open({
        outbox: {
          ...shop.outbox,
          claim: (request) => new ResultAsync(shop.clock.sleep(claimMs).then(() => shop.outbox.claim(request))),
        },
      });
      await shop.done(till.provision(provisionRequest()));
      // The reversal is due after a minute, and is being claimed.
      await shop.clock.advance(62_000);

      shop.clock.jump(-backMs);
      claimMs = 0;
      await shop.clock.advance(20 * 60_000);

      expect(shop.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
      expect(shop.electrum.sent.at(-1)).toMatchObject({ at: OPENS_AT + 60_000 });
    },
  );

  test("given a quiet queue, then it is hardly looked at", async () => {
    const shop = createShop();
    await shop.open();
    await shop.clock.advance(0);
    const before = shop.outbox.count("claim");

    await shop.clock.advance(24 * HOUR_MS);

    // Once a minute, for the advices and for the timers: another process may have died.
    expect(shop.outbox.count("claim") - before).toBeLessThanOrEqual(2 * 24 * 60);
  });
});

describe("a backlog that drains", () => {
  test("given a customer meanwhile, then the request goes out among the next few of the backlog, which is far from drained", async () => {
    const shop = createShop({ script: always({ afterMs: 10 }) });
    await queueConfirmations(shop.outbox, 1_000, OPENS_AT);
    const till = await shop.open({ forwarding: { inFlight: 8 } });
    await shop.clock.advance(100);

    const before = shop.electrum.sent.length;
    await shop.done(till.provision(provisionRequest()).andThen(({ id }) => till.confirm(id, tenders)));
    const between = shop.electrum.sent.slice(before);

    // Patience looks on every 100 ms: ten rounds of eight.
    expect(between.findIndex(({ operation }) => operation === "provisionVoucher")).toBeLessThanOrEqual(8);
    expect(between.length).toBeLessThan(2 * 10 * 8);
    expect((await shop.stored(uuid(1))).state).toBe("confirming");
  });
});

describe("claiming ahead", () => {
  test("given a backlog, then a claim brings many, and never more than a bounded number are held", async () => {
    const shop = createShop({ script: always({ afterMs: 100 }) });
    const ids = await queueConfirmations(shop.outbox, 300, OPENS_AT);
    const limits: number[] = [];

    await shop.open({
      forwarding: { inFlight: 4 },
      outbox: {
        ...shop.outbox,
        claim: (request) => {
          if (request.work.includes("advice")) limits.push(request.limit);
          return shop.outbox.claim(request);
        },
      },
    });
    await shop.clock.advance(60_000);

    await thenAllConfirmed(shop, ids);
    // One place at least was free each time, and eight more were claimed ahead; at the end there is nothing for whoever ends.
    expect(Math.max(...limits)).toBe(12);
    expect(limits.length).toBeLessThanOrEqual(300 / 9 + 10);
  });

  test("given places that do not come free, then what waits for one is given back, and another till sends it", async () => {
    const shop = createShop();
    const ids = await queueConfirmations(shop.outbox, 5, OPENS_AT);
    const stuck = ids.slice(0, 2);
    shop.electrum.follow(onlyFor(stuck, never));
    await shop.open({ worker: "one", forwarding: { inFlight: 2 } });
    await shop.clock.advance(4_000);
    expect(sentFor(shop)).toEqual(stuck);

    await shop.clock.advance(2_000);
    await shop.open({ worker: "other" });
    await shop.clock.advance(0);

    expect(sentFor(shop)).toEqual(ids);
    await thenAllConfirmed(shop, ids.slice(2));
  });

  test("given that Electrum goes away, then what waits for a place is given back, and the order is kept", async () => {
    const shop = createShop();
    const ids = await queueConfirmations(shop.outbox, 12, OPENS_AT);
    shop.electrum.follow((_, nth) => (nth < 3 ? unreachable : { afterMs: 1 }));

    await shop.open({ forwarding: { inFlight: 1 } });
    await shop.clock.advance(60_000);

    expect(sentFor(shop)).toEqual([...Array.from({ length: 3 }, () => ids[0]), ...ids]);
  });

  test("given answers and claims that take their time, and a clock that jumps, then nothing goes out on a lease that may end first", async () => {
    const deadlineMs = 20_000;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(30_000), { minLength: 30, maxLength: 30 }),
        // Some are slower than a claim may be; not all, or nothing would ever go out.
        fc.nat(15_000).map((slowMs) => [slowMs, 0, 0]),
        fc.array(fc.integer({ min: -20_000, max: 20_000 }), { minLength: 5, maxLength: 5 }),
        async (delaysMs, claimsMs, jumpsMs) => {
          const shop = createShop({ script: (_, nth) => ({ afterMs: delaysMs[nth % delaysMs.length] ?? 0 }) });
          const ids = await queueConfirmations(shop.outbox, 30, OPENS_AT);
          const leased = new Map<Uuid, number>();
          const beyondItsLease: unknown[] = [];
          let claims = 0;
          await shop.open({
            forwarding: { inFlight: 3, deadlineMs },
            outbox: {
              ...shop.outbox,
              claim: (request) =>
                shop.outbox.claim(request).map(async (claimed) => {
                  for (const { id } of claimed.records) leased.set(id, request.until);
                  await shop.clock.sleep(claimsMs[(claims += 1) % claimsMs.length] ?? 0);
                  return claimed;
                }),
            },
            electrum: {
              ...shop.electrum,
              send: (outgoing, deadlineAt) => {
                const { message } = outgoing;
                const until = "requestId" in message ? leased.get(message.requestId) : undefined;
                if (until === undefined || until <= deadlineAt) beyondItsLease.push({ message, until, deadlineAt });
                return shop.electrum.send(outgoing, deadlineAt);
              },
            },
          });
          for (const jumpMs of jumpsMs) {
            await shop.clock.advance(4_000);
            shop.clock.jump(jumpMs);
          }
          await shop.clock.advance(2 * HOUR_MS);

          expect(beyondItsLease).toEqual([]);
          await thenAllConfirmed(shop, ids);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("repeats", () => {
  test("given a monotonic clock of fractions, then an advice is put off until a whole millisecond", async () => {
    const shop = createShop({ script: always(unreachable) });
    await queueConfirmations(shop.outbox, 1, OPENS_AT);
    let readings = 0;
    const monotonicMs = (): number => shop.clock.monotonicMs() + (readings += 0.1);
    const now = (): number => Math.floor(shop.clock.now());

    await shop.open({ clock: { ...shop.clock, monotonicMs, now } });
    await shop.clock.advance(60_000);

    const moments = shop.events.flatMap((event) => (event.type === "adviceRepeats" ? [event.notBefore] : []));
    expect(moments.length).toBeGreaterThan(3);
    expect(moments.filter((notBefore) => !Number.isInteger(notBefore))).toEqual([]);
  });

  test("given no acknowledgement, then the same bytes go out again, after pauses that grow, and for ever", async () => {
    const shop = createShop({ script: always({ answer: failure(500, "GENERAL_ERROR") }) });
    await queueConfirmations(shop.outbox, 1, OPENS_AT);

    await shop.open({ forwarding: { repeat: { initialMs: 1_000, factor: 2, capMs: 60_000 } } });
    await shop.clock.advance(24 * HOUR_MS);

    const { sent } = shop.electrum;
    expect(new Set(sent.map(({ wire }) => wire)).size).toBe(1);
    const pauses = sent.slice(1).map(({ at }, nth) => at - (sent[nth]?.at ?? 0));
    pauses.forEach((pause, nth) => {
      const grownMs = Math.min(1_000 * 2 ** nth, 60_000);
      // Jitter takes up to half of it, so that a thousand tills do not repeat in step.
      expect(pause).toBeGreaterThanOrEqual(grownMs / 2);
      expect(pause).toBeLessThanOrEqual(grownMs);
    });
    // There is no last repeat: after a day it still goes out every minute.
    expect(shop.clock.now() - (sent.at(-1)?.at ?? 0)).toBeLessThanOrEqual(60_000);
  });

  test("given the same outage, then two tills do not repeat in step", async () => {
    const momentsOf = async (firstId: number): Promise<readonly number[]> => {
      const shop = createShop({ script: always(unreachable) });
      await queueConfirmations(shop.outbox, 1, OPENS_AT, firstId);
      await shop.open();
      await shop.clock.advance(HOUR_MS);
      return shop.electrum.sent.map(({ at }) => at);
    };

    expect(await momentsOf(1)).not.toEqual(await momentsOf(2));
  });

  test("given Retry-After, then Electrum is left alone for so long, by all advices", async () => {
    const busy: Outcome = { answer: { status: 429, body: "", retryAfterMs: 600_000 } };
    const shop = createShop({ script: (_, nth) => (nth < 2 ? busy : undefined) });
    const ids = await queueConfirmations(shop.outbox, 20, OPENS_AT);

    await shop.open({ forwarding: { inFlight: 2 } });
    await shop.clock.advance(599_000);
    expect(shop.electrum.sent).toHaveLength(2);
    await shop.clock.advance(HOUR_MS);

    await thenAllConfirmed(shop, ids);
  });

  test("given Retry-After to one advice, while another is acknowledged, then that one waits, and only that one", async () => {
    const shop = createShop();
    const [busy = uuid(0), ...others] = await queueConfirmations(shop.outbox, 20, OPENS_AT);
    shop.electrum.follow(({ message }, nth) => {
      if (!("requestId" in message) || message.requestId !== busy) return { afterMs: 50 };
      return nth === 0 ? { answer: { status: 429, body: "", retryAfterMs: 600_000 } } : undefined;
    });

    await shop.open({ forwarding: { inFlight: 2 } });
    await shop.clock.advance(599_000);

    await thenAllConfirmed(shop, others);
    expect(sentFor(shop).filter((id) => id === busy)).toHaveLength(1);
    await shop.clock.advance(60_000);
    await thenAllConfirmed(shop, [busy]);
  });

  test("given a Retry-After of a year, then an hour is enough", async () => {
    const busy: Outcome = { answer: { status: 503, body: "", retryAfterMs: 365 * 24 * HOUR_MS } };
    const shop = createShop({ script: (_, nth) => (nth === 0 ? busy : undefined) });
    const ids = await queueConfirmations(shop.outbox, 1, OPENS_AT);

    await shop.open();
    await shop.clock.advance(HOUR_MS);

    await thenAllConfirmed(shop, ids);
  });

  test("given an answer that is not Electrum's, then the advice is kept and repeated, and a person alerted", async () => {
    const shop = createShop({ script: (_, nth) => (nth === 0 ? { answer: html(404) } : undefined) });
    const [id = uuid(0)] = await queueConfirmations(shop.outbox, 1, OPENS_AT);

    await shop.open();
    await shop.clock.advance(5_000);

    expect(shop.events).toContainEqual({
      type: "alert",
      alert: { reason: "notElectrum", id, operation: "confirmVoucher", status: 404 },
      at: OPENS_AT,
    });
    await thenAllConfirmed(shop, [id]);
  });
});

describe("Electrum is down", () => {
  test("given a thousand due advices and nobody there, then one probe goes, not a thousand", async () => {
    const shop = createShop({ script: always(unreachable) });
    await queueConfirmations(shop.outbox, 1_000, OPENS_AT);

    const till = await shop.open({ forwarding: { inFlight: 8 } });
    await shop.clock.advance(HOUR_MS);

    expect(till.forwarder.status()).toBe("probing");
    // Those that were under way together, the probes that grow apart, and then about one a minute.
    expect(shop.electrum.sent.length).toBeLessThan(8 + 8 + 130);
    // Nobody took the first, so it stays the first.
    expect(new Set(sentFor(shop).slice(8)).size).toBe(1);
  });

  test("given an Electrum that hangs, then few messages wait for it", async () => {
    const shop = createShop({ script: always(never) });
    await queueConfirmations(shop.outbox, 1_000, OPENS_AT);

    await shop.open({ forwarding: { inFlight: 8 } });
    await shop.clock.advance(HOUR_MS);

    expect(shop.electrum.mostUnderWay()).toBeLessThanOrEqual(8);
    expect(shop.electrum.sent.length).toBeLessThan(60 * 8);
  });

  test("given that it is back, then the backlog drains at once, in order", async () => {
    const shop = createShop({ script: always(unreachable) });
    const ids = await queueConfirmations(shop.outbox, 200, OPENS_AT);
    const till = await shop.open({ forwarding: { inFlight: 8 } });
    await shop.clock.advance(HOUR_MS);
    const before = shop.electrum.sent.length;

    shop.electrum.follow(() => ({ afterMs: 10 }));
    await shop.clock.advance(62_000);

    expect(till.forwarder.status()).toBe("forwarding");
    expect(sentFor(shop).slice(before)).toEqual(ids);
    await thenAllConfirmed(shop, ids);
    const drained = shop.electrum.sent.slice(before);
    expect((drained.at(-1)?.at ?? 0) - (drained[0]?.at ?? 0)).toBeLessThan(1_000);
  });

  test("given that a customer is served, then it is back, and nothing waits for the next probe", async () => {
    const shop = createShop({ script: always(unreachable) });
    const ids = await queueConfirmations(shop.outbox, 50, OPENS_AT);
    const till = await shop.open();
    await shop.clock.advance(HOUR_MS);
    const at = shop.clock.now();

    shop.electrum.follow(() => undefined);
    await shop.done(till.provision(provisionRequest()));
    await shop.clock.advance(0);

    expect(shop.clock.now()).toBe(at);
    await thenAllConfirmed(shop, ids);
  });

  test("given that the process was started anew meanwhile, then the order is kept all the same", async () => {
    const shop = createShop({ script: always(unreachable) });
    const ids = await queueConfirmations(shop.outbox, 20, OPENS_AT);
    const dying = await shop.open({ forwarding: { inFlight: 1 } });
    await shop.clock.advance(HOUR_MS);
    dying.kill();
    const before = shop.electrum.sent.length;

    await shop.open({ forwarding: { inFlight: 1 } });
    await shop.clock.advance(20_000);
    shop.electrum.follow(() => undefined);
    await shop.clock.advance(60_000);

    const [oldest, ...rest] = ids;
    expect(
      sentFor(shop)
        .slice(before)
        .filter((id) => id !== oldest),
    ).toEqual(rest);
  });
});

describe("an advice that always fails does not keep the others waiting", () => {
  const poisons: readonly (readonly [string, Outcome])[] = [
    ["times out", never],
    ["is answered with 500", { answer: failure(500, "GENERAL_ERROR") }],
    ["breaks the connection", { silence: "interrupted", afterMs: 50 }],
  ];

  test.each(poisons)("given one that %s, at the head of the queue, then the others go out", async (_, outcome) => {
    const shop = createShop();
    const [poison = uuid(0), ...others] = await queueConfirmations(shop.outbox, 100, OPENS_AT);
    shop.electrum.follow(onlyFor([poison], outcome));

    await shop.open({ forwarding: { inFlight: 8 } });
    await shop.clock.advance(5_000);

    await thenAllConfirmed(shop, others);
    expect(await statesOf(shop, [poison])).toEqual(["confirming"]);
  });

  test.each(poisons)("given a quiet shop with one that %s, then a new advice goes out soon", async (_, outcome) => {
    const shop = createShop();
    const [poison = uuid(0)] = await queueConfirmations(shop.outbox, 1, OPENS_AT);
    shop.electrum.follow(onlyFor([poison], outcome));
    const till = await shop.open();
    await shop.clock.advance(24 * HOUR_MS);

    const sale = await shop.done(till.provision(provisionRequest()));
    await shop.done(till.confirm(sale.id, tenders));
    await shop.clock.advance(5_000);

    expect((await shop.stored(sale.id)).state).toBe("confirmed");
  });

  test.each(poisons)(
    "given ten, each of which %s, and an outage that ends, then the others go out all the same",
    async (_, outcome) => {
      const shop = createShop({ script: always(unreachable) });
      const ids = await queueConfirmations(shop.outbox, 40, OPENS_AT);
      const [poisonous, others] = [ids.slice(0, 10), ids.slice(10)];
      await shop.open({ forwarding: { inFlight: 8 } });
      await shop.clock.advance(HOUR_MS);

      shop.electrum.follow(onlyFor(poisonous, outcome));
      await shop.clock.advance(10 * 60_000);

      await thenAllConfirmed(shop, others);
      expect(new Set(await statesOf(shop, poisonous))).toEqual(new Set(["confirming"]));
    },
  );
});

describe("wrong credentials", () => {
  const refused: readonly (readonly [string, Outcome])[] = [
    ["401", { answer: html(401) }],
    ["403", { answer: { status: 403, body: "" } }],
    ["AUTHENTICATION_ERROR", { answer: failure(400, "AUTHENTICATION_ERROR") }],
  ];

  test.each(refused)("given %s, then everything is kept, nothing sent, and a person alerted", async (_, outcome) => {
    const shop = createShop({ script: always(outcome) });
    const ids = await queueConfirmations(shop.outbox, 20, OPENS_AT);

    const till = await shop.open({ forwarding: { inFlight: 4 } });
    await shop.clock.advance(24 * HOUR_MS);

    expect(till.forwarder.status()).toBe("halted");
    expect(shop.electrum.sent.length).toBeLessThanOrEqual(4);
    expect(new Set(await statesOf(shop, ids))).toEqual(new Set(["confirming"]));
    expect(shop.events).toContainEqual({ type: "forwarder", status: "halted", at: OPENS_AT });
    expect(shop.events.some((event) => event.type === "alert" && event.alert.reason === "credentials")).toBe(true);
  });

  test("given that they are right again, then a person resumes, and all goes out", async () => {
    const shop = createShop({ script: always({ answer: html(401) }) });
    const ids = await queueConfirmations(shop.outbox, 20, OPENS_AT);
    const till = await shop.open({ forwarding: { inFlight: 4 } });
    await shop.clock.advance(HOUR_MS);

    shop.electrum.follow(() => undefined);
    await shop.clock.advance(HOUR_MS);
    expect(till.forwarder.status()).toBe("halted");
    till.forwarder.resume();
    await shop.clock.advance(0);

    expect(till.forwarder.status()).toBe("forwarding");
    await thenAllConfirmed(shop, ids);
  });

  test("given that one under way meanwhile is acknowledged, then it stays halted", async () => {
    const shop = createShop({ script: (_, nth) => (nth === 0 ? { afterMs: 500 } : { answer: html(401) }) });
    await queueConfirmations(shop.outbox, 20, OPENS_AT);

    const till = await shop.open({ forwarding: { inFlight: 2 } });
    await shop.clock.advance(HOUR_MS);

    expect(till.forwarder.status()).toBe("halted");
    expect(shop.electrum.sent).toHaveLength(2);
  });
});

describe("it survives", () => {
  test("two forwarders on one outbox: each advice is delivered, and none is counted twice", async () => {
    const shop = createShop({ script: always({ afterMs: 50 }) });
    const ids = await queueConfirmations(shop.outbox, 60, OPENS_AT);

    await Promise.all([shop.open({ worker: "one" }), shop.open({ worker: "other" })]);
    await shop.clock.advance(2_000);

    await thenAllConfirmed(shop, ids);
    expect([...sentFor(shop)].toSorted()).toEqual(ids);
  });

  test("a delivery that outlives its lease: another repeats it, and the second acknowledgement changes nothing", async () => {
    const shop = createShop({ script: always({ afterMs: 50_000 }) });
    const [id = uuid(0)] = await queueConfirmations(shop.outbox, 1, OPENS_AT);
    await shop.open({ worker: "one" });
    await shop.clock.advance(1_000);

    // Half an hour on the wall, while one second passes: as if the first process had been asleep.
    shop.clock.jump(HOUR_MS / 2);
    await shop.open({ worker: "other", forwarding: { deadlineMs: HOUR_MS } });
    await shop.clock.advance(120_000);

    expect(sentFor(shop)).toEqual([id, id]);
    await thenAllConfirmed(shop, [id]);
    expect(await shop.done(shop.outbox.unwatched.journal(id))).toHaveLength(4);
  });

  test("an outbox that is unavailable for a while: a person is alerted, and all goes out in the end", async () => {
    const shop = createShop();
    const ids = await queueConfirmations(shop.outbox, 20, OPENS_AT);
    shop.outbox.fail(() => "unavailable");
    await shop.open();
    await shop.clock.advance(60_000);
    expect(shop.electrum.sent).toEqual([]);
    expect(shop.events.some((event) => event.type === "alert" && event.alert.reason === "outboxUnavailable")).toBe(
      true,
    );

    shop.outbox.fail(() => undefined);
    await shop.clock.advance(1_000);

    await thenAllConfirmed(shop, ids);
  });

  test("an acknowledgement that cannot be stored: the advice goes out again once its lease has ended", async () => {
    const shop = createShop();
    const [id = uuid(0)] = await queueConfirmations(shop.outbox, 1, OPENS_AT);
    shop.outbox.fail((call, nth) => (call === "commit" && nth === 0 ? "unavailable" : undefined));

    await shop.open();
    await shop.clock.advance(70_000);

    expect(sentFor(shop)).toEqual([id, id]);
    expect(new Set(shop.electrum.sent.map(({ wire }) => wire)).size).toBe(1);
    await thenAllConfirmed(shop, [id]);
  });

  test("a postponement that cannot be stored: the advice goes out again once its lease has ended", async () => {
    const shop = createShop({ script: (_, nth) => (nth === 0 ? unreachable : undefined) });
    const ids = await queueConfirmations(shop.outbox, 1, OPENS_AT);
    shop.outbox.fail((call) => (call === "postpone" ? "unavailable" : undefined));

    await shop.open();
    await shop.clock.advance(130_000);

    await thenAllConfirmed(shop, ids);
  });

  test("a damaged record: a person is alerted, once an hour, and the others go out", async () => {
    const shop = createShop();
    const [damaged = uuid(0), ...others] = await queueConfirmations(shop.outbox, 5, OPENS_AT);
    await shop.damage(damaged);

    await shop.open();
    await shop.clock.advance(3 * HOUR_MS - 1);

    await thenAllConfirmed(shop, others);
    const alerts = shop.events.filter((event) => event.type === "alert");
    expect(alerts.map(({ alert }) => alert)).toEqual(
      Array.from({ length: 3 }, () => ({ reason: "damagedRecord", id: damaged, what: "checksum" })),
    );
  });

  test("a clock set back while Electrum is down: the probes go on", async () => {
    const shop = createShop({ script: always(unreachable) });
    const ids = await queueConfirmations(shop.outbox, 2, OPENS_AT - 2 * HOUR_MS);
    await shop.open({ forwarding: { inFlight: 1 } });
    await shop.clock.advance(10_000);

    shop.clock.jump(-HOUR_MS);
    shop.electrum.follow(() => undefined);
    await shop.clock.advance(60_000);

    await thenAllConfirmed(shop, ids);
  });
});
