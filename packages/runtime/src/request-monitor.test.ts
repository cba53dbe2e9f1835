import type { Uuid } from "@electrum-vouchers/core";
import {
  errorResponse,
  htmlResponse,
  type Outcome,
  provisionRequest,
  type Script,
  unreachable,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { queueConfirmations } from "../test/queued.ts";
import { createTestTill, OPENS_AT, type TestTill, alertsOf } from "../test/test-till.ts";
import type { Till } from "./index.ts";

const foreign: Outcome = { response: htmlResponse(403) };
const PROBE_INTERVAL_MS = 10_000;

/** The requests of sales end like this, one after the other; all others, and all else, well. */
const salesEnd =
  (...outcomes: readonly (Outcome | undefined)[]): Script =>
  ({ operation }, nth) =>
    operation === "provisionVoucher" ? outcomes[nth] : undefined;

/** A sale; `nth` is its number. Gives its state, or why it was not started. */
const sell = async (testTill: TestTill, till: Till, nth: number): Promise<unknown> => {
  const sold = await testTill.settled(till.provision(provisionRequest(uuid(nth))));
  return sold.match(
    ({ state }) => state,
    (error) => error,
  );
};

const sentSales = (testTill: TestTill): readonly Uuid[] =>
  testTill.electrum.sent.flatMap(({ message }) =>
    message.operation === "provisionVoucher" ? [message.message.id] : [],
  );

describe("responses that are not Electrum's", () => {
  test("given three in a row, then each is an alert, and new sales are refused at once, and not sent", async () => {
    const testTill = createTestTill({ retries: 0, script: salesEnd(foreign, foreign, foreign) });
    const till = await testTill.open();
    for (const nth of [1, 2, 3]) await sell(testTill, till, nth);

    expect(await sell(testTill, till, 4)).toEqual({ type: "notElectrum", retryAfterMs: PROBE_INTERVAL_MS });
    expect(sentSales(testTill)).toEqual([uuid(1), uuid(2), uuid(3)]);
    expect(alertsOf(testTill, "notElectrum")).toEqual(
      [1, 2, 3].map((nth) => ({ reason: "notElectrum", id: uuid(nth), operation: "provisionVoucher", status: 403 })),
    );
  });

  test("given that new sales are refused, then a sale that exists already goes on, and is given as it is stored", async () => {
    const testTill = createTestTill({ retries: 0, script: salesEnd(undefined, foreign, foreign, foreign) });
    const till = await testTill.open();
    for (const nth of [1, 2, 3, 4]) await sell(testTill, till, nth);

    expect(await sell(testTill, till, 5)).toMatchObject({ type: "notElectrum" });
    expect(await sell(testTill, till, 1)).toBe("issued");
    expect((await testTill.done(till.cancel(uuid(1)))).state).toBe("reversing");
  });

  test("given that new sales are refused, then a single one finds out that Electrum is back, and all go on", async () => {
    const testTill = createTestTill({ retries: 0, script: salesEnd(foreign, foreign, foreign) });
    const till = await testTill.open();
    for (const nth of [1, 2, 3]) await sell(testTill, till, nth);

    await testTill.clock.advance(PROBE_INTERVAL_MS - 1);
    expect(await sell(testTill, till, 4)).toEqual({ type: "notElectrum", retryAfterMs: 1 });
    await testTill.clock.advance(1);

    expect(await sell(testTill, till, 4)).toBe("issued");
    expect(await sell(testTill, till, 5)).toBe("issued");
  });

  test("given that the single one finds no Electrum, then the next may start as long after it", async () => {
    const testTill = createTestTill({ retries: 0, script: salesEnd(foreign, foreign, foreign, foreign) });
    const till = await testTill.open();
    for (const nth of [1, 2, 3]) await sell(testTill, till, nth);
    await testTill.clock.advance(PROBE_INTERVAL_MS);

    expect(await sell(testTill, till, 4)).toBe("reversing");
    expect(await sell(testTill, till, 5)).toEqual({ type: "notElectrum", retryAfterMs: PROBE_INTERVAL_MS });
    await testTill.clock.advance(PROBE_INTERVAL_MS);
    expect(await sell(testTill, till, 6)).toBe("issued");
  });

  test("given that a sale that exists already is asked for, then it does not count as the single one", async () => {
    const testTill = createTestTill({ retries: 0, script: salesEnd(foreign, foreign, foreign) });
    const till = await testTill.open();
    for (const nth of [1, 2, 3]) await sell(testTill, till, nth);
    await testTill.clock.advance(PROBE_INTERVAL_MS);

    expect(await sell(testTill, till, 1)).toBe("reversed");
    expect(await sell(testTill, till, 4)).toBe("issued");
  });

  test("given one of Electrum's between, then they are not in a row", async () => {
    const testTill = createTestTill({
      retries: 0,
      script: salesEnd(foreign, foreign, { response: errorResponse(400, "TRANSACTION_DECLINED") }, foreign, foreign),
    });
    const till = await testTill.open();
    for (const nth of [1, 2, 3, 4, 5]) await sell(testTill, till, nth);

    expect(await sell(testTill, till, 6)).toBe("issued");
  });

  test.each<[string, Outcome]>([
    ["a gateway's 503", { response: htmlResponse(503) }],
    ["no response", unreachable],
  ])("given %s between, then they are in a row all the same: it is nobody's word", async (_, between) => {
    const testTill = createTestTill({ retries: 0, script: salesEnd(foreign, foreign, between, foreign) });
    const till = await testTill.open();
    for (const nth of [1, 2, 3, 4]) await sell(testTill, till, nth);

    expect(await sell(testTill, till, 5)).toMatchObject({ type: "notElectrum" });
  });

  test("given lookups, then they do not count, and are not refused", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "lookupVoucher" ? foreign : undefined),
    });
    const till = await testTill.open();
    for (const nth of [1, 2, 3, 4, 5])
      expect((await testTill.done(till.lookUp(voucherLookup, { id: uuid(nth) }))).state).toBe("lookupFailed");

    expect(alertsOf(testTill, "notElectrum").length).toBeGreaterThanOrEqual(5);
    expect(await sell(testTill, till, 6)).toBe("issued");
  });
});

