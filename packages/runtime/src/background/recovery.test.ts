import { type Policy, toView, type Transaction, type TransactionView } from "@electrum-vouchers/core";
import {
  errorResponse,
  never,
  type Outcome,
  provisionRequest,
  redemptionRequest,
  type Script,
  successResponse,
  tenders,
  unreachable,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { okAsync, ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { queueConfirmations, queueRequesting } from "../../test/queued.ts";
import { createTestTill, OPENS_AT, type KillableTill, alertsOf } from "../../test/test-till.ts";
import type { TillError } from "../errors.ts";

const MINUTE_MS = 60_000;

/** The first message of an operation ends like this, all others well. */
const first =
  (wanted: string, outcome: Outcome): Script =>
  ({ operation }, nth) =>
    operation === wanted && nth === 0 ? outcome : undefined;

/** What a till may be at when it dies. */
type Doing = (till: KillableTill) => ResultAsync<TransactionView, TillError>;

const sell: Doing = (till) => till.provision(provisionRequest()).map((sale): TransactionView => sale);
const sellAndConfirm: Doing = (till) => sell(till).andThen(() => till.confirm(uuid(1), tenders));
const sellAndCancel: Doing = (till) => sell(till).andThen(() => till.cancel(uuid(1)));
const lookUp: Doing = (till) =>
  till.lookUp(voucherLookup, { id: uuid(1) }).map((redemption): TransactionView => redemption);
const redeem: Doing = (till) => lookUp(till).andThen(() => till.redeem(redemptionRequest()));
const redeemAndConfirm: Doing = (till) => redeem(till).andThen(() => till.confirmRedemption(uuid(1)));

const lateApproval = successResponse({ operation: "provisionVoucher", message: provisionRequest() });

interface Crash {
  /** The process is killed as soon as this is stored. */
  readonly state: Transaction["state"];
  readonly doing: Doing;
  readonly policy?: Partial<Policy>;
  readonly script?: Script;
  /** How it stands once another process has had its time. */
  readonly end: Transaction["state"];
  /** Everything that was sent, by both processes. */
  readonly sent: readonly string[];
}

const crashes: readonly Crash[] = [
  {
    state: "requesting",
    doing: sell,
    script: first("provisionVoucher", { afterMs: 5_000 }),
    end: "issued",
    sent: ["provisionVoucher", "retryProvisionVoucher"],
  },
  {
    state: "requesting",
    doing: sell,
    policy: { retries: 0 },
    script: first("provisionVoucher", { afterMs: 5_000 }),
    end: "reversed",
    sent: ["provisionVoucher", "reverseVoucher"],
  },
  {
    state: "waitingToRetry",
    doing: sell,
    script: first("provisionVoucher", { response: errorResponse(500, "GENERAL_ERROR") }),
    end: "issued",
    sent: ["provisionVoucher", "retryProvisionVoucher"],
  },
  { state: "issued", doing: sell, end: "issued", sent: ["provisionVoucher"] },
  {
    state: "issued",
    doing: sell,
    policy: { decisionDeadlineMs: MINUTE_MS },
    end: "reversed",
    sent: ["provisionVoucher", "reverseVoucher"],
  },
  {
    state: "confirming",
    doing: sellAndConfirm,
    script: first("confirmVoucher", { afterMs: 5_000 }),
    end: "confirmed",
    sent: ["provisionVoucher", "confirmVoucher", "confirmVoucher"],
  },
  {
    state: "reversing",
    doing: sellAndCancel,
    script: first("reverseVoucher", { afterMs: 5_000 }),
    end: "reversed",
    sent: ["provisionVoucher", "reverseVoucher", "reverseVoucher"],
  },
  {
    state: "reversing",
    doing: sell,
    policy: { retries: 0 },
    script: first("provisionVoucher", { noResponse: "interrupted" }),
    end: "reversed",
    sent: ["provisionVoucher", "reverseVoucher"],
  },
  {
    state: "lookingUp",
    doing: lookUp,
    script: first("lookupVoucher", { afterMs: 5_000 }),
    end: "found",
    sent: ["lookupVoucher", "lookupVoucher"],
  },
  {
    state: "waitingToLookUp",
    doing: lookUp,
    script: first("lookupVoucher", unreachable),
    end: "found",
    sent: ["lookupVoucher", "lookupVoucher"],
  },
  {
    state: "lookupFailed",
    doing: lookUp,
    script: first("lookupVoucher", { response: errorResponse(404, "UNABLE_TO_LOCATE_RECORD") }),
    end: "lookupFailed",
    sent: ["lookupVoucher"],
  },
  { state: "found", doing: lookUp, end: "found", sent: ["lookupVoucher"] },
  {
    state: "redeeming",
    doing: redeem,
    script: first("redeemVoucher", { afterMs: 5_000 }),
    end: "reversed",
    sent: ["lookupVoucher", "redeemVoucher", "reverseRedeem"],
  },
  { state: "redeemed", doing: redeem, end: "redeemed", sent: ["lookupVoucher", "redeemVoucher"] },
  {
    state: "confirming",
    doing: redeemAndConfirm,
    script: first("confirmRedeem", never),
    end: "confirmed",
    sent: ["lookupVoucher", "redeemVoucher", "confirmRedeem", "confirmRedeem"],
  },
  {
    state: "completed",
    doing: sell,
    policy: { messaging: "single" },
    end: "completed",
    sent: ["provisionVoucher"],
  },
];

describe("a process that dies leaves nothing half-done", () => {
  test.each(crashes)("killed in $state while it was to $doing.name, then it ends $end", async (crash) => {
    const testTill = createTestTill({ ...crash.policy, ...(crash.script && { script: crash.script }) });
    const dying = await testTill.open();
    const dead = crash.doing(dying);
    await testTill.until(uuid(1), crash.state);
    dying.kill();
    expect(dead).toBeDefined();

    await testTill.open();
    await testTill.clock.advance(10 * MINUTE_MS);

    expect((await testTill.stored(uuid(1))).state).toBe(crash.end);
    expect(testTill.operations()).toEqual(crash.sent);
  });
});

describe("an attempt whose owner is gone", () => {
  test("given a new process, then it waits for the deadline, and never sends that request again", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", { afterMs: 30_000 }) });
    const dying = await testTill.open();
    const dead = sell(dying);
    await testTill.clock.advance(1_000);
    dying.kill();
    expect(dead).toBeDefined();

    await testTill.open({ takeoverGraceMs: 2_000 });
    await testTill.clock.advance(58_999);
    expect((await testTill.stored(uuid(1))).state).toBe("requesting");
    await testTill.clock.advance(1);

    expect(await testTill.stored(uuid(1))).toMatchObject({
      state: "waitingToRetry",
      inDoubt: { first: { attempt: 0, cause: "interruption" } },
    });
    await testTill.clock.advance(MINUTE_MS);
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given an owner that is alive, here or in another process, then nobody takes its work over", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "reverseVoucher" ? undefined : never),
    });
    const [one] = await Promise.all([testTill.open(), testTill.open()]);

    await testTill.done(sell(one));
    await testTill.clock.advance(MINUTE_MS);

    expect(testTill.operations()).toEqual([
      "provisionVoucher",
      "retryProvisionVoucher",
      "retryProvisionVoucher",
      "retryProvisionVoucher",
      "reverseVoucher",
    ]);
  });

  test("given an owner that was only stalled, then its late response is not acted on", async () => {
    const testTill = createTestTill();
    const stalled = await testTill.open({
      electrum: {
        send: () => ResultAsync.fromSafePromise(testTill.clock.sleep(90_000)).andThen(() => okAsync(lateApproval)),
        close: () => {},
      },
    });
    const selling = sell(stalled);
    await testTill.clock.advance(1_000);

    await testTill.open();
    await testTill.until(uuid(1), "issued");
    const issued = await testTill.stored(uuid(1));

    expect(await testTill.done(selling)).toEqual(toView(issued));
    expect(issued).toMatchObject({ approval: { attempt: 1 } });
    expect(testTill.operations()).toEqual(["retryProvisionVoucher"]);
  });
});

