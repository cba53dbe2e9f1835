import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DeliveryQueues,
  haltedClientsOf,
  isElectrumAway,
  isLongFailing,
  LONG_FAILING_MS,
  MAX_DETACHED,
  MAX_DETACHED_PER_QUEUE,
  MAX_QUEUES,
  mayDetach,
  noQueues,
  onAccepted,
  onCredentials,
  onDeliveryRefused,
  onDeliveryRepeat,
  onDeliverySettled,
  onDeliveryStart,
  onDetached,
  onDetachedEnd,
  onUnanswered,
  OUTAGE_CONNECTS,
  OUTAGE_SENDS,
  type QueuedDelivery,
  queueStateOf,
} from "./delivery-queues.ts";
import { planDeliveries, type Slots } from "./delivery-plan.ts";

const backoff = (probes: number): number => 1_000 * 2 ** Math.min(probes, 6);
const delivery = (changes: Partial<QueuedDelivery> = {}): QueuedDelivery => ({
  adviceId: "advice 1",
  queue: "shop/A",
  client: "shop",
  isRepeat: false,
  credentials: 1,
  ...changes,
});
const idle: Slots = { count: 8, first: 0, repeat: 0, busyQueues: new Set() };
const failed = { cause: "response", reach: "reached" } as const;
const repeats = (state: DeliveryQueues, times: number, changes: Partial<QueuedDelivery> = {}): DeliveryQueues =>
  Array.from({ length: times }).reduce<DeliveryQueues>(
    (before) => onDeliveryRepeat(before, delivery(changes), failed, 0, backoff),
    state,
  );
const firstClaim = (state: DeliveryQueues, slots = idle, nowMs = 0) =>
  planDeliveries(state, slots, { prefetch: 16 }, nowMs).claims.find(({ deliveries }) => deliveries === "first");
const repeatClaims = (state: DeliveryQueues, slots = idle, nowMs = 0) =>
  planDeliveries(state, slots, { prefetch: 16 }, nowMs).claims.filter(({ deliveries }) => deliveries === "repeat");

describe("first deliveries", () => {
  test("go ahead of repeats, and take every free slot", () => {
    const [first] = planDeliveries(noQueues, idle, { prefetch: 16 }, 0).claims;
    expect(first).toMatchObject({ deliveries: "first", limit: 24 });
  });

  test("of this process go ahead of those that are older, once a queue is in trouble, and only then", () => {
    const agesOf = (state: DeliveryQueues) =>
      planDeliveries(state, idle, { prefetch: 16, startedAt: 5_000 }, 0).claims.flatMap(
        ({ deliveries, dueSince, dueBefore, limit }) =>
          deliveries === "first" ? [{ dueSince, dueBefore, limit }] : [],
      );
    const oldestFirst = [{ dueSince: undefined, dueBefore: undefined, limit: 24 }];
    const newestFirst = [
      { dueSince: 5_000, dueBefore: undefined, limit: 24 },
      { dueSince: undefined, dueBefore: 5_000, limit: 24 },
    ];
    expect(agesOf(noQueues)).toEqual(oldestFirst);
    expect(agesOf(repeats(noQueues, 1))).toEqual(newestFirst);
    expect(agesOf(onDetached(noQueues, "shop/A"))).toEqual([...newestFirst, ...newestFirst]);
    expect(agesOf(onDeliverySettled(repeats(noQueues, 1), delivery()))).toEqual(oldestFirst);
  });

  test("are not held back by any trouble of others, in the same queue or in another", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("shop/A", "shop/B", "kiosk/A"), { maxLength: 300 }), (queues) => {
        const state = queues.reduce<DeliveryQueues>((before, queue) => repeats(before, 1, { queue }), noQueues);
        expect(firstClaim(state)).toEqual(firstClaim(noQueues));
      }),
    );
  });

  test("use one slot, once their queue has all the detached deliveries that it may have", () => {
    const full = Array.from({ length: MAX_DETACHED_PER_QUEUE }).reduce<DeliveryQueues>(
      (state) => onDetached(state, "shop/A"),
      noQueues,
    );
    const admits = (state: DeliveryQueues, busyQueue?: string): boolean => {
      const busyQueues = new Set(busyQueue === undefined ? [] : [busyQueue]);
      return planDeliveries(state, { ...idle, first: busyQueues.size, busyQueues }, { prefetch: 16 }, 0).claims.some(
        ({ deliveries, queues = ["shop/A"], exceptQueues = [] }) =>
          deliveries === "first" && queues.includes("shop/A") && !exceptQueues.includes("shop/A"),
      );
    };
    expect(admits(full)).toBe(true);
    expect(admits(full, "shop/A")).toBe(false);
    expect(admits(full, "shop/B")).toBe(true);
    expect(admits(onDetachedEnd(full, "shop/A"), "shop/A")).toBe(true);
  });

  test("of a queue that gets no response come after those of the others", () => {
    const silent = onDetached(noQueues, "shop/A");
    const claims = planDeliveries(silent, idle, { prefetch: 16 }, 0).claims.filter(
      ({ deliveries }) => deliveries === "first",
    );
    expect(claims).toMatchObject([{ exceptQueues: ["shop/A"] }, { queues: ["shop/A"] }]);
  });
});

