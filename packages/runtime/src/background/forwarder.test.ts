import type { Uuid } from "@electrum-vouchers/core";
import {
  CLIENT,
  errorResponse,
  htmlResponse,
  never,
  type Outcome,
  provisionRequest,
  type Script,
  tenders,
  unreachable,
  uuid,
} from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { queueConfirmations } from "../../test/queued.ts";
import { createTestTill, OPENS_AT, type TestTill } from "../../test/test-till.ts";
import { MAX_DETACHED_PER_QUEUE, OUTAGE_CONNECTS, OUTAGE_SENDS } from "../engine/delivery-queues.ts";

const HOUR_MS = 60 * 60_000;

/** Which sales were confirmed, in the order of their messages. */
const sentFor = (testTill: TestTill): readonly Uuid[] =>
  testTill.electrum.sent.map(({ message }) =>
    "requestId" in message.message ? message.message.requestId : "a message that is no advice",
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

const statesOf = async (testTill: TestTill, ids: readonly Uuid[]): Promise<readonly string[]> =>
  Promise.all(ids.map(async (id) => (await testTill.stored(id)).state));

async function thenAllConfirmed(testTill: TestTill, ids: readonly Uuid[]): Promise<void> {
  expect(new Set(await statesOf(testTill, ids))).toEqual(new Set(["confirmed"]));
}

describe("store and forward", () => {
  test("given advices that an earlier process left, then they go out oldest first", async () => {
    const testTill = createTestTill();
    const ids = await queueConfirmations(testTill.outbox, 50, OPENS_AT);

    await testTill.open();
    await testTill.clock.advance(0);

    expect(sentFor(testTill)).toEqual(ids);
    await thenAllConfirmed(testTill, ids);
  });

  test("given a backlog, then several are under way at once, and never more than allowed", async () => {
    const testTill = createTestTill({ script: always({ afterMs: 100 }) });
    const ids = await queueConfirmations(testTill.outbox, 50, OPENS_AT);

    await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(5_000);

    expect(testTill.electrum.mostUnderWay()).toBe(4);
    await thenAllConfirmed(testTill, ids);
  });

  test("given a new advice, then it goes out at once", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.clock.advance(10 * HOUR_MS);
    const sale = await testTill.done(till.provision(provisionRequest()));

    const at = testTill.clock.now();
    await testTill.done(till.confirm(sale.id, tenders));
    await testTill.clock.advance(0);

    expect(testTill.electrum.sent.at(-1)).toMatchObject({ operation: "confirmVoucher", at });
  });

  test("given a new advice while the queue is being looked at, then it is not overlooked", async () => {
    const testTill = createTestTill();
    const own = testTill.outbox.connect();
    const till = await testTill.open({
      outbox: {
        ...own,
        claim: (request) =>
          testTill.outbox
            .claim(request)
            .andThen((claimed) => ResultAsync.fromSafePromise(testTill.clock.sleep(1_000)).map(() => claimed)),
      },
    });
    await testTill.done(till.provision(provisionRequest()).andThen(({ id }) => till.confirm(id, tenders)));

    // The look that is under way ends, for first deliveries and then for repeats; the next one finds it.
    await testTill.clock.advance(OPENS_AT + 3_000 - testTill.clock.now());

    expect((await testTill.stored(uuid(1))).state).toBe("confirmed");
  });

  test("given an advice that must not go out yet, then it goes out when its time has come", async () => {
    const testTill = createTestTill({
      retries: 0,
      script: ({ operation }) => (operation === "provisionVoucher" ? { noResponse: "interrupted" } : undefined),
    });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));

    await testTill.clock.advance(10 * 60_000);

    expect(testTill.electrum.sent.at(-1)).toMatchObject({ operation: "reverseVoucher", at: OPENS_AT + 60_000 });
  });

  // Found by the simulation: the request's deadline was still to come by the clock as it was then, and the request on its way.
  test.each([
    ["ten minutes", 10 * 60_000],
    ["five seconds", 5_000],
  ])(
    "given a claim that takes its time, and a clock set back by %s meanwhile, then a reversal goes out when its time has come",
    async (_, backMs) => {
      const testTill = createTestTill({
        retries: 0,
        script: ({ operation }) => (operation === "provisionVoucher" ? { noResponse: "interrupted" } : undefined),
      });
      let claimMs = 4_000;
      const own = testTill.outbox.connect();
      const till = await testTill.open({
        outbox: {
          ...own,
          claim: (request) => new ResultAsync(testTill.clock.sleep(claimMs).then(() => own.claim(request))),
        },
      });
      await testTill.done(till.provision(provisionRequest()));
      // The reversal is due after a minute, and is being claimed.
      await testTill.clock.advance(62_000);

      testTill.clock.jump(-backMs);
      claimMs = 0;
      await testTill.clock.advance(20 * 60_000);

      expect(testTill.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
      const sentAt = testTill.electrum.sent.at(-1)?.at ?? 0;
      const waits = [OPENS_AT + 60_000, OPENS_AT + 60_000 - backMs + 60_000].map((at) => [at, at + 61_000]);
      expect(waits.some(([from = 0, to = 0]) => from <= sentAt && sentAt <= to)).toBe(true);
    },
  );

  test("given a quiet queue, then it is hardly looked at", async () => {
    const testTill = createTestTill();
    await testTill.open();
    await testTill.clock.advance(0);
    const before = testTill.outbox.count("claim");

    await testTill.clock.advance(24 * HOUR_MS);

    // Once a minute, for first deliveries, for repeats and for the timers: another process may have died.
    expect(testTill.outbox.count("claim") - before).toBeLessThanOrEqual(3 * 24 * 60);
  });
});

