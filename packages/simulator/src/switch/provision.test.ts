import { describe, expect, test } from "vitest";
import {
  confirmation,
  netcareReceiver,
  provision,
  redemption,
  reversal,
  stellrReceiver,
  USER,
  uuid,
} from "../../test/messages.ts";
import { createInProcessTill } from "../../test/in-process-till.ts";
import { textAt } from "../../test/http-till.ts";

const ID = uuid(1);
const RETRY = `/vouchers/${ID}/retry`;

describe("retryProvisionVoucher", () => {
  test("returns the voucher that was issued", () => {
    const till = createInProcessTill();
    const first = till.post("/vouchers", provision(ID));
    const retried = till.post(RETRY, provision(ID));
    expect(retried).toEqual({ ...first, status: 200 });
  });

  test("issues a voucher now, if the request never arrived", () => {
    const till = createInProcessTill();
    expect(till.post(RETRY, provision(ID)).status).toBe(201);
    expect(till.transaction(ID)).toMatchObject({ state: "open", voucherState: "PROVISIONED" });
  });

  test("issues a voucher now, if the provider was down", () => {
    const till = createInProcessTill();
    till.setProvider("standard", { state: "down" });
    expect(till.post("/vouchers", provision(ID))).toMatchObject({
      status: 503,
      body: { errorType: "UPSTREAM_UNAVAILABLE" },
    });
    expect(till.transaction(ID)).toMatchObject({ state: "unknown", providerState: "notReceived" });
    till.setProvider("standard", { state: "up" });
    expect(till.post(RETRY, provision(ID)).status).toBe(201);
    expect(till.world().issued).toBe(1);
  });

  test("returns the voucher of a provider that responded too late", () => {
    const till = createInProcessTill({ upstreamDeadlineMs: 100 });
    till.setProvider("standard", { state: "slow", delayMs: 100 });
    expect(till.post("/vouchers", provision(ID))).toMatchObject({
      status: 504,
      body: { errorType: "UPSTREAM_UNAVAILABLE" },
    });
    expect(till.delayMs()).toBe(100);
    expect(till.transaction(ID)).toMatchObject({ state: "unknown", providerState: "approved" });
    const code = till.transaction(ID)?.voucherCode;
    till.setProvider("standard", { state: "up" });
    expect(textAt(till.post(RETRY, provision(ID)).body, "voucher.code")).toBe(code);
    expect(till.world().issued).toBe(1);
  });

  test("stays unknown while the provider does not respond, however often it is repeated", () => {
    const till = createInProcessTill({ upstreamDeadlineMs: 100 });
    till.setProvider("standard", { state: "slow", delayMs: 500 });
    for (const path of ["/vouchers", RETRY, RETRY, RETRY]) expect(till.post(path, provision(ID)).status).toBe(504);
    expect(till.world().issued).toBe(1);
  });

  test("returns the decline of a declined request, also once the provider is up", () => {
    const till = createInProcessTill();
    till.setProvider("standard", { state: "declining", status: 404, errorType: "LIMIT_EXCEEDED" });
    const first = till.post("/vouchers", provision(ID));
    expect(first).toMatchObject({ status: 404, body: { errorType: "LIMIT_EXCEEDED" } });
    till.setProvider("standard", { state: "up" });
    expect(till.post(RETRY, provision(ID))).toEqual(first);
  });

  test("is declined if the provider declines now", () => {
    const till = createInProcessTill();
    till.setProvider("standard", { state: "declining" });
    expect(till.post(RETRY, provision(ID))).toMatchObject({ status: 400, body: { errorType: "TRANSACTION_DECLINED" } });
  });

  test("is refused after the reversal", () => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(ID));
    till.post("/vouchers/reversals", reversal(uuid(11), ID));
    expect(till.post(RETRY, provision(ID)).body).toMatchObject({
      errorType: "VOUCHER_ALREADY_REVERSED",
      originalId: uuid(11),
    });
  });

  test("is refused after a reversal that came first", () => {
    const till = createInProcessTill();
    till.post("/vouchers/reversals", reversal(uuid(11), ID));
    expect(till.post(RETRY, provision(ID)).body).toMatchObject({ errorType: "VOUCHER_ALREADY_REVERSED" });
  });

  test("names the original request in its path", () => {
    expect(createInProcessTill().post(`/vouchers/${uuid(2)}/retry`, provision(ID)).body).toMatchObject({
      errorType: "FORMAT_ERROR",
    });
  });

  test.each([netcareReceiver, stellrReceiver])("is declined for $name and changes nothing", (receiver) => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(ID, { receiver }));
    const before = till.world();
    expect(till.post(RETRY, provision(ID, { receiver })).status).toBe(400);
    expect(till.world()).toBe(before);
  });
});

