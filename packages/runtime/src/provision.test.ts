import { canHandOver, netcare, stellr } from "@electrum-vouchers/core";
import {
  cents,
  errorResponse,
  never,
  policyOf,
  provisionRequest,
  type Script,
  secrets,
  tenders,
  uuid,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, OPENS_AT } from "../test/test-till.ts";

/** The first `count` requests get no answer. */
const silentFor =
  (count: number): Script =>
  ({ operation }, nth) =>
    (operation === "provisionVoucher" ? nth : operation === "retryProvisionVoucher" ? nth + 1 : count) < count
      ? never
      : undefined;

describe("a sale in dual messaging", () => {
  test("given an approval and a paid sale, then it is confirmed, and the voucher handed over", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    const sale = await testTill.done(till.provision(provisionRequest()));
    expect(sale.state).toBe("issued");
    expect(canHandOver(sale)).toBe(false);

    const sold = await testTill.done(till.confirm(sale.id, tenders));
    expect(canHandOver(sold)).toBe(true);
    expect((await testTill.done(till.handOver(sale.id))).voucher?.code).toBe(secrets.code);

    await testTill.clock.advance(0);
    expect(await testTill.stored(sale.id)).toMatchObject({ state: "confirmed", acknowledgement: "accepted" });
    expect(testTill.operations()).toEqual(["provisionVoucher", "confirmVoucher"]);
  });

  test("given an approval and a customer who walks away, then it is reversed", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    const sale = await testTill.done(till.provision(provisionRequest()));

    expect(await testTill.done(till.cancel(sale.id))).toMatchObject({ state: "reversing", decision: { by: "till" } });

    await testTill.clock.advance(0);
    expect(await testTill.stored(sale.id)).toMatchObject({ state: "reversed" });
    expect(testTill.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
  });

  test("given an approval and no decision in time, then the policy's deadline reverses it", async () => {
    const testTill = createTestTill({ decisionDeadlineMs: 120_000 });
    const till = await testTill.open();
    const sale = await testTill.done(till.provision(provisionRequest()));

    await testTill.clock.advance(119_000);
    expect((await testTill.stored(sale.id)).state).toBe("issued");
    await testTill.clock.advance(2_000);

    expect(await testTill.stored(sale.id)).toMatchObject({ state: "reversed", decision: { by: "deadline" } });
    expect(await testTill.failed(till.confirm(sale.id, tenders))).toMatchObject({
      type: "refused",
      refusal: { type: "alreadyDecided", decision: { outcome: "reverse", by: "deadline" } },
    });
  });

  test("given a confirmation in time, then the decision deadline does nothing", async () => {
    const testTill = createTestTill({ decisionDeadlineMs: 120_000 });
    const till = await testTill.open();
    const sale = await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(sale.id, tenders));

    await testTill.clock.advance(300_000);

    expect((await testTill.stored(sale.id)).state).toBe("confirmed");
  });
});

test("given single messaging, then an approval completes the sale, and nothing more is sent", async () => {
  const testTill = createTestTill({ messaging: "single" });
  const till = await testTill.open();

  const sale = await testTill.done(till.provision(provisionRequest()));

  expect(sale.state).toBe("completed");
  await testTill.clock.advance(600_000);
  expect(testTill.operations()).toEqual(["provisionVoucher"]);
});