describe("the credentials", () => {
  test.each<[string, Outcome, number]>([
    ["401", { response: htmlResponse(401) }, 401],
    ["407", { response: htmlResponse(407) }, 407],
    ["AUTHENTICATION_ERROR", { response: errorResponse(400, "AUTHENTICATION_ERROR") }, 400],
  ])("given %s to a request, then it is an alert, as to an advice", async (_, outcome, status) => {
    const testTill = createTestTill({ script: salesEnd(outcome) });
    const till = await testTill.open();

    expect(await sell(testTill, till, 1)).toBe("declined");
    expect(alertsOf(testTill, "credentials")).toEqual([
      { reason: "credentials", id: uuid(1), operation: "provisionVoucher", status, client: "corner-shop" },
    ]);
  });

  test("given a halt, then a request that Electrum accepts ends it, and one that it refuses does not", async () => {
    const refused: Outcome = { response: htmlResponse(401) };
    const testTill = createTestTill({
      script: ({ operation }) =>
        operation === "confirmVoucher" || operation === "provisionVoucher" ? refused : undefined,
    });
    await queueConfirmations(testTill.outbox, 10, OPENS_AT);
    const till = await testTill.open();
    await testTill.clock.advance(1_000);
    expect(till.forwarder.status()).toBe("halted");

    await sell(testTill, till, 1);
    expect(till.forwarder.status()).toBe("halted");
    testTill.electrum.follow(() => undefined);
    expect(await sell(testTill, till, 2)).toBe("issued");
    expect(till.forwarder.status()).toBe("forwarding");
  });
});

describe("an address that nothing answers at", () => {
  test("given three requests without any response, then the operator is told of the allow-list, once", async () => {
    const testTill = createTestTill({ retries: 0, script: () => unreachable });
    const till = await testTill.open();

    await sell(testTill, till, 1);
    await sell(testTill, till, 2);
    expect(alertsOf(testTill, "neverAnswered")).toEqual([]);
    for (const nth of [3, 4, 5, 6]) await sell(testTill, till, nth);

    expect(alertsOf(testTill, "neverAnswered")).toEqual([{ reason: "neverAnswered", sends: 3 }]);
  });

  test("given any response before, then it is an outage, and the allow-list is not mentioned", async () => {
    const testTill = createTestTill({
      retries: 0,
      script: salesEnd(foreign, ...Array.from({ length: 5 }, () => unreachable)),
    });
    const till = await testTill.open();
    for (const nth of [1, 2, 3, 4, 5]) await sell(testTill, till, nth);

    expect(alertsOf(testTill, "neverAnswered")).toEqual([]);
  });
});

test("given an error that names no message, but has a published type, then it is taken for Electrum's, with an alert", async () => {
  const testTill = createTestTill({ script: salesEnd({ response: errorResponse(400, "FORMAT_ERROR") }) });
  const till = await testTill.open();

  expect(await sell(testTill, till, 1)).toBe("declined");
  expect(alertsOf(testTill, "unnamedError")).toEqual([
    { reason: "unnamedError", id: uuid(1), operation: "provisionVoucher", status: 400 },
  ]);
});