describe("a clock that jumps", () => {
  test.each([
    ["back, while an attempt is under way", -60 * MINUTE_MS, "issued"],
    ["forward, beyond its deadline", 60 * MINUTE_MS, "issued"],
  ] as const)("given %s, then the customer is served", async (_, jumpMs, end) => {
    const testTill = createTestTill({ script: first("provisionVoucher", { afterMs: 5_000 }) });
    const till = await testTill.open();
    const selling = sell(till);
    await testTill.clock.advance(1_000);

    testTill.clock.jump(jumpMs);

    expect((await testTill.done(selling)).state).toBe(end);
  });

  test("given that it jumps back while the next attempt is waited for, then the wait is no longer than it was", async () => {
    const testTill = createTestTill({
      script: first("provisionVoucher", { response: errorResponse(500, "GENERAL_ERROR") }),
    });
    const till = await testTill.open();
    const selling = sell(till);
    await testTill.until(uuid(1), "waitingToRetry");

    testTill.clock.jump(-60 * MINUTE_MS);
    await testTill.clock.advance(2_000);

    expect((await selling).isOk()).toBe(true);
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given that it jumps back while a confirmation waits to be repeated, then it goes out as soon as that wait is over, with an alert", async () => {
    const testTill = createTestTill({
      script: first("confirmVoucher", { response: errorResponse(503, "GENERAL_ERROR") }),
    });
    const till = await testTill.open();
    testTill.clock.jump(365 * 24 * 60 * MINUTE_MS);
    const { id } = await testTill.done(sell(till));
    await testTill.done(till.confirm(id, tenders));

    testTill.clock.jump(-365 * 24 * 60 * MINUTE_MS);
    await testTill.clock.advance(2_000);

    expect((await testTill.stored(id)).state).toBe("confirmed");
    expect(alertsOf(testTill)).toMatchObject([{ reason: "clockSetBack", records: 1 }]);
  });

  test("given that it jumps back after a crash, then the attempt is resolved a whole deadline later, with an alert", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", { afterMs: 5_000 }) });
    const dying = await testTill.open();
    const dead = sell(dying);
    await testTill.clock.advance(1_000);
    dying.kill();
    expect(dead).toBeDefined();

    testTill.clock.jump(-10 * MINUTE_MS);
    await testTill.open();
    await testTill.clock.advance(MINUTE_MS - 1);
    expect((await testTill.stored(uuid(1))).state).toBe("requesting");
    await testTill.clock.advance(3_000);

    expect((await testTill.stored(uuid(1))).state).toBe("issued");
    expect(alertsOf(testTill)).toEqual([{ reason: "clockSetBack", records: 1, aheadMs: 10 * MINUTE_MS - 1_000 }]);
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given that it jumps back while a claim takes its time, then the attempt is left its deadline all the same", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", { afterMs: 5_000 }) });
    const dying = await testTill.open();
    const dead = sell(dying);
    await testTill.clock.advance(1_000);
    dying.kill();
    expect(dead).toBeDefined();
    let claimMs = 4_000;
    const own = testTill.outbox.connect();
    await testTill.open({
      outbox: {
        ...own,
        claim: (request) => new ResultAsync(testTill.clock.sleep(claimMs).then(() => own.claim(request))),
      },
    });
    // Two seconds after its deadline the request is being claimed.
    await testTill.clock.advance(61_000);

    testTill.clock.jump(-4_500);
    claimMs = 0;
    await testTill.clock.advance(2_400);
    expect((await testTill.stored(uuid(1))).state).toBe("requesting");
    await testTill.clock.advance(200);

    expect((await testTill.stored(uuid(1))).state).toBe("waitingToRetry");
  });

  test("given a process whose clock was ahead, and that dies, then another counts anew at once what it left, with an alert", async () => {
    const aheadMs = 365 * 24 * 60 * MINUTE_MS;
    const testTill = createTestTill({ script: first("confirmVoucher", never) });
    const clock = { ...testTill.clock, now: () => testTill.clock.now() + aheadMs };
    const ahead = await testTill.open({ clock });
    await testTill.open();
    const { id } = await testTill.done(sell(ahead));
    await testTill.done(ahead.confirm(id, tenders));
    await testTill.clock.advance(1_000);
    expect(alertsOf(testTill)).toEqual([]);

    ahead.kill();
    await testTill.clock.advance(1_000);

    expect((await testTill.stored(id)).state).toBe("confirmed");
    expect(alertsOf(testTill)).toMatchObject([{ reason: "clockSetBack", records: 1 }]);
  });

  test("given that it jumps forward, then no sale that is being paid is reversed before its time, here or in another process", async () => {
    const testTill = createTestTill({ decisionDeadlineMs: 60 * MINUTE_MS });
    const till = await testTill.open();
    await testTill.done(sell(till));
    await testTill.open();

    testTill.clock.jump(24 * 60 * MINUTE_MS);
    await testTill.clock.advance(59 * MINUTE_MS);
    expect((await testTill.stored(uuid(1))).state).toBe("issued");
    await testTill.clock.advance(2 * MINUTE_MS);

    expect((await testTill.stored(uuid(1))).state).toBe("reversed");
    expect(alertsOf(testTill)).toMatchObject([{ reason: "clockSetForward", id: uuid(1), byMs: 24 * 60 * MINUTE_MS }]);
  });

  test("given that it jumps forward while a request is under way, then its owner is left its deadline, and is not taken over", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", { afterMs: 50_000 }) });
    const selling = sell(await testTill.open());
    await testTill.open();
    await testTill.clock.advance(1_000);

    testTill.clock.jump(60 * MINUTE_MS);

    expect((await testTill.done(selling)).state).toBe("issued");
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
  });

  test("given that it jumps forward while a reversal waits for its request's deadline, then it does not overtake the request", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", { noResponse: "interrupted" }), retries: 0 });
    await testTill.done(sell(await testTill.open()));
    await testTill.clock.advance(1_000);

    testTill.clock.jump(60 * MINUTE_MS);
    await testTill.clock.advance(57_000);
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
    await testTill.clock.advance(3_000);

    expect(testTill.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
  });

  test.each([
    ["a day", 24 * 60 * MINUTE_MS],
    ["ten years", 3_650 * 24 * 60 * MINUTE_MS],
  ])(
    "given that it was %s ahead, and is set back while the till runs, then what it owes goes out",
    async (_, aheadMs) => {
      const testTill = createTestTill({ script: first("confirmVoucher", never) });
      testTill.clock.jump(aheadMs);
      const till = await testTill.open();
      await testTill.done(sell(till));
      await testTill.done(till.confirm(uuid(1), tenders));
      await testTill.clock.advance(1_000);

      testTill.clock.jump(-aheadMs);
      await testTill.clock.advance(4 * MINUTE_MS);

      expect((await testTill.stored(uuid(1))).state).toBe("confirmed");
    },
  );

  test("given a postponement that was made by a clock that was ahead, then it is over", async () => {
    const testTill = createTestTill({
      script: first("confirmVoucher", { response: errorResponse(503, "GENERAL_ERROR") }),
    });
    const [id = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    testTill.clock.jump(24 * 60 * MINUTE_MS);
    const dying = await testTill.open();
    await testTill.clock.advance(100);
    dying.kill();

    testTill.clock.jump(-24 * 60 * MINUTE_MS);
    await testTill.open();
    await testTill.clock.advance(2_000);

    expect((await testTill.stored(id)).state).toBe("confirmed");
  });
});

