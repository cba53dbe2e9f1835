import { toView } from "@electrum-vouchers/core";
import {
  cents,
  CLIENT,
  errorResponse,
  htmlResponse,
  jsonResponse,
  never,
  type Outcome,
  provisionRequest,
  receiver,
  redemptionRequest,
  type Script,
  secrets,
  unreachable,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { alertsOf, createTestTill, type KillableTill, OPENS_AT, type TestTill } from "../test/test-till.ts";

/** The answers to one operation, one after the other; then, and to all else, it goes well. */
const answers =
  (asked: string, ...outcomes: readonly Outcome[]): Script =>
  ({ operation }, nth) =>
    operation === asked ? outcomes[nth] : undefined;

/** A sale that ends with its approval. */
const sell = async (testTill: TestTill, till: KillableTill) =>
  testTill.done(till.provision(provisionRequest(uuid(1), { receiver: receiver("Netcare") })));

/** A redemption that ends with its approval. */
async function redeem(testTill: TestTill, till: KillableTill) {
  await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
  return testTill.done(till.redeem(redemptionRequest(uuid(1))));
}

const unavailable: Outcome = { response: errorResponse(503, "UPSTREAM_UNAVAILABLE") };

describe("a balance inquiry", () => {
  const found: Outcome = {
    response: jsonResponse(200, {
      voucher: {
        code: secrets.code,
        pin: { type: "CLEAR_PIN", pin: secrets.pin },
        serialNumber: "S-1",
        expiryDate: "2027-01-01T00:00:00Z",
      },
      amounts: { approvedAmount: cents(10_000), balanceAmount: cents(2_500) },
      product: { productId: "GAME100" },
    }),
  };

  test("gives what may be said of the voucher, without its code and its pin", async () => {
    const testTill = createTestTill({ script: answers("lookupVoucher", found) });
    const till = await testTill.open();

    const status = await testTill.done(till.inquireBalance(voucherLookup));

    expect(status).toEqual({
      outcome: "found",
      response: {
        voucher: { serialNumber: "S-1", expiryDate: "2027-01-01T00:00:00Z" },
        amounts: { approvedAmount: cents(10_000), balanceAmount: cents(2_500) },
        product: { productId: "GAME100" },
      },
    });
  });

  test("opens no transaction, stores nothing, and is told of with its client and terminal", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ clients: [CLIENT] });

    await testTill.done(till.inquireBalance(voucherLookup, { terminal: "TILL0001" }));

    expect(testTill.outbox.count("commit")).toBe(0);
    expect(testTill.events).toMatchObject([
      { type: "sent", operation: "lookupVoucher", attempt: 0, client: CLIENT, terminal: "TILL0001" },
      { type: "answered", operation: "lookupVoucher", outcome: { status: 200 } },
    ]);
    expect(JSON.stringify(testTill.events)).not.toContain(secrets.code);
  });

  test("given that Electrum knows no such voucher, then it is not found, and the error's texts are masked", async () => {
    const script = answers("lookupVoucher", { response: errorResponse(404, "UNABLE_TO_LOCATE_RECORD") });
    const testTill = createTestTill({ script });
    const till = await testTill.open();

    const status = await testTill.done(till.inquireBalance({ voucherCode: secrets.code }));

    expect(status).toMatchObject({ outcome: "notFound", error: { errorType: "UNABLE_TO_LOCATE_RECORD" } });
    expect(JSON.stringify(status)).not.toContain(secrets.code);
  });

  test("given a lookup that names no voucher, or another client, then it is refused and not sent", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ clients: [CLIENT] });

    for (const call of [till.inquireBalance({}), till.inquireBalance(voucherLookup, { client: "another" })])
      expect(await testTill.failed(call)).toMatchObject({ refusal: { type: "invalidMessage" } });
    expect(testTill.operations()).toEqual([]);
  });

  test("given an open sale of ours, then it is refused", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await sell(testTill, till);

    expect(await testTill.failed(till.inquireBalance({ provisionRequestId: uuid(1) }))).toMatchObject({
      type: "lookupTooEarly",
    });
  });
});

describe("asking Electrum about a sale of ours", () => {
  test("given that it is open, then the question is refused", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await sell(testTill, till);

    expect(await testTill.failed(till.lookUpProvision(uuid(1)))).toEqual({ type: "lookupTooEarly", state: "issued" });
    expect(testTill.operations()).not.toContain("lookupVoucher");
  });

  test("given that it is over, then Electrum is asked at its provider, and nothing changes", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    const sale = await sell(testTill, till);

    const status = await testTill.done(till.lookUpProvision(uuid(1)));

    expect(status).toEqual({ outcome: "processed", result: "approved", response: { voucher: {} } });
    expect(testTill.electrum.sent.at(-1)?.message).toEqual({
      operation: "lookupVoucher",
      message: { provisionRequestId: uuid(1), receiverInstId: "Netcare" },
    });
    expect(toView(await testTill.stored(uuid(1)))).toEqual(sale);
  });

  test("given that it is disputed, then it may be looked up", async () => {
    const testTill = createTestTill({
      script: (outgoing) =>
        outgoing.operation === "confirmVoucher"
          ? { response: jsonResponse(400, { id: outgoing.message.id, errorType: "VOUCHER_ALREADY_REVERSED" }) }
          : undefined,
    });
    const till = await testTill.open();
    await sell(testTill, till);
    await testTill.done(till.confirm(uuid(1), []));
    await testTill.until(uuid(1), "disputed");

    expect(await testTill.done(till.lookUpProvision(uuid(1)))).toMatchObject({ outcome: "processed" });
  });

  test("given a redemption, then it is refused", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await redeem(testTill, till);

    expect(await testTill.failed(till.lookUpProvision(uuid(1)))).toMatchObject({ refusal: { type: "wrongKind" } });
  });
});