describe("an outcome that stays unknown", () => {
  test("given a time-out at the till, then a retry brings the voucher, with the original message unchanged", async () => {
    const testTill = createTestTill({ script: silentFor(1) });
    const till = await testTill.open();

    const sale = await testTill.done(till.provision(provisionRequest()));

    expect(sale.state).toBe("issued");
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
    const [first, retry] = testTill.electrum.sent;
    expect(retry?.message.message).toEqual(first?.message.message);
  });

  test("given an unknown outcome upstream, then a retry brings the voucher", async () => {
    const testTill = createTestTill({
      script: ({ operation }) =>
        operation === "provisionVoucher" ? { response: errorResponse(504, "UPSTREAM_UNAVAILABLE") } : undefined,
    });
    const till = await testTill.open();

    expect((await testTill.done(till.provision(provisionRequest()))).state).toBe("issued");
  });

  test("given that all retries time out, then the call ends with the reversal, which waits for no one", async () => {
    const testTill = createTestTill({ script: silentFor(4), retries: 3 });
    const till = await testTill.open();

    const sale = await testTill.done(till.provision(provisionRequest()));

    expect(sale).toMatchObject({ state: "reversing", decision: { by: "protocol" } });
    await testTill.clock.advance(1_000);
    expect(await testTill.stored(sale.id)).toMatchObject({ state: "reversed" });
    expect(testTill.operations()).toEqual([
      "provisionVoucher",
      "retryProvisionVoucher",
      "retryProvisionVoucher",
      "retryProvisionVoucher",
      "reverseVoucher",
    ]);
  });

  test("given a connection that broke at once, then the reversal waits until no attempt can be under way", async () => {
    const testTill = createTestTill({
      retries: 0,
      script: ({ operation }) => (operation === "provisionVoucher" ? { noResponse: "interrupted" } : undefined),
    });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));

    await testTill.clock.advance(59_000);
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
    await testTill.clock.advance(2_000);

    const [, reversal] = testTill.electrum.sent;
    expect(reversal).toMatchObject({ operation: "reverseVoucher", at: OPENS_AT + 60_000 });
  });

  test("given a hard decline of a retry, then it is reversed: the first attempt is still unknown", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => {
        if (operation === "provisionVoucher") return never;
        return operation === "retryProvisionVoucher"
          ? { response: errorResponse(404, "UNABLE_TO_LOCATE_RECORD") }
          : undefined;
      },
    });
    const till = await testTill.open();

    expect((await testTill.done(till.provision(provisionRequest()))).state).toBe("reversing");
    await testTill.clock.advance(1_000);
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher", "reverseVoucher"]);
  });

  test.each([netcare, stellr])("given $name, which takes no retries, then it is reversed at once", async (provider) => {
    const testTill = createTestTill({ provider, script: silentFor(1) });
    const till = await testTill.open();

    expect((await testTill.done(till.provision(provisionRequest()))).state).toBe("reversing");
    await testTill.clock.advance(1_000);

    expect(testTill.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
    const { reconciliation } = await testTill.stored(uuid(1));
    expect(reconciliation.map(({ reason }) => reason)).toEqual(
      provider.takesReversals ? [] : ["providerTakesNoReversals"],
    );
  });

  test("given a bound on the customer's whole wait, then no attempt outlasts it", async () => {
    const testTill = createTestTill({ customerWaitMs: 90_000, script: silentFor(9) });
    const till = await testTill.open();

    const sale = await testTill.done(till.provision(provisionRequest()));

    expect(sale.state).toBe("reversing");
    expect(testTill.clock.now()).toBeLessThanOrEqual(OPENS_AT + 90_100);
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher", "reverseVoucher"]);
  });
});

test("given a hard decline of the first request, then nothing is owed, and nothing more is sent", async () => {
  const testTill = createTestTill({ script: () => ({ response: errorResponse(400, "DO_NOT_HONOUR") }) });
  const till = await testTill.open();

  const sale = await testTill.done(till.provision(provisionRequest()));

  expect(sale).toMatchObject({ state: "declined", error: { errorType: "DO_NOT_HONOUR" } });
  await testTill.clock.advance(600_000);
  expect(testTill.operations()).toEqual(["provisionVoucher"]);
});

describe("cancelled before the outcome is known", () => {
  test("given an attempt under way, then its approval is reversed, and the customer's call says so", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "provisionVoucher" ? { afterMs: 5_000 } : undefined),
    });
    const till = await testTill.open();
    const selling = till.provision(provisionRequest());
    await testTill.clock.advance(1_000);

    expect(await testTill.done(till.cancel(uuid(1)))).toMatchObject({
      state: "requesting",
      cancelledAt: OPENS_AT + 1_000,
    });

    expect(await testTill.done(selling)).toMatchObject({ state: "reversing", decision: { by: "till" } });
    await testTill.clock.advance(0);
    expect(testTill.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
  });

  test("given a retry that is waited for, then it is not sent any more", async () => {
    const testTill = createTestTill({
      script: ({ operation }) =>
        operation === "provisionVoucher" ? { response: errorResponse(500, "GENERAL_ERROR") } : undefined,
      retryBackoff: { initialMs: 10_000, multiplier: 1, maxMs: 10_000 },
    });
    const till = await testTill.open();
    const selling = till.provision(provisionRequest());
    await testTill.clock.advance(1_000);
    expect((await testTill.stored(uuid(1))).state).toBe("waitingToRetry");

    expect((await testTill.done(till.cancel(uuid(1)))).state).toBe("reversing");

    expect((await testTill.done(selling)).state).toBe("reversed");
    expect(testTill.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
  });
});

