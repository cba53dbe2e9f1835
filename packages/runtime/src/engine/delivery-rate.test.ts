import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planDeliveries, type Slots } from "./delivery-plan.ts";
import {
  type DeliveryQueues,
  mayDeliver,
  noQueues,
  onDeliveryRefused,
  onDeliveryRepeat,
  onDeliverySettled,
  onDeliveryStart,
  type QueuedDelivery,
} from "./delivery-queues.ts";

// Electrum asks a client for fewer messages.

const slots: Slots = { count: 8, first: 0, repeat: 0, busyQueues: new Set() };
const backoff = (): number => 1_000;
const delivery = (adviceId: string, client = "shop"): QueuedDelivery => ({
  adviceId,
  queue: `${client}/A`,
  client,
  isRepeat: false,
  credentials: 1,
});
const limited = (state: DeliveryQueues, adviceId: string, client = "shop", nowMs = 0): DeliveryQueues =>
  onDeliveryRepeat(
    state,
    delivery(adviceId, client),
    { cause: "response", reach: "reached", isLimited: true },
    nowMs,
    backoff,
  );
const twice = limited(limited(noQueues, "advice 1"), "advice 2");
const intervalOf = (state: DeliveryQueues, client = "shop"): number => state.rates.get(client)?.intervalMs ?? 0;
const claimsFor = (state: DeliveryQueues, client: string, nowMs: number) =>
  planDeliveries(state, slots, { prefetch: 16 }, nowMs).claims.filter(
    ({ clients, exceptClients }) => (clients?.includes(client) ?? true) && exceptClients?.includes(client) !== true,
  );

describe("a client that is asked for fewer messages", () => {
  test("is not slowed by 429 to one message, however often: that may have a limit of its own", () => {
    const often = Array.from({ length: 9 }).reduce<DeliveryQueues>((state) => limited(state, "advice 1"), noQueues);
    expect(intervalOf(often)).toBe(0);
    expect(mayDeliver(often, "shop")).toBe(true);
  });

  test("keeps an interval after 429 to a second message: one first delivery and one repeat at a time", () => {
    expect(intervalOf(twice)).toBe(50);
    expect(mayDeliver(twice, "shop")).toBe(false);
    expect(claimsFor(twice, "shop", 49)).toEqual([]);
    expect(claimsFor(twice, "shop", 50)).toMatchObject([
      { deliveries: "first", limit: 1, clients: ["shop"] },
      { deliveries: "repeat", limit: 1, clients: ["shop"] },
    ]);
    const started = onDeliveryStart(twice, delivery("advice 3"), 50, backoff);
    expect(claimsFor(started, "shop", 99)).toEqual([]);
    expect(claimsFor(started, "shop", 100)).toHaveLength(2);
  });

  test("says when it may send again, so that the loop need not look before", () => {
    expect(planDeliveries(twice, slots, { prefetch: 16 }, 20).waitMs).toBe(30);
  });

  test("slows no other client down", () => {
    expect(mayDeliver(twice, "kiosk")).toBe(true);
    expect(claimsFor(twice, "kiosk", 0)).toMatchObject([{ deliveries: "first", limit: 24 }, { deliveries: "repeat" }]);
  });

  test("is not slowed if something was acknowledged between", () => {
    const between = onDeliverySettled(limited(noQueues, "advice 1"), delivery("advice 3"));
    expect(intervalOf(limited(between, "advice 2"))).toBe(0);
  });

  test("sends nothing but probes while its credentials are refused, whatever its rate", () => {
    const halted = ["advice 3", "advice 4"].reduce(
      (state, adviceId) => onDeliveryRefused(state, delivery(adviceId), 0, backoff),
      twice,
    );
    expect(claimsFor(halted, "shop", 50)).toEqual([]);
  });

  test("never waits longer than a second between two, whatever it is told", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 200 }), (advices) => {
        const state = advices.reduce((before, nth) => limited(before, `advice ${nth}`), noQueues);
        expect(intervalOf(state)).toBeLessThanOrEqual(1_000);
      }),
    );
  });

  test("is at full speed again after a number of acknowledgements that does not depend on how slow it was told to be", () => {
    const slowest = Array.from({ length: 99 }).reduce<DeliveryQueues>(
      (state, _each, nth) => limited(state, `advice ${nth}`),
      noQueues,
    );
    const settled = Array.from({ length: 17 }).reduce<DeliveryQueues>(
      (state) => onDeliverySettled(state, delivery("advice 100")),
      slowest,
    );
    expect(intervalOf(slowest)).toBe(1_000);
    expect(mayDeliver(settled, "shop")).toBe(true);
    expect(settled.rates.size).toBe(0);
  });
});
