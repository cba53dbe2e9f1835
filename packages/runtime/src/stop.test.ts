import { createMemoryOutbox } from "@electrum-vouchers/testkit";
import { okAsync, ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import {
  failure,
  policyOf,
  provisionRequest,
  redemptionRequest,
  success,
  tenders,
  uuid,
  voucherLookup,
} from "../test/messages.ts";
import { valueOf } from "../test/outcome.ts";
import { queueConfirmations } from "../test/queued.ts";
import { never, type Outcome, type Script } from "../test/scripted-electrum.ts";
import { createShop, OPENS_AT } from "../test/shop.ts";
import { startTill } from "./index.ts";

const first =
  (wanted: string, outcome: Outcome): Script =>
  ({ operation }, nth) =>
    operation === wanted && nth === 0 ? outcome : undefined;

describe("what is under way is finished, or left to recovery", () => {
  test("given a request that is answered soon, then its call ends as ever, and then the till stops", async () => {
    const shop = createShop({ script: first("provisionVoucher", { afterMs: 2_000 }) });
    const till = await shop.open({ stopWithinMs: 5_000 });
    const selling = till.provision(provisionRequest());
    await shop.clock.advance(1_000);

    await shop.settled(till.stop());

    expect(shop.clock.now()).toBe(OPENS_AT + 2_000);
    expect((await shop.done(selling)).state).toBe("issued");
  });

  test("given a request that is not, then the till stops without it, and the next one recovers it", async () => {
    const shop = createShop({ script: first("provisionVoucher", never) });
    const till = await shop.open({ worker: "one", stopWithinMs: 5_000 });
    const selling = till.provision(provisionRequest());
    await shop.clock.advance(1_000);

    await shop.settled(till.stop());
    expect(shop.clock.now()).toBe(OPENS_AT + 6_000);
    till.kill();
    expect(selling).toBeDefined();

    await shop.open({ worker: "other" });
    await shop.until(uuid(1), "issued");
    expect(shop.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given a retry that is waited for, then it is not waited for any longer, and the next till sends it", async () => {
    const shop = createShop({ script: first("provisionVoucher", { answer: failure(500, "GENERAL_ERROR") }) });
    const till = await shop.open();
    const selling = till.provision(provisionRequest());
    await shop.until(uuid(1), "waitingToRetry");
    const at = shop.clock.now();

    await shop.settled(till.stop());
    expect((await shop.done(selling)).state).toBe("waitingToRetry");
    expect(shop.clock.now()).toBe(at);

    await shop.open();
    await shop.until(uuid(1), "issued");
    expect(shop.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given advices under way, then they are settled, and no more are taken up", async () => {
    const shop = createShop({ script: () => ({ afterMs: 1_000 }) });
    const ids = await queueConfirmations(shop.outbox, 20, OPENS_AT);
    const till = await shop.open({ forwarding: { inFlight: 4 } });
    await shop.clock.advance(500);

    await shop.settled(till.stop());
    const statesAtStop = await Promise.all(ids.map(async (id) => (await shop.stored(id)).state));
    await shop.clock.advance(60 * 60_000);

    expect(statesAtStop.filter((state) => state === "confirmed")).toHaveLength(4);
    expect(shop.electrum.sent).toHaveLength(4);
  });

  test("given a claim under way, then what it brings is not taken up, and given back to the next till", async () => {
    const shop = createShop();
    const [id = uuid(0)] = await queueConfirmations(shop.outbox, 1, OPENS_AT);
    const till = await shop.open({
      worker: "one",
      outbox: {
        ...shop.outbox,
        claim: (request) =>
          ResultAsync.fromSafePromise(shop.clock.sleep(1_000)).andThen(() => shop.outbox.claim(request)),
      },
    });

    await shop.settled(till.stop());
    expect(shop.operations()).toEqual([]);

    await shop.open({ worker: "other" });
    await shop.clock.advance(0);
    expect((await shop.stored(id)).state).toBe("confirmed");
  });

  test("given advices that hang, then their leases are given back, and the next till sends them again at once", async () => {
    const shop = createShop({ script: first("confirmVoucher", never) });
    const [id = uuid(0)] = await queueConfirmations(shop.outbox, 1, OPENS_AT);
    const till = await shop.open({ worker: "one" });
    await shop.clock.advance(1_000);
    await shop.settled(till.stop());
    const at = shop.clock.now();

    await shop.open({ worker: "other" });
    await shop.until(id, "confirmed");

    expect(shop.clock.now()).toBe(at);
  });
});

describe("a till that has stopped", () => {
  test("takes no more calls, and says so", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.settled(till.stop());
    const commits = shop.outbox.count("commit");

    const calls = [
      till.provision(provisionRequest()),
      till.lookUp(voucherLookup),
      till.lookUp({ provisionRequestId: uuid(2) }),
      till.lookUpAgain(uuid(1)),
      till.redeem(redemptionRequest()),
      till.confirm(uuid(1), tenders),
      till.confirmRedemption(uuid(1)),
      till.cancel(uuid(1)),
      till.resend(uuid(1)),
      till.resolve(uuid(1), { as: "confirmed", by: "Thandi", why: "" }),
      till.find(uuid(1)),
      till.lookUpRedemption(uuid(1)),
    ];
    const errors = await Promise.all(calls.map((call) => shop.failed<unknown, unknown>(call)));

    expect(errors).toEqual(calls.map(() => ({ type: "stopped" })));
    expect(shop.outbox.count("commit")).toBe(commits);
    expect(shop.operations()).toEqual([]);
  });

  test("looks at the outbox no more", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.settled(till.stop());
    const claims = shop.outbox.count("claim");

    till.forwarder.resume();
    await shop.clock.advance(24 * 60 * 60_000);

    expect(shop.outbox.count("claim")).toBe(claims);
    expect(till.forwarder.status()).toBe("stopped");
    expect(shop.events).toEqual([{ type: "forwarder", status: "stopped", at: OPENS_AT }]);
  });

  test("may be stopped again", async () => {
    const shop = createShop();
    const till = await shop.open();

    await shop.settled(Promise.all([till.stop(), till.stop()]));
    await shop.settled(till.stop());

    expect(till.forwarder.status()).toBe("stopped");
  });

  test("given an outbox that fails, then it stops all the same, and a person is alerted", async () => {
    const shop = createShop();
    const till = await shop.open();
    await shop.clock.advance(0);
    shop.outbox.fail(() => "unavailable");

    await shop.settled(till.stop());

    expect(shop.events.at(-1)).toMatchObject({ type: "alert", alert: { reason: "outboxUnavailable" } });
  });

  test("leaves no timer of the system behind", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const till = await startTill({
      electrum: { send: (outgoing) => okAsync(success(outgoing)), close: () => {} },
      outbox: createMemoryOutbox(),
      policy: policyOf({ decisionDeadlineMs: 60_000 }),
    });
    expect(valueOf(await till.provision(provisionRequest())).state).toBe("issued");
    expect(timers()).toBeGreaterThan(before);

    await till.stop();

    expect(timers()).toBe(before);
  });
});