describe("repeats", () => {
  test("never take the slots that are kept for first deliveries: a quarter, and at least one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 64 }), (count, repeat) => {
        const claimed = repeatClaims(noQueues, { ...idle, count, repeat }).reduce((sum, { limit }) => sum + limit, 0);
        const lent = count === 1 ? 1 : count - Math.max(Math.ceil(count / 4), 1);
        expect(claimed).toBe(Math.max(Math.min(count - repeat, lent - repeat), 0));
      }),
    );
  });

  test("of a queue in trouble wait for its probe; those of the others go on", () => {
    const state = repeats(noQueues, 3);
    expect(repeatClaims(state)).toMatchObject([{ exceptQueues: ["shop/A"] }]);
    const { probeAtMs } = queueStateOf(state, "shop/A");
    expect(probeAtMs).toBe(backoff(0));
    expect(repeatClaims(state, idle, probeAtMs)).toMatchObject([
      { queues: ["shop/A"], limit: 1 },
      { exceptQueues: ["shop/A"], limit: 5 },
    ]);
    const probing = onDeliveryStart(state, delivery({ isRepeat: true }), probeAtMs, backoff);
    expect(queueStateOf(probing, "shop/A").probeAtMs).toBe(probeAtMs + backoff(3));
  });

  test("are free again once anything of their queue is acknowledged", () => {
    const state = onDeliverySettled(repeats(noQueues, 9), delivery());
    expect(repeatClaims(state)).toMatchObject([{ exceptQueues: [], limit: 6 }]);
  });

  test("need not wait once their queue is acknowledged after long, but must after a failure among acknowledgements", () => {
    const long = LONG_FAILING_MS;
    const failing = onDeliveryRepeat(repeats(noQueues, 1), delivery(), failed, long, backoff);
    expect(isLongFailing(failing, "shop/A", long)).toBe(true);
    expect(isLongFailing(failing, "shop/A", long - 1)).toBe(false);
    expect(isLongFailing(failing, "shop/B", long)).toBe(false);
    const again = onDeliveryRepeat(onDeliverySettled(failing, delivery()), delivery(), failed, long, backoff);
    expect(isLongFailing(again, "shop/A", 2 * long - 1)).toBe(false);
    expect(isLongFailing(onDeliverySettled(failing, delivery()), "shop/A", 2 * long)).toBe(false);
  });

  test("say when the next one may be sent", () => {
    expect(planDeliveries(repeats(noQueues, 1), idle, { prefetch: 16 }, 400).waitMs).toBe(backoff(0) - 400);
    expect(planDeliveries(noQueues, idle, { prefetch: 16 }, 0).waitMs).toBeUndefined();
  });
});