describe("starting twice is harmless", () => {
  const slow: Script = ({ operation }) => (operation === "provisionVoucher" ? { afterMs: 5_000 } : undefined);

  test("given a finished sale, then the same request gives it, and nothing is sent", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    const first = await testTill.done(till.provision(provisionRequest()));

    const second = await testTill.done(till.provision(provisionRequest()));

    expect(second).toEqual(first);
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
  });

  test("given a sale that is under way here, then the same request joins it and gets its outcome", async () => {
    const testTill = createTestTill({ script: slow });
    const till = await testTill.open();
    const first = till.provision(provisionRequest());
    await testTill.clock.advance(1_000);

    const second = await testTill.done(till.provision(provisionRequest()));

    expect(second.state).toBe("issued");
    expect(await testTill.done(first)).toEqual(second);
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
  });

  test("given several calls at the same moment, then one sends, and all get its outcome", async () => {
    const testTill = createTestTill({ script: slow });
    const till = await testTill.open();
    const calls = Array.from({ length: 5 }, () => till.provision(provisionRequest()));

    const sales = await Promise.all(calls.map((call) => testTill.done(call)));

    expect(new Set(sales.map(({ state }) => state))).toEqual(new Set(["issued"]));
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
  });

  test("given a sale that another process began, then the same request gives it as it stands", async () => {
    const testTill = createTestTill({ script: slow });
    const [here, elsewhere] = [await testTill.open(), await testTill.open()];
    const selling = elsewhere.provision(provisionRequest());
    await testTill.clock.advance(1_000);

    expect((await testTill.done(here.provision(provisionRequest()))).state).toBe("requesting");
    expect((await testTill.done(selling)).state).toBe("issued");
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
  });

  test("given another request under the same id, then it is refused, and shown what exists", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    const first = await testTill.done(till.provision(provisionRequest()));

    const error = await testTill.failed(
      till.provision(provisionRequest(uuid(1), { amounts: { requestAmount: cents(20_000) } })),
    );

    expect(error).toEqual({ type: "idInUse", transaction: first });
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
  });

  test("given two requests under one id at the same moment, then one of them is sold", async () => {
    const testTill = createTestTill({ script: slow });
    const till = await testTill.open();
    const [one, other] = [
      till.provision(provisionRequest()),
      till.provision(provisionRequest(uuid(1), { amounts: { requestAmount: cents(20_000) } })),
    ];

    expect((await testTill.failed(other)).type).toBe("idInUse");
    expect((await testTill.done(one)).state).toBe("issued");
    expect(testTill.operations()).toEqual(["provisionVoucher"]);
  });
});

describe("a call that fails says what to do", () => {
  test("given a request that breaks Electrum's schema, then every fault is named, and nothing stored or sent", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    const error = await testTill.failed(till.provision({ ...provisionRequest("not-a-uuid"), time: "today" }));

    const faults = error.type === "refused" && error.refusal.type === "invalidMessage" ? error.refusal.faults : [];
    expect(new Set(faults.map(({ path }) => path))).toEqual(new Set(["id", "time"]));
    expect(testTill.outbox.count("commit")).toBe(0);
    expect(testTill.operations()).toEqual([]);
  });

  test("given an outbox that takes nothing, then nothing is sent, and calling again is harmless", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    testTill.outbox.fail((call) => (call === "commit" ? "unavailable" : undefined));

    expect(await testTill.failed(till.provision(provisionRequest()))).toMatchObject({ type: "outboxUnavailable" });
    expect(testTill.operations()).toEqual([]);

    testTill.outbox.fail(() => undefined);
    expect((await testTill.done(till.provision(provisionRequest()))).state).toBe("issued");
  });

  test("given an outbox that fails after the response, then the sale is recovered by itself", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    testTill.outbox.fail((call, nth) => (call === "commit" && nth === 1 ? "unavailable" : undefined));

    expect(await testTill.failed(till.provision(provisionRequest()))).toMatchObject({ type: "outboxUnavailable" });
    expect((await testTill.stored(uuid(1))).state).toBe("requesting");

    await testTill.clock.advance(300_000);
    expect((await testTill.stored(uuid(1))).state).toBe("issued");
    expect(testTill.operations()).toEqual(["provisionVoucher", "retryProvisionVoucher"]);
  });

  test("given an unknown id, then the call says so", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();

    const error = { type: "unknownTransaction", id: uuid(9) };
    expect(await testTill.failed(till.confirm(uuid(9), tenders))).toEqual(error);
    expect(await testTill.failed(till.cancel(uuid(9)))).toEqual(error);
    expect(await testTill.failed(till.find(uuid(9)))).toEqual(error);
  });

  test("given a call for the other kind of transaction, then it is refused", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    const sale = await testTill.done(till.provision(provisionRequest()));

    expect(await testTill.failed(till.confirmRedemption(sale.id))).toMatchObject({ refusal: { type: "wrongKind" } });
    expect(await testTill.failed(till.lookUpRedemption(sale.id))).toMatchObject({ refusal: { type: "wrongKind" } });
    expect((await testTill.stored(sale.id)).state).toBe("issued");
  });
});

test("given a policy chosen for each request, then each sale keeps its own", async () => {
  const testTill = createTestTill();
  const till = await testTill.open({
    policy: (subject) =>
      "provision" in subject && subject.provision.id === uuid(1) ? policyOf({ messaging: "single" }) : policyOf(),
  });

  expect((await testTill.done(till.provision(provisionRequest(uuid(1))))).state).toBe("completed");
  expect((await testTill.done(till.provision(provisionRequest(uuid(2))))).state).toBe("issued");
});