describe("many unfinished transactions after a crash", () => {
  test("given two hundred, then they are taken up a few at a time, while customers are served at once", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "retryProvisionVoucher" ? { afterMs: 1_000 } : undefined),
    });
    const ids = await queueRequesting(testTill.outbox, 200, OPENS_AT - 10 * MINUTE_MS);

    const till = await testTill.open();
    // The machine was started since: how long they have waited is not known.
    await testTill.clock.advance(MINUTE_MS + 3_000);
    const at = testTill.clock.now();
    expect((await testTill.done(sell(till))).state).toBe("issued");
    expect(testTill.clock.now()).toBe(at);
    await testTill.clock.advance(MINUTE_MS);

    expect(testTill.electrum.mostUnderWay()).toBeLessThanOrEqual(16 + 1);
    const ends = await Promise.all(ids.map((id) => testTill.stored(id)));
    expect(new Set(ends.map(({ state }) => state))).toEqual(new Set(["issued"]));
    expect(testTill.operations().filter((operation) => operation === "retryProvisionVoucher")).toHaveLength(200);
  });

  test("given a damaged record among them, then a person is alerted, and the others are taken up", async () => {
    const testTill = createTestTill();
    const [damaged = uuid(0), ...others] = await queueRequesting(testTill.outbox, 3, OPENS_AT - 10 * MINUTE_MS);
    await testTill.damage(damaged);

    const till = await testTill.open();
    await testTill.clock.advance(30 * MINUTE_MS);

    const ends = await Promise.all(others.map((id) => testTill.stored(id)));
    expect(ends.map(({ state }) => state)).toEqual(["issued", "issued"]);
    expect(alertsOf(testTill).filter(({ reason }) => reason === "damagedRecord")).toMatchObject([
      { description: "found by a look at all that is unfinished" },
      { description: "checksum" },
    ]);
    expect(await testTill.failed(till.find(damaged))).toMatchObject({ type: "damaged", id: damaged });
    expect(await testTill.failed(till.cancel(damaged))).toMatchObject({ type: "damaged", id: damaged });
  });

  test("given a process that died while it delivered, then another takes its leases up at once; of one that lives, it does not", async () => {
    const deliveredAfter = async (end: (till: KillableTill) => void): Promise<number> => {
      const testTill = createTestTill({ script: first("confirmVoucher", never) });
      const [id = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
      const delivering = await testTill.open();
      await testTill.open();
      await testTill.clock.advance(1_000);
      end(delivering);
      await testTill.until(id, "confirmed");
      return testTill.clock.now() - OPENS_AT;
    };

    expect(await deliveredAfter((till) => till.kill())).toBeLessThanOrEqual(1_100);
    expect(await deliveredAfter(() => {})).toBeGreaterThanOrEqual(60_000);
  });
});