describe("Electrum away", () => {
  const unanswered = (times: number): DeliveryQueues =>
    Array.from({ length: times }).reduce<DeliveryQueues>(
      (state) => onUnanswered(state, "reached", 0, backoff),
      noQueues,
    );

  test("after so many sends without any response, and not one before", () => {
    expect(isElectrumAway(unanswered(OUTAGE_SENDS - 1))).toBe(false);
    expect(isElectrumAway(unanswered(OUTAGE_SENDS))).toBe(true);
  });

  test("one delivery at a time finds out when it is back, and waits longer each time", () => {
    const away = unanswered(OUTAGE_SENDS);
    expect(planDeliveries(away, idle, { prefetch: 16 }, 0)).toEqual({ claims: [], waitMs: backoff(0) });
    expect(planDeliveries(away, idle, { prefetch: 16 }, backoff(0)).claims).toEqual([{ limit: 1, exceptClients: [] }]);
    expect(planDeliveries(away, { ...idle, first: 1 }, { prefetch: 16 }, backoff(0)).claims).toEqual([]);
    const probing = onDeliveryStart(away, delivery(), 1_000, backoff);
    expect(planDeliveries(probing, idle, { prefetch: 16 }, 1_000).waitMs).toBe(backoff(1));
  });

  test("a few attempts without a connection are enough: no message can be at fault", () => {
    const unreachable = (times: number): DeliveryQueues =>
      Array.from({ length: times }).reduce<DeliveryQueues>(
        (state) => onUnanswered(state, "unreachable", 0, backoff),
        noQueues,
      );
    expect(isElectrumAway(unreachable(OUTAGE_CONNECTS - 1))).toBe(false);
    expect(isElectrumAway(unreachable(OUTAGE_CONNECTS))).toBe(true);
  });

  test("a message that was never sent shows nothing: its client may have no credentials", () => {
    const tries = Array.from({ length: 3 * OUTAGE_SENDS });
    const state = tries.reduce<DeliveryQueues>((before) => onUnanswered(before, "notSent", 0, backoff), noQueues);
    expect(isElectrumAway(state)).toBe(false);
  });

  test.each([
    [
      "stays with the oldest while nothing is reached: no message is at fault",
      "unreachable",
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      "passes over more and more of the oldest once something is reached: they may be at fault themselves",
      "reached",
      [0, 1, 3, 7, 15, 31, 63, 127, 255, 0, 1],
    ],
  ] as const)("the probe %s", (_, reach, expected) => {
    const silent = { cause: "noResponse", reach } as const;
    const first = onDeliveryRepeat(unanswered(OUTAGE_SENDS), delivery(), silent, 0, backoff);
    const states = expected.slice(1).reduce<readonly DeliveryQueues[]>(
      (before) => {
        const last = before.at(-1) ?? first;
        const nowMs = last.outageProbeAtMs;
        return [
          ...before,
          onDeliveryRepeat(onDeliveryStart(last, delivery(), nowMs, backoff), delivery(), silent, nowMs, backoff),
        ];
      },
      [first],
    );
    const passedOver = states.flatMap((state) =>
      planDeliveries(state, idle, { prefetch: 16 }, state.outageProbeAtMs).claims.map(({ passOver }) => passOver ?? 0),
    );
    expect(passedOver).toEqual(expected);
  });

  test("may be probed by a halted client's advice, when that one's probe is due: there may be no other", () => {
    const refuse = (state: DeliveryQueues, adviceId: string): DeliveryQueues =>
      onDeliveryRefused(state, delivery({ adviceId }), 5_000, backoff);
    const away = Array.from({ length: OUTAGE_SENDS }).reduce<DeliveryQueues>(
      (state) => onUnanswered(state, "reached", 0, backoff),
      refuse(refuse(noQueues, "advice 1"), "advice 2"),
    );
    const haltProbeAtMs = 5_000 + backoff(0);
    expect(planDeliveries(away, idle, { prefetch: 16 }, haltProbeAtMs - 1)).toEqual({
      claims: [{ limit: 1, exceptClients: ["shop"] }],
      waitMs: 1,
    });
    expect(planDeliveries(away, idle, { prefetch: 16 }, haltProbeAtMs).claims).toEqual([
      { limit: 1, exceptClients: [] },
    ]);
  });

  test("ends with any answer, also a gateway's, and with that to a customer's request", () => {
    const away = unanswered(OUTAGE_SENDS);
    expect(isElectrumAway(onAccepted(away, "shop"))).toBe(false);
    expect(isElectrumAway(onDeliveryRepeat(away, delivery(), { ...failed, foreignStatus: 403 }, 0, backoff))).toBe(
      false,
    );
    expect(isElectrumAway(onDeliveryRefused(away, delivery(), 0, backoff))).toBe(false);
  });
});

