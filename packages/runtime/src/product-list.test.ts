import {
  createScriptedElectrum,
  createSimulatedClock,
  createSimulatedWaits,
  errorResponse,
  htmlResponse,
  jsonResponse,
  never,
  type Outcome,
  type ScriptedElectrum,
  type SimulatedClock,
  unreachable,
  uuid,
} from "@electrum-vouchers/testkit";
import { errAsync, okAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { type ProductList, type ProductListEvent, type ProductListOptions, startProductList } from "./index.ts";
import type { ProductStore, StoredProducts } from "./product-store.ts";

const STARTS_AT = Date.parse("2026-03-01T08:00:00.000Z");
const DAY_MS = 24 * 60 * 60 * 1_000;

const listing = (...productIds: readonly string[]): Outcome => ({
  response: jsonResponse(200, { products: productIds.map((productId) => ({ productId })) }),
});

interface Situation {
  readonly clock: SimulatedClock;
  readonly electrum: ScriptedElectrum;
  readonly events: readonly ProductListEvent[];
  start(options?: Partial<ProductListOptions>): Promise<ProductList>;
}

/** Electrum answers so, one answer after the other; the last one again and again. */
function given(...outcomes: readonly Outcome[]): Situation {
  const clock = createSimulatedClock(STARTS_AT);
  const electrum = createScriptedElectrum(clock, (_, nth) => outcomes[Math.min(nth, outcomes.length - 1)]);
  const events: ProductListEvent[] = [];
  const { settled } = createSimulatedWaits(clock);
  return {
    clock,
    electrum,
    events,
    start: async (options) => {
      const onEvent = (event: ProductListEvent): void => void events.push(event);
      const starting = startProductList({ electrum, clock, newId: () => uuid(1), onEvent, ...options });
      const list = await settled(starting);
      await clock.advance(0);
      return list;
    },
  };
}

const idsIn = (list: ProductList): readonly string[] | undefined =>
  list.products()?.products.map(({ productId }) => productId);

const storeOf = (stored: StoredProducts | undefined, saved: StoredProducts[] = []): ProductStore => ({
  load: () => okAsync(stored),
  save: (next) => {
    saved.push(next);
    return okAsync(undefined);
  },
});

describe("a good list", () => {
  test("is known at once, with its age, and kept", async () => {
    const { clock, start } = given(listing("GAME100", "AIR50"));
    const saved: StoredProducts[] = [];
    const list = await start({ store: storeOf(undefined, saved) });
    await clock.advance(5_000);

    const products = [{ productId: "GAME100" }, { productId: "AIR50" }];
    expect(list.products()).toEqual({ products, fetchedAt: STARTS_AT, ageMs: 5_000 });
    expect(saved).toEqual([{ products, fetchedAt: STARTS_AT }]);
  });

  test("is asked for again after a day, and replaced", async () => {
    const { clock, electrum, start } = given(listing("OLD"), listing("NEW"));
    const list = await start();
    await clock.advance(DAY_MS - 1);
    expect(idsIn(list)).toEqual(["OLD"]);

    await clock.advance(1);

    expect(idsIn(list)).toEqual(["NEW"]);
    expect(electrum.sent.map(({ operation }) => operation)).toEqual(["lookupProducts", "lookupProducts"]);
  });

  test("says how many entries do not read", async () => {
    const body = [{ productId: "GAME100" }, { name: "no id" }];
    const { events, start } = given({ response: jsonResponse(200, body) });
    await start();

    expect(events).toEqual([{ type: "productsListed", count: 1, unreadable: 1, at: STARTS_AT }]);
  });
});

describe("an answer that is no good list", () => {
  test.each<[string, Outcome, object]>([
    ["no response", unreachable, { reason: "noResponse", cause: "unreachable" }],
    ["a gateway's page", { response: htmlResponse(200) }, { reason: "notElectrum", status: 200 }],
    ["an empty list", listing(), { reason: "unavailable", status: 200 }],
    [
      "an error",
      { response: errorResponse(501, "FUNCTION_NOT_SUPPORTED") },
      { reason: "refused", status: 501, errorType: "FUNCTION_NOT_SUPPORTED" },
    ],
  ])("leaves yesterday's list in force: %s", async (_, outcome, why) => {
    const { clock, events, start } = given(listing("OLD"), outcome);
    const list = await start();
    await clock.advance(DAY_MS);

    expect(idsIn(list)).toEqual(["OLD"]);
    expect(list.products()?.ageMs).toBe(DAY_MS);
    expect(events.at(-1)).toMatchObject({ type: "productsNotListed", ...why });
  });

  test("is followed by a repeat after a growing, bounded pause, until there is a list", async () => {
    const failures = Array.from({ length: 8 }, () => unreachable);
    const { clock, electrum, start } = given(...failures, listing("NEW"));
    const backoff = { initialMs: 1_000, multiplier: 2, maxMs: 8_000 };
    const list = await start({ backoff });
    await clock.advance(60_000);

    const times = electrum.sent.map(({ at }) => at - STARTS_AT);
    const pauses = times.slice(1).map((at, nth) => at - (times[nth] ?? 0));
    const grown = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000];
    expect(pauses).toHaveLength(grown.length);
    expect(pauses.every((pause, nth) => pause <= (grown[nth] ?? 0) && pause >= (grown[nth] ?? 0) / 2)).toBe(true);
    expect(idsIn(list)).toEqual(["NEW"]);
  });

  test("is followed by the pause that Electrum asks for, within the bound", async () => {
    const patience: Outcome = { response: { status: 503, body: "", retryAfterMs: 60_000 } };
    const { clock, electrum, start } = given(patience, listing("NEW"));
    await start({ backoff: { initialMs: 1_000, multiplier: 1, maxMs: 10_000 } });
    await clock.advance(20_000);

    expect(electrum.sent.map(({ at }) => at - STARTS_AT)).toEqual([0, 10_000]);
  });

  test("begins the pauses anew once there was a list", async () => {
    const { clock, electrum, start } = given(unreachable, unreachable, listing("A"), unreachable, listing("B"));
    const list = await start({ backoff: { initialMs: 1_000, multiplier: 10, maxMs: 100_000 }, refreshMs: DAY_MS });
    await clock.advance(DAY_MS + 15_000);

    expect(idsIn(list)).toEqual(["B"]);
    expect(electrum.sent).toHaveLength(5);
  });
});