describe("asking Electrum about a redemption of ours", () => {
  test("given that it is open, then the question is refused", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await redeem(testTill, till);

    expect(await testTill.failed(till.lookUpRedemption(uuid(1)))).toEqual({
      type: "lookupTooEarly",
      state: "redeemed",
    });
    expect(testTill.operations()).not.toContain("lookupRedemption");
  });

  test("given that it is over, then Electrum's response is read, and changes nothing", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    const redemption = await redeem(testTill, till);

    const status = await testTill.done(till.lookUpRedemption(uuid(1)));

    expect(status).toMatchObject({ outcome: "processed", result: "approved" });
    expect(JSON.stringify(status)).not.toContain(secrets.code);
    expect(toView(await testTill.stored(uuid(1)))).toEqual(redemption);
  });
});

describe("a question that is not answered", () => {
  const asking = (...outcomes: readonly Outcome[]) =>
    createTestTill({ lookupRetries: 2, script: answers("lookupVoucher", ...outcomes) });

  test("is repeated with the policy's backoff, until it is", async () => {
    const testTill = asking(unreachable, unavailable);
    const till = await testTill.open();

    expect(await testTill.done(till.inquireBalance(voucherLookup))).toMatchObject({ outcome: "found" });
    expect(testTill.operations()).toEqual(["lookupVoucher", "lookupVoucher", "lookupVoucher"]);
    expect(testTill.clock.now()).toBeGreaterThan(OPENS_AT);
  });

  test("is repeated as often as the policy says, and then says why there is no answer", async () => {
    const testTill = asking(unavailable, unavailable, unreachable);
    const till = await testTill.open();

    expect(await testTill.done(till.inquireBalance(voucherLookup))).toEqual({
      outcome: "cannotTellYet",
      reason: "noResponse",
      cause: "unreachable",
    });
    expect(testTill.operations()).toHaveLength(3);
  });

  test("has a deadline for each attempt", async () => {
    const testTill = createTestTill({
      replyDeadlineMs: 5_000,
      lookupRetries: 0,
      script: answers("lookupVoucher", never),
    });
    const till = await testTill.open();

    expect(await testTill.done(till.inquireBalance(voucherLookup))).toMatchObject({ cause: "deadline" });
    expect(testTill.clock.now()).toBe(OPENS_AT + 5_000);
  });

  test("keeps no customer longer than the policy lets one wait", async () => {
    const testTill = createTestTill({ customerWaitMs: 3_000, script: answers("lookupVoucher", never, never) });
    const till = await testTill.open();

    expect(await testTill.done(till.inquireBalance(voucherLookup))).toMatchObject({ cause: "deadline" });
    expect(testTill.clock.now()).toBe(OPENS_AT + 3_000);
    expect(testTill.operations()).toEqual(["lookupVoucher"]);
  });

  test.each<[string, Outcome, string]>([
    ["still being processed", { response: { status: 102, body: "" } }, "stillProcessing"],
    ["refused credentials", { response: { status: 401, body: "" } }, "notAuthorised"],
    ["a refused question", { response: errorResponse(400, "FORMAT_ERROR") }, "refused"],
  ])("is not repeated, given %s", async (_, outcome, reason) => {
    const testTill = asking(outcome);
    const till = await testTill.open();

    expect(await testTill.done(till.inquireBalance(voucherLookup))).toMatchObject({ outcome: "cannotTellYet", reason });
    expect(testTill.operations()).toEqual(["lookupVoucher"]);
  });
});

describe("what the answers to questions say about the way to Electrum", () => {
  const foreign: Outcome = { response: htmlResponse(403) };
  const salesAreForeign: Script = ({ operation }) => (operation === "provisionVoucher" ? foreign : undefined);

  const sellNth = async (testTill: TestTill, till: KillableTill, nth: number): Promise<string> =>
    (await testTill.settled(till.provision(provisionRequest(uuid(nth))))).match(
      ({ state }) => state,
      ({ type }) => type,
    );

  test("given foreign ones, then they never count: new sales begin, and no alert is raised", async () => {
    const testTill = createTestTill({
      lookupRetries: 0,
      script: answers("lookupVoucher", foreign, foreign, foreign, foreign),
    });
    const till = await testTill.open();

    for (let n = 0; n < 4; n += 1)
      expect(await testTill.done(till.inquireBalance(voucherLookup))).toMatchObject({ reason: "notElectrum" });

    expect(await sellNth(testTill, till, 1)).toBe("issued");
    expect(alertsOf(testTill)).toEqual([]);
  });

  test("given one of Electrum's, then new sales begin again", async () => {
    const testTill = createTestTill({ retries: 0, script: salesAreForeign });
    const till = await testTill.open();
    for (const nth of [1, 2, 3]) await sellNth(testTill, till, nth);
    expect(await sellNth(testTill, till, 4)).toBe("notElectrum");
    testTill.electrum.follow(() => undefined);

    await testTill.done(till.inquireBalance(voucherLookup));

    expect(await sellNth(testTill, till, 4)).toBe("issued");
  });
});