describe("a halt", () => {
  const refuse = (state: DeliveryQueues, adviceId: string, credentials = 1): DeliveryQueues =>
    onDeliveryRefused(state, delivery({ adviceId, credentials }), 0, backoff);
  const halted = refuse(refuse(noQueues, "advice 1"), "advice 2");

  test("takes refusals of two different messages: one may be one message's fault", () => {
    const once = refuse(refuse(noQueues, "advice 1"), "advice 1");
    expect(haltedClientsOf(once)).toEqual([]);
    expect(haltedClientsOf(halted)).toEqual(["shop"]);
  });

  test("takes them under the same credentials, with nothing accepted between", () => {
    expect(haltedClientsOf(refuse(refuse(noQueues, "advice 1"), "advice 2", 2))).toEqual([]);
    expect(haltedClientsOf(refuse(onAccepted(refuse(noQueues, "advice 1"), "shop"), "advice 2"))).toEqual([]);
  });

  test("stops everything of its client but one probe at a time, and nothing of another's", () => {
    expect(firstClaim(halted)?.exceptClients).toEqual(["shop"]);
    expect(repeatClaims(halted).every(({ exceptClients }) => exceptClients?.includes("shop") === true)).toBe(true);
    expect(planDeliveries(halted, idle, { prefetch: 16 }, backoff(0)).claims[0]).toEqual({
      limit: 1,
      clients: ["shop"],
    });
    const probing = onDeliveryStart(halted, delivery({ adviceId: "advice 3" }), 1_000, backoff);
    expect(
      planDeliveries(probing, idle, { prefetch: 16 }, 1_000).claims.some(({ clients }) => clients !== undefined),
    ).toBe(false);
    const next = planDeliveries(probing, idle, { prefetch: 16 }, 1_000 + backoff(1)).claims;
    expect(next[0]).toEqual({ limit: 1, clients: ["shop"], passOver: 1 });
  });

  test.each<[string, (state: DeliveryQueues) => DeliveryQueues]>([
    ["an advice of the client is acknowledged", (state) => onDeliverySettled(state, delivery())],
    [
      "Electrum answers one with anything but a refusal",
      (state) => onDeliveryRepeat(state, delivery(), failed, 0, backoff),
    ],
    ["Electrum answers a request of the client", (state) => onAccepted(state, "shop")],
    ["other credentials are configured", (state) => onCredentials(state, "shop", 2)],
  ])("ends when %s", (_, transition) => {
    expect(haltedClientsOf(transition(halted))).toEqual([]);
  });

  test.each<[string, (state: DeliveryQueues) => DeliveryQueues]>([
    [
      "a gateway answers",
      (state) => onDeliveryRepeat(state, delivery(), { ...failed, foreignStatus: 403 }, 0, backoff),
    ],
    ["nothing answers", (state) => onUnanswered(state, "reached", 0, backoff)],
    [
      "another client's advice is acknowledged",
      (state) => onDeliverySettled(state, delivery({ client: "kiosk", queue: "kiosk/A" })),
    ],
    ["the same credentials are noted again", (state) => onCredentials(state, "shop", 1)],
  ])("goes on when %s", (_, transition) => {
    expect(haltedClientsOf(transition(halted))).toEqual(["shop"]);
  });
});

describe("bounds", () => {
  test("queues beyond the bound share an entry, so that memory is bounded whatever arrives", () => {
    const state = Array.from({ length: 3 * MAX_QUEUES }).reduce<DeliveryQueues>(
      (before, _, index) => repeats(before, 1, { queue: `shop/${index}` }),
      noQueues,
    );
    expect(state.queues.size).toBeLessThanOrEqual(2 * MAX_QUEUES);
  });

  test("a queue without a detached delivery always has a place for one", () => {
    const crowded = Array.from({ length: MAX_DETACHED / MAX_DETACHED_PER_QUEUE }).reduce<DeliveryQueues>(
      (state, _, queue) =>
        Array.from({ length: MAX_DETACHED_PER_QUEUE }).reduce<DeliveryQueues>(
          (before) => (mayDetach(before, `shop/${queue}`) ? onDetached(before, `shop/${queue}`) : before),
          state,
        ),
      repeats(noQueues, 1, { queue: "kiosk/A" }),
    );
    expect(mayDetach(crowded, "kiosk/A")).toBe(true);
    expect(mayDetach(crowded, "shop/0")).toBe(false);
  });
});
