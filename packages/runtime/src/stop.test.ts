import type { Transaction, TransactionView } from "@electrum-vouchers/core";
import {
  createMemoryOutbox,
  errorResponse,
  never,
  type Outcome,
  policyOf,
  provisionRequest,
  redemptionRequest,
  type Script,
  successResponse,
  tenders,
  unwrap,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { okAsync, ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { queueConfirmations } from "../test/queued.ts";
import { createTestTill, type KillableTill, OPENS_AT } from "../test/test-till.ts";
import { startTill, type TillError } from "./index.ts";

const first =
  (wanted: string, outcome: Outcome): Script =>
  ({ operation }, nth) =>
    operation === wanted && nth === 0 ? outcome : undefined;

describe("what is under way is finished, or left to recovery", () => {
  test("given a request that is answered soon, then its call ends as ever, and then the till stops", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", { afterMs: 2_000 }) });
    const till = await testTill.open({ stopTimeoutMs: 5_000 });
    const selling = till.provision(provisionRequest());
    await testTill.clock.advance(1_000);

    await testTill.settled(till.stop());

    expect(testTill.clock.now()).toBe(OPENS_AT + 2_000);
    expect((await testTill.done(selling)).state).toBe("issued");
  });

  test("given a request that is not, then the till stops without it, and the next one recovers it", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", never) });
    const till = await testTill.open({ stopTimeoutMs: 5_000 });
    const selling = till.provision(provisionRequest());
    await testTill.clock.advance(1_000);

    await testTill.settled(till.stop());
    expect(testTill.clock.now()).toBe(OPENS_AT + 6_000);
    expect((await testTill.done(selling)).state).toBe("requesting");
    till.kill();

    await testTill.open();
    await testTill.until(uuid(1), "issued");
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given a retry that is waited for, then it is not waited for any longer, and the next till sends it", async () => {
    const testTill = createTestTill({
      script: first("provisionVoucher", { response: errorResponse(500, "GENERAL_ERROR") }),
    });
    const till = await testTill.open();
    const selling = till.provision(provisionRequest());
    await testTill.until(uuid(1), "waitingToRetry");
    const at = testTill.clock.now();

    await testTill.settled(till.stop());
    expect((await testTill.done(selling)).state).toBe("waitingToRetry");
    expect(testTill.clock.now()).toBe(at);

    await testTill.open();
    await testTill.until(uuid(1), "issued");
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given advices under way, then they are settled, and no more are taken up", async () => {
    const testTill = createTestTill({ script: () => ({ afterMs: 1_000 }) });
    const ids = await queueConfirmations(testTill.outbox, 20, OPENS_AT);
    const till = await testTill.open({ forwarding: { concurrency: 4 } });
    await testTill.clock.advance(500);

    await testTill.settled(till.stop());
    const statesAtStop = await Promise.all(ids.map(async (id) => (await testTill.stored(id)).state));
    await testTill.clock.advance(60 * 60_000);

    expect(statesAtStop.filter((state) => state === "confirmed")).toHaveLength(4);
    expect(testTill.electrum.sent).toHaveLength(4);
  });

  test("given a claim under way, then what it brings is not taken up, and given back to the next till", async () => {
    const testTill = createTestTill();
    const [id = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    const till = await testTill.open({
      outbox: {
        ...testTill.outbox,
        claim: (request) =>
          ResultAsync.fromSafePromise(testTill.clock.sleep(1_000)).andThen(() => testTill.outbox.claim(request)),
      },
    });

    await testTill.settled(till.stop());
    expect(testTill.operations()).toEqual([]);

    await testTill.open();
    await testTill.clock.advance(0);
    expect((await testTill.stored(id)).state).toBe("confirmed");
  });

  test("given advices that hang, then their leases are given back, and the next till sends them again at once", async () => {
    const testTill = createTestTill({ script: first("confirmVoucher", never) });
    const [id = uuid(0)] = await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    const till = await testTill.open();
    await testTill.clock.advance(1_000);
    await testTill.settled(till.stop());
    const at = testTill.clock.now();

    await testTill.open();
    await testTill.until(id, "confirmed");

    expect(testTill.clock.now()).toBe(at);
  });
});

describe("calls that have not ended when the till's time to stop is over", () => {
  const silent = (operation: string): Script => first(operation, never);

  test.each<[string, Script, (till: KillableTill) => ResultAsync<TransactionView, TillError>, Transaction["state"]]>([
    [
      "a sale",
      silent("provisionVoucher"),
      (till) => till.provision(provisionRequest()).map((sale): TransactionView => sale),
      "requesting",
    ],
    [
      "the same sale, asked for twice",
      silent("provisionVoucher"),
      (till) =>
        ResultAsync.combine([till.provision(provisionRequest()), till.provision(provisionRequest())]).map(
          ([, second]): TransactionView => second,
        ),
      "requesting",
    ],
    [
      "a lookup",
      silent("lookupVoucher"),
      (till) => till.lookUp(voucherLookup, { id: uuid(1) }).map((redemption): TransactionView => redemption),
      "lookingUp",
    ],
    [
      "a redemption",
      silent("redeemVoucher"),
      (till) =>
        till
          .lookUp(voucherLookup, { id: uuid(1) })
          .andThen(() => till.redeem(redemptionRequest()))
          .map((redemption): TransactionView => redemption),
      "redeeming",
    ],
  ])("given %s, then it resolves with the transaction as it is stored", async (_, script, call, state) => {
    const testTill = createTestTill({ script });
    const till = await testTill.open({ stopTimeoutMs: 2_000 });
    const calling = call(till);
    await testTill.clock.advance(1_000);

    await testTill.settled(till.stop());

    expect(testTill.clock.now()).toBe(OPENS_AT + 3_000);
    expect((await testTill.done(calling)).state).toBe(state);
  });

  test("given a question about a redemption, then it gets no response", async () => {
    const testTill = createTestTill({ script: silent("lookupRedemption") });
    const till = await testTill.open();
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }).andThen(() => till.cancel(uuid(1))));
    const asking = till.lookUpRedemption(uuid(1));
    await testTill.clock.advance(1_000);

    await testTill.settled(till.stop());

    expect(await testTill.done(asking)).toEqual({ outcome: "cannotTellYet", reason: "noResponse", cause: "stopped" });
  });

  test("given a store that does not answer either, then the till stops all the same", async () => {
    const testTill = createTestTill({ script: silent("provisionVoucher") });
    const own = testTill.outbox.connect();
    let isHanging = false;
    const till = await testTill.open({
      stopTimeoutMs: 2_000,
      outbox: {
        ...own,
        load: (id) => (isHanging ? ResultAsync.fromSafePromise(new Promise(() => undefined)) : own.load(id)),
      },
    });
    void till.provision(provisionRequest()).unwrapOr("nobody can tell");
    await testTill.clock.advance(1_000);
    isHanging = true;

    await testTill.settled(till.stop());

    expect(testTill.clock.now()).toBe(OPENS_AT + 4_000);
  });

  test("given an outbox that is closed then, and a response that comes later, then no alert says so", async () => {
    const testTill = createTestTill({ script: first("provisionVoucher", { afterMs: 20_000 }) });
    const own = testTill.outbox.connect();
    const till = await testTill.open({ stopTimeoutMs: 1_000, outbox: own });
    const selling = till.provision(provisionRequest());
    await testTill.clock.advance(1_000);

    await testTill.settled(till.stop());
    expect((await testTill.done(selling)).state).toBe("requesting");
    unwrap(await own.close());
    await testTill.clock.advance(60_000);

    expect(testTill.events.filter(({ type }) => type === "alert")).toEqual([]);
  });
});