describe("a retry and a repeat", () => {
  test("a retry goes to the provider of the original, whatever receiver it names", () => {
    const till = createInProcessTill();
    till.setProvider("Netcare", { state: "down" });
    till.post("/vouchers", provision(ID, { receiver: netcareReceiver }));
    expect(till.post(RETRY, provision(ID)).body).toMatchObject({ errorType: "FUNCTION_NOT_SUPPORTED" });
    expect(till.world().issued).toBe(0);
  });

  test("a retry returns a code that the client chose", () => {
    const till = createInProcessTill({ upstreamDeadlineMs: 1 });
    const sale = provision(ID, { voucher: { code: "MINE" } });
    till.setProvider("standard", { state: "slow", delayMs: 2 });
    till.post("/vouchers", sale);
    till.setProvider("standard", { state: "up" });
    expect(till.post(RETRY, sale)).toMatchObject({ status: 201, body: { voucher: { code: "MINE" } } });
  });

  test("a repeat does not reveal a voucher that the provider has not reported to the switch", () => {
    const till = createInProcessTill({ upstreamDeadlineMs: 1 });
    till.setProvider("standard", { state: "slow", delayMs: 2 });
    till.post("/vouchers", provision(ID));
    const { body } = till.post("/vouchers", provision(ID));
    expect(body["errorType"]).toBe("DUPLICATE_RECORD");
    expect(body["detailMessage"]).not.toHaveProperty("voucher");
  });

  test("an id is the same in upper and lower case", () => {
    const till = createInProcessTill();
    const id = "abcdefab-0000-4000-8000-00000000000a";
    till.post("/vouchers", provision(id));
    expect(till.post("/vouchers", provision(id.toUpperCase())).body).toMatchObject({ errorType: "DUPLICATE_RECORD" });
    expect(till.post(`/vouchers/${id.toUpperCase()}/retry`, provision(id)).status).toBe(200);
    expect(till.post("/vouchers/confirmations", confirmation(uuid(11), id.toUpperCase())).status).toBe(202);
  });
});

describe("a reversal that comes before its request", () => {
  test("blocks the request", () => {
    const till = createInProcessTill();
    till.post("/vouchers/reversals", reversal(uuid(11), ID));
    till.post("/vouchers", provision(ID));
    expect(till.transaction(ID)).toMatchObject({ state: "blocked", reversalId: uuid(11) });
    expect(till.world().issued).toBe(0);
  });

  test("is not remembered with remembersReversals: false", () => {
    const till = createInProcessTill({ remembersReversals: false });
    expect(till.post("/vouchers/reversals", reversal(uuid(11), ID)).status).toBe(404);
    expect(till.post("/vouchers", provision(ID)).status).toBe(201);
  });

  test("also blocks the repeat of a declined request", () => {
    const till = createInProcessTill();
    till.setProvider("standard", { state: "declining" });
    till.post("/vouchers", provision(ID));
    till.setProvider("standard", { state: "up" });
    expect(till.post("/vouchers/reversals", reversal(uuid(11), ID)).status).toBe(404);
    expect(till.post(RETRY, provision(ID)).body).toMatchObject({ errorType: "VOUCHER_ALREADY_REVERSED" });
  });
});