describe("a list that was kept over a restart", () => {
  const products = [{ productId: "KEPT" }];

  test("is known before Electrum has answered, and Electrum is asked once it is a day old", async () => {
    const { clock, electrum, start } = given(listing("NEW"));
    const list = await start({ store: storeOf({ products, fetchedAt: STARTS_AT - DAY_MS + 60_000 }) });
    expect(idsIn(list)).toEqual(["KEPT"]);
    expect(electrum.sent).toEqual([]);

    await clock.advance(60_000);

    expect(idsIn(list)).toEqual(["NEW"]);
  });

  test("is kept although it is old, if Electrum has no answer", async () => {
    const { start } = given(unreachable);
    const list = await start({ store: storeOf({ products, fetchedAt: STARTS_AT - 3 * DAY_MS }) });

    expect(list.products()).toMatchObject({ products, ageMs: 3 * DAY_MS });
  });

  test("given that the clock was set back since, then its age is 0, and it is good for a day at most", async () => {
    const { clock, start } = given(listing("NEW"));
    const list = await start({ store: storeOf({ products, fetchedAt: STARTS_AT + 30 * DAY_MS }) });
    expect(list.products()?.ageMs).toBe(0);

    await clock.advance(DAY_MS);

    expect(idsIn(list)).toEqual(["NEW"]);
  });

  test("given a store that fails, then the list is asked for and known all the same", async () => {
    const failed = { detail: "the disk is full" };
    const { events, start } = given(listing("NEW"));
    const list = await start({ store: { load: () => errAsync(failed), save: () => errAsync(failed) } });

    expect(idsIn(list)).toEqual(["NEW"]);
    expect(events.filter(({ type }) => type === "productStoreFailed")).toEqual(
      ["load", "save"].map((during) => ({ type: "productStoreFailed", during, error: failed, at: STARTS_AT })),
    );
  });
});

describe("refresh", () => {
  test("asks at once, and resolves with what came of it", async () => {
    const { clock, start } = given(listing("OLD"), listing("NEW", "AIR50"));
    const list = await start();
    await clock.advance(1_000);

    const refreshing = list.refresh();
    await clock.advance(0);

    expect(await refreshing).toEqual({ type: "productsListed", count: 2, unreadable: 0, at: STARTS_AT + 1_000 });
    expect(idsIn(list)).toEqual(["NEW", "AIR50"]);
  });

  test("given that Electrum is being asked, then it asks no second time", async () => {
    const { clock, electrum, start } = given({ ...listing("NEW"), afterMs: 1_000 });
    const list = await start();

    const refreshing = [list.refresh(), list.refresh()];
    await clock.advance(1_000);

    expect(await Promise.all(refreshing)).toMatchObject([{ count: 1 }, { count: 1 }]);
    expect(electrum.sent).toHaveLength(1);
  });

  test("given that the list has stopped, then it says so", async () => {
    const { electrum, start } = given(listing("OLD"));
    const list = await start();
    await list.stop();

    expect(await list.refresh()).toMatchObject({ reason: "noResponse", cause: "stopped" });
    expect(electrum.sent).toHaveLength(1);
  });
});

test("stop does not wait for an answer that is awaited", async () => {
  const { start } = given(never);
  const list = await start();
  const refreshing = list.refresh();

  await list.stop();

  expect(await refreshing).toMatchObject({ reason: "noResponse", cause: "stopped" });
  expect(list.products()).toBeUndefined();
});

test("a deadline bounds each question", async () => {
  const { clock, events, start } = given(never, listing("NEW"));
  await start({ replyDeadlineMs: 3_000 });
  await clock.advance(3_000);

  expect(events).toMatchObject([{ type: "productsNotListed", cause: "deadline", at: STARTS_AT + 3_000 }]);
});

test("wrong options are named all at once", async () => {
  const { electrum } = given(listing("NEW"));
  const starting = startProductList({ electrum, refreshMs: 1, replyDeadlineMs: 0, client: "" });

  await expect(starting).rejects.toThrow(/refreshMs[^]*replyDeadlineMs|replyDeadlineMs[^]*refreshMs/);
});