describe("a till that has stopped", () => {
  test("takes no more calls, and says so", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.settled(till.stop());
    const commits = testTill.outbox.count("commit");

    const calls = [
      till.provision(provisionRequest()),
      till.lookUp(voucherLookup),
      till.lookUp({ provisionRequestId: uuid(2) }),
      till.lookUpAgain(uuid(1)),
      till.redeem(redemptionRequest()),
      till.confirm(uuid(1), tenders),
      till.confirmRedemption(uuid(1)),
      till.cancel(uuid(1)),
      till.resend(uuid(1), { by: "Thandi", reason: "Electrum has mended it" }),
      till.resolve(uuid(1), { resolution: "confirmed", by: "Thandi", reason: "mended" }),
      till.find(uuid(1)),
      till.finalized(uuid(1)),
      till.lookUpRedemption(uuid(1)),
      till.lookUpProvision(uuid(1)),
      till.inquireBalance(voucherLookup),
      till.inquireBalance({ provisionRequestId: uuid(2) }),
    ];
    const errors = await Promise.all(calls.map((call) => testTill.failed<unknown, unknown>(call)));

    expect(errors).toEqual(calls.map(() => ({ type: "stopped" })));
    expect(testTill.outbox.count("commit")).toBe(commits);
    expect(testTill.operations()).toEqual([]);
  });

  test("looks at the outbox no more", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.settled(till.stop());
    const claims = testTill.outbox.count("claim");

    till.forwarder.resume();
    await testTill.clock.advance(24 * 60 * 60_000);

    expect(testTill.outbox.count("claim")).toBe(claims);
    expect(till.forwarder.status()).toBe("stopped");
    expect(testTill.events).toEqual([{ type: "forwarder", status: "stopped", at: OPENS_AT }]);
  });

  test("may be stopped again", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    await testTill.settled(Promise.all([till.stop(), till.stop()]));
    await testTill.settled(till.stop());

    expect(till.forwarder.status()).toBe("stopped");
  });

  test("given an outbox that fails, then it stops all the same, and a person is alerted", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.clock.advance(0);
    testTill.outbox.fail(() => "unavailable");

    await testTill.settled(till.stop());

    expect(testTill.events.at(-1)).toMatchObject({ type: "alert", alert: { reason: "outboxUnavailable" } });
  });

  test("leaves no timer of the system behind", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const till = await startTill({
      electrum: { send: (message) => okAsync(successResponse(message)), close: () => {} },
      outbox: createMemoryOutbox(),
      policy: policyOf({ decisionDeadlineMs: 60_000 }),
    });
    expect(unwrap(await till.provision(provisionRequest())).state).toBe("issued");
    expect(timers()).toBeGreaterThan(before);

    await till.stop();

    expect(timers()).toBe(before);
  });
});