describe("an outcome that is unknown at the switch", () => {
  test("can be reversed: the voucher that the provider issued is void", () => {
    const till = createInProcessTill({ upstreamDeadlineMs: 1 });
    till.setProvider("standard", { state: "slow", delayMs: 2 });
    till.post("/vouchers", provision(ID));
    expect(till.post("/vouchers/reversals", reversal(uuid(11), ID)).status).toBe(202);
    expect(till.transaction(ID)).toMatchObject({ state: "reversed", voucherState: "REVERSED" });
  });

  test("cannot be confirmed: nothing was approved", () => {
    const till = createInProcessTill();
    till.setProvider("standard", { state: "down" });
    till.post("/vouchers", provision(ID));
    expect(till.post("/vouchers/confirmations", confirmation(uuid(11), ID)).status).toBe(404);
  });
});

describe("single messaging", () => {
  const single = { singleMessagingUsers: [USER] };

  test("an approval is complete at once, and its voucher can be redeemed", () => {
    const till = createInProcessTill(single);
    const code = textAt(till.post("/vouchers", provision(ID)).body, "voucher.code");
    expect(till.transaction(ID)?.state).toBe("completed");
    expect(till.post("/redemptions", redemption(uuid(2), code)).status).toBe(201);
    expect(till.transaction(uuid(2))).toMatchObject({ state: "completed", voucherState: "CONFIRMED_REDEEMED" });
  });

  test("other users stay in dual messaging", () => {
    const till = createInProcessTill({ singleMessagingUsers: ["another"] });
    till.post("/vouchers", provision(ID));
    expect(till.transaction(ID)?.state).toBe("open");
  });

  test("a reversal after retries that failed still applies", () => {
    const till = createInProcessTill(single);
    till.post("/vouchers", provision(ID));
    expect(till.post("/vouchers/reversals", reversal(uuid(11), ID)).status).toBe(202);
    expect(till.transaction(ID)).toMatchObject({ state: "reversed", voucherState: "REVERSED" });
  });

  test("a voucher that was redeemed meanwhile is not reversed", () => {
    const till = createInProcessTill(single);
    const code = textAt(till.post("/vouchers", provision(ID)).body, "voucher.code");
    till.post("/redemptions", redemption(uuid(2), code));
    expect(till.post("/vouchers/reversals", reversal(uuid(11), ID)).body).toMatchObject({
      errorType: "VOUCHER_ALREADY_REDEEMED",
    });
  });

  test("a voucher of Stellr's is reversed only at the switch, redeemed or not", () => {
    const till = createInProcessTill(single);
    const code = textAt(till.post("/vouchers", provision(ID, { receiver: stellrReceiver })).body, "voucher.code");
    till.post("/redemptions", redemption(uuid(2), code));
    expect(till.post("/vouchers/reversals", reversal(uuid(11), ID)).status).toBe(202);
    expect(till.transaction(ID)).toMatchObject({ state: "reversed", voucherState: "CONFIRMED_REDEEMED" });
  });

  test("a redemption is reversed, and its voucher can be redeemed again", () => {
    const till = createInProcessTill(single);
    const code = textAt(till.post("/vouchers", provision(ID)).body, "voucher.code");
    till.post("/redemptions", redemption(uuid(2), code));
    expect(till.post("/redemptions/reversals", reversal(uuid(12), uuid(2))).status).toBe(202);
    expect(till.post("/redemptions", redemption(uuid(3), code)).status).toBe(201);
  });
});

test("a code that the client chose can be used only once", () => {
  const till = createInProcessTill();
  const voucher = { code: "MINE" };
  expect(till.post("/vouchers", provision(ID, { voucher })).status).toBe(201);
  expect(till.post("/vouchers", provision(uuid(2), { voucher })).body).toMatchObject({
    errorType: "VOUCHER_ALREADY_PROVISIONED",
  });
  expect(till.world().issued).toBe(1);
});

test("generated codes never repeat, and another seed gives others", () => {
  const codes = [1, 2].flatMap((seed) => {
    const till = createInProcessTill({ seed });
    return Array.from({ length: 200 }, (_, index) =>
      textAt(till.post("/vouchers", provision(uuid(index))).body, "voucher.code"),
    );
  });
  expect(new Set(codes).size).toBe(400);
});