describe("a backlog that drains", () => {
  test("given a customer meanwhile, then the request goes out among the next few of the backlog, which is far from drained", async () => {
    const testTill = createTestTill({ script: always({ afterMs: 10 }) });
    await queueConfirmations(testTill.outbox, 1_000, OPENS_AT);
    const till = await testTill.open({ forwarding: { concurrency: 8 } });
    await testTill.clock.advance(100);

    const before = testTill.electrum.sent.length;
    await testTill.done(till.provision(provisionRequest()).andThen(({ id }) => till.confirm(id, tenders)));
    const between = testTill.electrum.sent.slice(before);

    // Patience looks on every 100 ms: ten rounds of eight.
    expect(between.findIndex(({ operation }) => operation === "provisionVoucher")).toBeLessThanOrEqual(8);
    expect(between.length).toBeLessThan(2 * 10 * 8);
    expect((await testTill.stored(uuid(1))).state).toBe("confirming");
  });
});

describe("claiming ahead", () => {
  test("given a backlog, then a claim brings many, and never more than a bounded number are held", async () => {
    const testTill = createTestTill({ script: always({ afterMs: 100 }) });
    const ids = await queueConfirmations(testTill.outbox, 300, OPENS_AT);
    const limits: number[] = [];

    const own = testTill.outbox.connect();
    await testTill.open({
      forwarding: { concurrency: 4 },
      outbox: {
        ...own,
        claim: (request) => {
          if (request.work.includes("advice")) limits.push(request.limit);
          return own.claim(request);
        },
      },
    });
    await testTill.clock.advance(60_000);

    await thenAllConfirmed(testTill, ids);
    // One place at least was free each time, and eight more were claimed ahead; at the end there is nothing for whoever ends.
    expect(Math.max(...limits)).toBe(12);
    expect(limits.length).toBeLessThanOrEqual(300 / 9 + 10);
  });

  test("given places that do not come free, then what waits for one is given back, and another till sends it", async () => {
    const testTill = createTestTill();
    const ids = await queueConfirmations(testTill.outbox, 5, OPENS_AT);
    const stuck = ids.slice(0, 2);
    testTill.electrum.follow(onlyFor(stuck, never));
    await testTill.open({ forwarding: { concurrency: 2, detachAfterMs: 60_000 } });
    await testTill.clock.advance(4_000);
    expect(sentFor(testTill)).toEqual(stuck);

    await testTill.clock.advance(2_000);
    await testTill.open();
    await testTill.clock.advance(0);

    expect(sentFor(testTill)).toEqual(ids);
    await thenAllConfirmed(testTill, ids.slice(2));
  });

  test("given places that do not come free, then a delivery leaves its place after a while, and the next one gets it", async () => {
    const testTill = createTestTill();
    const ids = await queueConfirmations(testTill.outbox, 5, OPENS_AT);
    const [stuck, others] = [ids.slice(0, 2), ids.slice(2)];
    testTill.electrum.follow(onlyFor(stuck, never));

    await testTill.open({ forwarding: { concurrency: 2, detachAfterMs: 4_000 } });
    await testTill.clock.advance(3_999);
    expect(sentFor(testTill)).toEqual(stuck);
    await testTill.clock.advance(1);

    expect(sentFor(testTill)).toEqual(ids);
    await thenAllConfirmed(testTill, others);
  });

  test("given some that are not answered, then those that never went out go ahead of their repeats, in order", async () => {
    const testTill = createTestTill();
    const ids = await queueConfirmations(testTill.outbox, 12, OPENS_AT);
    const failing = OUTAGE_SENDS - 1;
    testTill.electrum.follow((_, nth) => (nth < failing ? { noResponse: "interrupted" } : { afterMs: 1 }));

    await testTill.open({ forwarding: { concurrency: 1 } });
    await testTill.clock.advance(60_000);

    // Each repeat waits by itself, so they go out in the order of their waits.
    expect(sentFor(testTill).slice(0, ids.length)).toEqual(ids);
    expect(sentFor(testTill).slice(ids.length).toSorted()).toEqual(ids.slice(0, failing));
    await thenAllConfirmed(testTill, ids);
  });

  test("given that Electrum goes away, then what waits for a place is given back, and the order is kept", async () => {
    const testTill = createTestTill();
    const ids = await queueConfirmations(testTill.outbox, 12, OPENS_AT);
    const [tried, untried] = [ids.slice(0, OUTAGE_CONNECTS), ids.slice(OUTAGE_CONNECTS)];
    testTill.electrum.follow((_, nth) => (nth < OUTAGE_CONNECTS + 2 ? unreachable : { afterMs: 1 }));

    await testTill.open({ forwarding: { concurrency: 1 } });
    await testTill.clock.advance(60_000);

    // Three probes, of which the last is acknowledged: the oldest one's, once its own wait is over. Then what was never sent, and
    // then the repeats.
    const [oldest = uuid(0), ...repeated] = tried;
    expect(sentFor(testTill)).toEqual([...tried, ...repeated, oldest, oldest, ...untried, ...repeated]);
    await thenAllConfirmed(testTill, ids);
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
          const testTill = createTestTill({ script: (_, nth) => ({ afterMs: delaysMs[nth % delaysMs.length] ?? 0 }) });
          const ids = await queueConfirmations(testTill.outbox, 30, OPENS_AT);
          const leased = new Map<Uuid, number>();
          const beyondItsLease: unknown[] = [];
          let claims = 0;
          const own = testTill.outbox.connect();
          await testTill.open({
            forwarding: { concurrency: 3, deadlineMs },
            outbox: {
              ...own,
              claim: (request) =>
                own.claim(request).map(async (claimed) => {
                  for (const { id } of claimed.records) leased.set(id, request.until);
                  await testTill.clock.sleep(claimsMs[(claims += 1) % claimsMs.length] ?? 0);
                  return claimed;
                }),
            },
            electrum: {
              ...testTill.electrum,
              send: (outgoing, deadlineAt) => {
                const { message } = outgoing;
                const until = "requestId" in message ? leased.get(message.requestId) : undefined;
                if (until === undefined || until <= deadlineAt) beyondItsLease.push({ message, until, deadlineAt });
                return testTill.electrum.send(outgoing, deadlineAt);
              },
            },
          });
          for (const jumpMs of jumpsMs) {
            await testTill.clock.advance(4_000);
            testTill.clock.jump(jumpMs);
          }
          await testTill.clock.advance(2 * HOUR_MS);

          expect(beyondItsLease).toEqual([]);
          await thenAllConfirmed(testTill, ids);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("repeats", () => {
  test("given a monotonic clock of fractions, then an advice is put off until a whole millisecond", async () => {
    const testTill = createTestTill({ script: always(unreachable) });
    await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    let readings = 0;
    const monotonicMs = (): number => testTill.clock.monotonicMs() + (readings += 0.1);
    const now = (): number => Math.floor(testTill.clock.now());

    await testTill.open({ clock: { ...testTill.clock, monotonicMs, now } });
    await testTill.clock.advance(60_000);

    const moments = testTill.events.flatMap((event) => (event.type === "adviceRepeats" ? [event.notBefore] : []));
    expect(moments.length).toBeGreaterThan(3);
    expect(moments.filter((notBefore) => !Number.isInteger(notBefore))).toEqual([]);
  });

  test("given no acknowledgement, then the same bytes go out again, after pauses that grow, and for ever", async () => {
    const testTill = createTestTill({ script: always({ response: errorResponse(500, "GENERAL_ERROR") }) });
    await queueConfirmations(testTill.outbox, 1, OPENS_AT);

    await testTill.open({ forwarding: { backoff: { initialMs: 1_000, multiplier: 2, maxMs: 60_000 } } });
    await testTill.clock.advance(24 * HOUR_MS);

    const { sent } = testTill.electrum;
    expect(new Set(sent.map(({ wire }) => wire)).size).toBe(1);
    const pauses = sent.slice(1).map(({ at }, nth) => at - (sent[nth]?.at ?? 0));
    pauses.forEach((pause, nth) => {
      const grownMs = Math.min(1_000 * 2 ** nth, 60_000);
      // Jitter takes up to half of it, so that a thousand tills do not repeat in step.
      expect(pause).toBeGreaterThanOrEqual(grownMs / 2);
      expect(pause).toBeLessThanOrEqual(grownMs);
    });
    // There is no last repeat: after a day it still goes out every minute.
    expect(testTill.clock.now() - (sent.at(-1)?.at ?? 0)).toBeLessThanOrEqual(60_000);
  });

  test("given the same outage, then two tills do not repeat in step", async () => {
    const momentsOf = async (firstId: number): Promise<readonly number[]> => {
      const testTill = createTestTill({ script: always(unreachable) });
      await queueConfirmations(testTill.outbox, 1, OPENS_AT, firstId);
      await testTill.open();
      await testTill.clock.advance(HOUR_MS);
      return testTill.electrum.sent.map(({ at }) => at);
    };

    expect(await momentsOf(1)).not.toEqual(await momentsOf(2));
  });

  test("given Retry-After to every advice that is under way, then those wait so long, and the others go out at once", async () => {
    const busy: Outcome = { response: { status: 503, body: "", retryAfterMs: 600_000 } };
    const testTill = createTestTill({ script: (_, nth) => (nth < 2 ? busy : undefined) });
    const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    const [told, others] = [ids.slice(0, 2), ids.slice(2)];

    await testTill.open({ forwarding: { concurrency: 2 } });
    await testTill.clock.advance(0);
    await thenAllConfirmed(testTill, others);
    await testTill.clock.advance(599_999);
    expect(sentFor(testTill)).toEqual(ids);
    await testTill.clock.advance(1);

    expect(sentFor(testTill)).toEqual([...ids, ...told]);
    await thenAllConfirmed(testTill, told);
  });

  test("given 429 to two advices of one client, then it slows down, other clients do not, and it is at full speed again soon", async () => {
    const testTill = createTestTill();
    const queued = (from: number, client: string) =>
      queueConfirmations(testTill.outbox, 40, OPENS_AT - 1_000, from, { client: { id: client, name: client } });
    const [limited, others] = [await queued(0x1000, "kiosk"), await queued(0x9000, "shop")];
    const told = limited.slice(0, 2);
    testTill.electrum.follow(({ message }) =>
      "requestId" in message && told.includes(message.requestId) && sentFor(testTill).length <= 8
        ? { response: { status: 429, body: "", retryAfterMs: 1_000 } }
        : undefined,
    );

    await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(0);
    await thenAllConfirmed(testTill, others);
    const atOnce = sentFor(testTill).filter((id) => limited.includes(id)).length;
    expect(atOnce).toBeLessThan(10);
    await testTill.clock.advance(1_100);

    expect(sentFor(testTill).filter((id) => told.includes(id))).toHaveLength(4);
    await thenAllConfirmed(testTill, limited);
  });

  test("given Retry-After to one advice, while another is acknowledged, then that one waits, and only that one", async () => {
    const testTill = createTestTill();
    const [busy = uuid(0), ...others] = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    testTill.electrum.follow(({ message }, nth) => {
      if (!("requestId" in message) || message.requestId !== busy) return { afterMs: 50 };
      return nth === 0 ? { response: { status: 429, body: "", retryAfterMs: 600_000 } } : undefined;
    });

    await testTill.open({ forwarding: { concurrency: 2 } });
    await testTill.clock.advance(599_000);

    await thenAllConfirmed(testTill, others);
    expect(sentFor(testTill).filter((id) => id === busy)).toHaveLength(1);
    await testTill.clock.advance(60_000);
    await thenAllConfirmed(testTill, [busy]);
  });

  test("given a Retry-After of a year, then an hour is enough", async () => {
    const busy: Outcome = { response: { status: 503, body: "", retryAfterMs: 365 * 24 * HOUR_MS } };
    const testTill = createTestTill({ script: (_, nth) => (nth === 0 ? busy : undefined) });
    const ids = await queueConfirmations(testTill.outbox, 1, OPENS_AT);

    await testTill.open();
    await testTill.clock.advance(HOUR_MS);

    await thenAllConfirmed(testTill, ids);
  });

  test("given an response that is not Electrum's, then the advice is kept and repeated, and a person alerted", async () => {
    const testTill = createTestTill({ script: (_, nth) => (nth === 0 ? { response: htmlResponse(404) } : undefined) });
    const [id = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);

    await testTill.open();
    await testTill.clock.advance(5_000);

    expect(testTill.events).toContainEqual({
      type: "alert",
      alert: { reason: "notElectrum", id, operation: "confirmVoucher", status: 404 },
      queue: `${CLIENT}/standard`,
      client: CLIENT,
      terminal: "TILL0001",
      at: OPENS_AT,
    });
    await thenAllConfirmed(testTill, [id]);
  });
});

describe("Electrum is down", () => {
  test("given a thousand due advices and nobody there, then one probe goes, not a thousand", async () => {
    const testTill = createTestTill({ script: always(unreachable) });
    const ids = await queueConfirmations(testTill.outbox, 1_000, OPENS_AT);

    const till = await testTill.open({ forwarding: { concurrency: OUTAGE_SENDS } });
    await testTill.clock.advance(HOUR_MS);

    expect(till.forwarder.status()).toBe("probing");
    expect(sentFor(testTill).slice(0, OUTAGE_SENDS)).toEqual(ids.slice(0, OUTAGE_SENDS));
    // The probes grow apart, and then there is one in half a minute to a minute.
    const probes = testTill.electrum.sent.slice(OUTAGE_SENDS);
    expect(probes.length).toBeGreaterThan(60 - 8);
    expect(probes.length).toBeLessThan(8 + 120);
    expect(new Set(probes.map(({ at }) => at)).size).toBe(probes.length);
    // Nobody took the first, so it stays the first; while it backs off, the second probes, and so on.
    const waits = new Map<Uuid, number>();
    const skipped: unknown[] = [];
    for (const event of testTill.events) {
      if (event.type === "adviceRepeats") waits.set(event.id, event.notBefore);
      if (event.type !== "sent" || event.attempt === 0) continue;
      const older = ids.slice(0, ids.indexOf(event.id));
      skipped.push(...older.filter((id) => (waits.get(id) ?? 0) <= event.at).map((id) => ({ id, for: event.id })));
    }
    expect(skipped).toEqual([]);
  });

  test("given an Electrum that hangs, then no more wait for it than may be detached, and then one probe goes", async () => {
    const testTill = createTestTill({ script: always(never) });
    const ids = await queueConfirmations(testTill.outbox, 1_000, OPENS_AT);
    const [concurrency, deadlineMs, detachAfterMs] = [8, 60_000, 3_000];

    const till = await testTill.open({ forwarding: { concurrency, deadlineMs, detachAfterMs } });
    await testTill.clock.advance(deadlineMs);
    expect(till.forwarder.status()).toBe("probing");
    // Until the first deadline passes, nothing shows that none will be answered. The more are detached, the sooner the next are.
    const started = testTill.electrum.sent.length;
    expect(started).toBeGreaterThan((concurrency * deadlineMs) / detachAfterMs);
    expect(sentFor(testTill)).toEqual(ids.slice(0, started));
    await testTill.clock.advance(HOUR_MS);

    expect(testTill.electrum.mostUnderWay()).toBeLessThanOrEqual(MAX_DETACHED_PER_QUEUE + concurrency);
    const probes = testTill.electrum.sent.slice(started);
    expect(probes.length).toBeLessThan(8 + 120);
    expect(new Set(probes.map(({ at }) => at)).size).toBe(probes.length);
  });

  test("given an Electrum that hangs for long, then those that wait for it are bounded, and further ones go one by one", async () => {
    const testTill = createTestTill({ script: always(never) });
    await queueConfirmations(testTill.outbox, 400, OPENS_AT);
    const detachAfterMs = 100;

    await testTill.open({ forwarding: { concurrency: 8, deadlineMs: 60_000, detachAfterMs } });
    await testTill.clock.advance(59_000);

    // The slots, once no more may detach, and the bound.
    expect(testTill.electrum.mostUnderWay()).toBeLessThanOrEqual(MAX_DETACHED_PER_QUEUE + 8);
    expect(testTill.electrum.mostUnderWay()).toBeGreaterThan(MAX_DETACHED_PER_QUEUE);
  });

  test("given that it is back, then the backlog drains at once, first what was never sent, in order", async () => {
    const testTill = createTestTill({ script: always(unreachable) });
    const ids = await queueConfirmations(testTill.outbox, 200, OPENS_AT);
    const till = await testTill.open({ forwarding: { concurrency: OUTAGE_SENDS } });
    await testTill.clock.advance(HOUR_MS);
    const before = testTill.electrum.sent.length;

    testTill.electrum.follow(() => ({ afterMs: 10 }));
    await testTill.clock.advance(62_000);

    expect(till.forwarder.status()).toBe("forwarding");
    const drained = testTill.electrum.sent.slice(before);
    const [probe, ...others] = sentFor(testTill).slice(before);
    const repeated = ids.slice(0, OUTAGE_SENDS).filter((id) => id !== probe);
    expect(others).toEqual([...ids.slice(OUTAGE_SENDS), ...repeated]);
    await thenAllConfirmed(testTill, ids);
    expect((drained.at(-1)?.at ?? 0) - (drained[0]?.at ?? 0)).toBeLessThan(1_000);
  });

  test("given that a customer is served, then it is back, and nothing waits for the next probe", async () => {
    const testTill = createTestTill({ script: always(unreachable) });
    const ids = await queueConfirmations(testTill.outbox, 50, OPENS_AT);
    const till = await testTill.open();
    await testTill.clock.advance(HOUR_MS);
    const at = testTill.clock.now();

    testTill.electrum.follow(() => undefined);
    await testTill.done(till.provision(provisionRequest()));
    await testTill.clock.advance(0);

    expect(testTill.clock.now()).toBe(at);
    await thenAllConfirmed(testTill, ids);
  });

  test("given that the process was started anew meanwhile, then the order is kept all the same", async () => {
    const testTill = createTestTill({ script: always(unreachable) });
    const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    const dying = await testTill.open({ forwarding: { concurrency: 1 } });
    await testTill.clock.advance(HOUR_MS);
    dying.kill();
    const before = testTill.electrum.sent.length;

    await testTill.open({ forwarding: { concurrency: 1 } });
    await testTill.clock.advance(20_000);
    const whenBack = testTill.electrum.sent.length;
    testTill.electrum.follow(() => undefined);
    await testTill.clock.advance(60_000);

    // The first process has tried two. The second one tries the next two before it knows that Electrum is away.
    const tried = ids.slice(0, 2 * OUTAGE_CONNECTS);
    expect(sentFor(testTill).slice(before, before + OUTAGE_CONNECTS)).toEqual(tried.slice(OUTAGE_CONNECTS));
    const [probe, ...others] = sentFor(testTill).slice(whenBack);
    const repeated = tried.filter((id) => id !== probe);
    expect(others).toEqual([...ids.slice(tried.length), ...repeated]);
  });
});

describe("an advice that always fails does not keep the others waiting", () => {
  const poisons: readonly (readonly [string, Outcome])[] = [
    ["times out", never],
    ["is answered with 500", { response: errorResponse(500, "GENERAL_ERROR") }],
    ["breaks the connection", { noResponse: "interrupted", afterMs: 50 }],
  ];

  test.each(poisons)("given one that %s, at the head of the queue, then the others go out", async (_, outcome) => {
    const testTill = createTestTill();
    const [poison = uuid(0), ...others] = await queueConfirmations(testTill.outbox, 100, OPENS_AT);
    testTill.electrum.follow(onlyFor([poison], outcome));

    await testTill.open({ forwarding: { concurrency: 8 } });
    await testTill.clock.advance(5_000);

    await thenAllConfirmed(testTill, others);
    expect(await statesOf(testTill, [poison])).toEqual(["confirming"]);
  });

  test.each(poisons)(
    "given ten, each of which %s, among others that are acknowledged, then each of the ten backs off all the same",
    async (_, outcome) => {
      const testTill = createTestTill();
      const failing = await queueConfirmations(testTill.outbox, 10, OPENS_AT);
      testTill.electrum.follow(onlyFor(failing, outcome));
      const till = await testTill.open({ forwarding: { backoff: { initialMs: 1_000, multiplier: 2, maxMs: 60_000 } } });

      for (let nth = 1; nth <= 100; nth += 1) {
        await testTill.done(till.provision(provisionRequest(uuid(nth))).andThen(({ id }) => till.confirm(id, tenders)));
        await testTill.clock.advance(500);
      }

      // Waits of at least 0.5, 1, 2, 4, 8, 16 and 30 seconds fit six times into a minute.
      const sends = failing.map((id) => sentFor(testTill).filter((each) => each === id).length);
      expect(Math.max(...sends)).toBeLessThanOrEqual(7);
      expect(Math.min(...sends)).toBeGreaterThanOrEqual(1);
    },
  );

  test.each(poisons)("given a quiet testTill with one that %s, then a new advice goes out soon", async (_, outcome) => {
    const testTill = createTestTill();
    const [poison = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    testTill.electrum.follow(onlyFor([poison], outcome));
    const till = await testTill.open();
    await testTill.clock.advance(24 * HOUR_MS);

    const sale = await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(sale.id, tenders));
    await testTill.clock.advance(5_000);

    expect((await testTill.stored(sale.id)).state).toBe("confirmed");
  });

  test.each(poisons)(
    "given ten, each of which %s, and an outage that ends, then the others go out all the same",
    async (_, outcome) => {
      const testTill = createTestTill({ script: always(unreachable) });
      const ids = await queueConfirmations(testTill.outbox, 40, OPENS_AT);
      const [poisonous, others] = [ids.slice(0, 10), ids.slice(10)];
      await testTill.open({ forwarding: { concurrency: 8 } });
      await testTill.clock.advance(HOUR_MS);

      testTill.electrum.follow(onlyFor(poisonous, outcome));
      await testTill.clock.advance(10 * 60_000);

      await thenAllConfirmed(testTill, others);
      expect(new Set(await statesOf(testTill, poisonous))).toEqual(new Set(["confirming"]));
    },
  );
});

describe("wrong credentials", () => {
  const refused: readonly (readonly [string, Outcome])[] = [
    ["401", { response: htmlResponse(401) }],
    ["403", { response: { status: 403, body: "" } }],
    ["AUTHENTICATION_ERROR", { response: errorResponse(400, "AUTHENTICATION_ERROR") }],
  ];

  test.each(refused)(
    "given %s, then everything is kept, only single probes are sent, and a person is alerted, again each hour",
    async (_, outcome) => {
      const testTill = createTestTill({ script: always(outcome) });
      const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);

      const till = await testTill.open({ forwarding: { concurrency: 4 } });
      await testTill.clock.advance(24 * HOUR_MS);

      expect(till.forwarder.status()).toBe("halted");
      expect(sentFor(testTill).slice(0, 4)).toEqual(ids.slice(0, 4));
      // The probes grow apart, and then there is one in half a minute to a minute.
      const probes = testTill.electrum.sent.slice(4);
      expect(probes.length).toBeLessThan(8 + 2 * 24 * 60);
      expect(new Set(probes.map(({ at }) => at)).size).toBe(probes.length);
      // They rotate, up to the newest: none is sent twice in a row.
      const probed = sentFor(testTill).slice(4);
      expect(probed.filter((id, nth) => id === probed[nth - 1])).toEqual([]);
      expect(probed).toContain(ids.at(-1));
      expect(new Set(await statesOf(testTill, ids))).toEqual(new Set(["confirming"]));
      expect(testTill.events.filter(({ type }) => type === "forwarder")).toEqual([
        { type: "forwarder", status: "halted", at: OPENS_AT },
      ]);
      const alertedAt = testTill.events.flatMap((event) =>
        event.type === "alert" && event.alert.reason === "credentials" ? [event.at] : [],
      );
      // With the first probe after each hour.
      expect(alertedAt[0]).toBe(OPENS_AT);
      expect(alertedAt.length).toBeGreaterThanOrEqual(23);
      const pauses = alertedAt.slice(1).map((at, nth) => at - (alertedAt[nth] ?? 0));
      expect(pauses.filter((pause) => pause < HOUR_MS || pause > HOUR_MS + 60_000)).toEqual([]);
    },
  );

  test("given one message whose credentials are refused, and only that one, then nothing is halted", async () => {
    const testTill = createTestTill();
    const [refusedId = uuid(0), ...others] = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    testTill.electrum.follow(onlyFor([refusedId], { response: htmlResponse(401) }));

    const till = await testTill.open({ forwarding: { concurrency: 1 } });
    await testTill.clock.advance(HOUR_MS);

    expect(till.forwarder.status()).toBe("forwarding");
    expect(testTill.events.filter(({ type }) => type === "forwarder")).toEqual([]);
    await thenAllConfirmed(testTill, others);
    expect(await statesOf(testTill, [refusedId])).toEqual(["confirming"]);
  });

  test("given that they are right again, then the next probe finds out, and all goes out", async () => {
    const testTill = createTestTill({ script: always({ response: htmlResponse(401) }) });
    const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    const till = await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(HOUR_MS);
    const [before, since] = [testTill.electrum.sent.length, testTill.clock.now()];

    testTill.electrum.follow(() => undefined);
    await testTill.clock.advance(120_000);

    expect(till.forwarder.status()).toBe("forwarding");
    const probe = testTill.electrum.sent[before];
    expect((probe?.at ?? 0) - since).toBeLessThanOrEqual(60_000);
    // What was never sent goes out with it; what was refused waits twice as long as a probe, at most.
    const neverSent = ids.filter((id) => !sentFor(testTill).slice(0, before).includes(id));
    expect(sentFor(testTill).slice(before + 1, before + 1 + neverSent.length)).toEqual(neverSent);
    expect(testTill.electrum.sent[before + neverSent.length]?.at).toBe(probe?.at);
    await thenAllConfirmed(testTill, ids);
  });

  test("given that they are right again, then a person resumes, and nothing waits for the next probe", async () => {
    const testTill = createTestTill({ script: always({ response: htmlResponse(401) }) });
    const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    const till = await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(HOUR_MS);
    expect(till.forwarder.status()).toBe("halted");
    const neverSent = ids.filter((id) => !sentFor(testTill).includes(id));

    testTill.electrum.follow(() => undefined);
    till.forwarder.resume();
    await testTill.clock.advance(0);

    expect(till.forwarder.status()).toBe("forwarding");
    expect(neverSent).not.toEqual([]);
    await thenAllConfirmed(testTill, neverSent);
    // What was refused waits twice as long as a probe, at most.
    await testTill.clock.advance(120_000);
    await thenAllConfirmed(testTill, ids);
  });

  test("given that one under way meanwhile is acknowledged, then the halt ends, and two more refusals halt again", async () => {
    const testTill = createTestTill({
      script: (_, nth) => (nth === 0 ? { afterMs: 500 } : { response: htmlResponse(401) }),
    });
    const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);

    const till = await testTill.open({ forwarding: { concurrency: 2 } });
    await testTill.clock.advance(500);

    expect(till.forwarder.status()).toBe("halted");
    expect(sentFor(testTill)).toEqual(ids.slice(0, 5));
    expect(testTill.events.filter(({ type }) => type === "forwarder")).toEqual([
      { type: "forwarder", status: "halted", at: OPENS_AT },
      { type: "forwarder", status: "forwarding", at: OPENS_AT + 500 },
      { type: "forwarder", status: "halted", at: OPENS_AT + 500 },
    ]);
  });
});

describe("it survives", () => {
  test("two forwarders on one outbox: each advice is delivered, and none is counted twice", async () => {
    const testTill = createTestTill({ script: always({ afterMs: 50 }) });
    const ids = await queueConfirmations(testTill.outbox, 60, OPENS_AT);

    await Promise.all([testTill.open(), testTill.open()]);
    await testTill.clock.advance(2_000);

    await thenAllConfirmed(testTill, ids);
    expect([...sentFor(testTill)].toSorted()).toEqual(ids);
  });

  test("a delivery that outlives its lease: another repeats it, and the second acknowledgement changes nothing", async () => {
    const testTill = createTestTill({ script: always({ afterMs: 50_000 }) });
    const [id = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    await testTill.open();
    await testTill.clock.advance(1_000);

    // Half an hour on the wall, while one second passes: as if the first process had been asleep.
    testTill.clock.jump(HOUR_MS / 2);
    await testTill.open({ forwarding: { deadlineMs: HOUR_MS } });
    await testTill.clock.advance(120_000);

    expect(sentFor(testTill)).toEqual([id, id]);
    await thenAllConfirmed(testTill, [id]);
    expect(await testTill.done(testTill.outbox.unwatched.journal(id))).toHaveLength(4);
  });

  test("an outbox that is unavailable for a while: a person is alerted, and all goes out in the end", async () => {
    const testTill = createTestTill();
    const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    testTill.outbox.fail(() => "unavailable");
    await testTill.open();
    await testTill.clock.advance(60_000);
    expect(testTill.electrum.sent).toEqual([]);
    expect(testTill.events.some((event) => event.type === "alert" && event.alert.reason === "outboxUnavailable")).toBe(
      true,
    );

    testTill.outbox.fail(() => undefined);
    await testTill.clock.advance(1_000);

    await thenAllConfirmed(testTill, ids);
  });

  test("an acknowledgement that cannot be stored: the advice goes out again once its lease has ended", async () => {
    const testTill = createTestTill();
    const [id = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    testTill.outbox.fail((call, nth) => (call === "commit" && nth === 0 ? "unavailable" : undefined));

    await testTill.open();
    await testTill.clock.advance(70_000);

    expect(sentFor(testTill)).toEqual([id, id]);
    expect(new Set(testTill.electrum.sent.map(({ wire }) => wire)).size).toBe(1);
    await thenAllConfirmed(testTill, [id]);
  });

  test("a postponement that cannot be stored: the advice goes out again once its lease has ended", async () => {
    const testTill = createTestTill({ script: (_, nth) => (nth === 0 ? unreachable : undefined) });
    const ids = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    testTill.outbox.fail((call) => (call === "postpone" ? "unavailable" : undefined));

    await testTill.open();
    await testTill.clock.advance(130_000);

    await thenAllConfirmed(testTill, ids);
  });

  test("a damaged record: a person is alerted, once an hour, and the others go out", async () => {
    const testTill = createTestTill();
    const [damaged = uuid(0), ...others] = await queueConfirmations(testTill.outbox, 5, OPENS_AT);
    await testTill.damage(damaged);

    await testTill.open();
    await testTill.clock.advance(3 * HOUR_MS - 1);

    await thenAllConfirmed(testTill, others);
    const alerts = testTill.events.filter((event) => event.type === "alert");
    expect(alerts.map(({ alert }) => alert)).toEqual(
      ["found by a look at all that is unfinished", "checksum", "checksum", "checksum"].map((description) => ({
        reason: "damagedRecord",
        id: damaged,
        description,
      })),
    );
    expect(await testTill.done(testTill.outbox.unwatched.summary(OPENS_AT))).toMatchObject({ needsAttention: 1 });
  });

  test("a clock set back while Electrum is down: the probes go on", async () => {
    const testTill = createTestTill({ script: always(unreachable) });
    const ids = await queueConfirmations(testTill.outbox, 2, OPENS_AT - 2 * HOUR_MS);
    await testTill.open({ forwarding: { concurrency: 1 } });
    await testTill.clock.advance(10_000);

    testTill.clock.jump(-HOUR_MS);
    testTill.electrum.follow(() => undefined);
    await testTill.clock.advance(60_000);

    await thenAllConfirmed(testTill, ids);
  });
});
