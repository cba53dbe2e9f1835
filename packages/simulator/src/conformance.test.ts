import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  advice,
  confirmation,
  netcareReceiver,
  standardReceiver,
  provision,
  redemption,
  refund,
  reversal,
  stellrReceiver,
  TIME,
  uuid,
} from "../test/messages.ts";
import { type TestResponse, valueAt, textAt, createHttpTill, type HttpTill } from "../test/http-till.ts";
import { type Simulator, startSimulator } from "./http/simulator.ts";

// The responses of Electrum's official test server (2019), case by case, over HTTP. If that server crashes, the simulator follows
// the protocol instead, unless the fault `emulateTestServer` asks for the crash.

let simulator: Simulator;
let till: HttpTill;

beforeEach(async () => {
  simulator = await startSimulator();
  till = createHttpTill(simulator.url);
});

afterEach(async () => {
  await simulator.stop();
});

const PROVISION = uuid(1);
const REDEMPTION = uuid(2);
const REFUND = uuid(3);

const detailKeys = (response: TestResponse): readonly string[] =>
  Object.keys(valueAt(response.body, "detailMessage") ?? {}).toSorted();

const expectRefusal = (response: TestResponse, status: number, errorType: string, keys: readonly string[]): void => {
  expect({ status: response.status, errorType: response.body["errorType"], keys: detailKeys(response) }).toEqual({
    status,
    errorType,
    keys: keys.toSorted(),
  });
};

/** The ids of an `ErrorDetail`: of the message that failed, and of the original one. */
const idsOf = ({ body: { id, originalId } }: TestResponse): object => ({ id, originalId });

const given = {
  provisionVoucher: async (): Promise<string> =>
    textAt((await till.post("/vouchers", provision(PROVISION))).body, "voucher.code"),
  confirmProvision: async (): Promise<string> => {
    const code = await given.provisionVoucher();
    expect((await till.post("/vouchers/confirmations", confirmation(uuid(11), PROVISION))).status).toBe(202);
    return code;
  },
  redeemVoucher: async (): Promise<string> => {
    const code = await given.confirmProvision();
    expect((await till.post("/redemptions", redemption(REDEMPTION, code))).status).toBe(201);
    return code;
  },
  confirmRedemption: async (): Promise<string> => {
    const code = await given.redeemVoucher();
    expect((await till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION))).status).toBe(202);
    return code;
  },
  refundVoucher: async (): Promise<string> => {
    const code = await given.confirmRedemption();
    expect((await till.post("/refunds", refund(REFUND, code))).status).toBe(201);
    return code;
  },
};

const emulateTestServer = (): void => simulator.addFault({ fault: { kind: "emulateTestServer" } });

describe("any operation", () => {
  test.each([
    ["schema brokenRule", { ...provision(PROVISION), time: undefined }, "time"],
    ["unknown JSON field", { ...provision(PROVISION), surprise: 1 }, "surprise"],
    ["bad UUID", provision("no-uuid"), "id"],
    [
      "null transactionIdentifier",
      { ...provision(PROVISION), thirdPartyIdentifiers: [{ institutionId: "10", transactionIdentifier: null }] },
      "thirdPartyIdentifiers[0].transactionIdentifier",
    ],
  ])("%s → 400 FORMAT_ERROR, formatErrors, no id", async (_, message, field) => {
    const response = await till.post("/vouchers", message);
    expectRefusal(response, 400, "FORMAT_ERROR", ["formatErrors"]);
    expect(response.body).not.toHaveProperty("id");
    expect(valueAt(response.body, "detailMessage.formatErrors")).toMatchObject([{ field }]);
  });

  test("UUIDs need no version: Electrum's own examples are not valid v4", async () => {
    const response = await till.post("/vouchers", provision("12345678-1234-1234-1234-123456789abc"));
    expect(response.status).toBe(201);
  });

  test("unexpected exception → 500, plain text: only as a fault", async () => {
    emulateTestServer();
    const { receiver: _, ...withoutReceiver } = provision(PROVISION);
    const response = await till.post("/vouchers", withoutReceiver);
    expect(response.status).toBe(500);
    expect(response.text).toMatch(/^Internal server error/);
  });

  test.each([
    ["/vouchers", provision(PROVISION)],
    ["/redemptions", redemption(REDEMPTION, "1")],
    ["/refunds", refund(REFUND, "1")],
  ])("POST %s, user name differs from client.id → 400 AUTHENTICATION_ERROR", async (path, message) => {
    const response = await createHttpTill(simulator.url, "another").post(path, message);
    expectRefusal(response, 400, "AUTHENTICATION_ERROR", ["freeString", "client"]);
    expect(idsOf(response)).toEqual({ id: message.id, originalId: undefined });
  });

  test("no Basic header: never 401; the user name is null", async () => {
    const body = JSON.stringify(provision(PROVISION, { client: { id: "null", name: "Nobody" } }));
    const response = await fetch(`${simulator.url}/vouchers`, { method: "POST", body });
    expect(response.status).toBe(201);
  });

  test("records belong to a user: another user's advice finds nothing", async () => {
    await given.provisionVoucher();
    const response = await createHttpTill(simulator.url, "another").post(
      "/vouchers/confirmations",
      confirmation(uuid(11), PROVISION),
    );
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString", "voucherId"]);
  });

  test("vouchers belong to all users: another user can redeem one", async () => {
    const code = await given.confirmProvision();
    const message = redemption(REDEMPTION, code, { client: { id: "another", name: "Another" } });
    expect((await createHttpTill(simulator.url, "another").post("/redemptions", message)).status).toBe(201);
  });

  test.each(["/vouchers", "/vouchers/"])("POST %s: with and without a trailing slash", async (path) => {
    expect((await till.post(path, provision(PROVISION))).status).toBe(201);
  });
});

describe("provisionVoucher", () => {
  test("new id → 201: the request copied, settlementEntity filled in, two identifiers appended, a new voucher", async () => {
    const request = provision(PROVISION);
    const response = await till.post("/vouchers", request);
    expect(response.status).toBe(201);
    const { thirdPartyIdentifiers, ...rest } = request;
    expect(response.body).toMatchObject(rest);
    const settlementEntity = valueAt(response.body, "settlementEntity.id");
    expect(response.body["thirdPartyIdentifiers"]).toEqual([
      ...thirdPartyIdentifiers,
      { institutionId: settlementEntity, transactionIdentifier: expect.any(String) },
      { institutionId: standardReceiver.id, transactionIdentifier: expect.any(String) },
    ]);
    expect(textAt(response.body, "voucher.code")).toMatch(/^[0-9]{16}$/);
  });

  test("new id, the request names a settlement entity and a voucher → 201 with both", async () => {
    const settlementEntity = { id: "77", name: "Settler" };
    const response = await till.post(
      "/vouchers",
      provision(PROVISION, { settlementEntity, voucher: { code: "MINE" } }),
    );
    expect(response.body).toMatchObject({ settlementEntity, voucher: { code: "MINE" } });
  });

  test("without a receiver → 201 (the test server crashes)", async () => {
    const { receiver: _, ...withoutReceiver } = provision(PROVISION);
    expect((await till.post("/vouchers", withoutReceiver)).status).toBe(201);
  });

  test("without a receiver, like the test server → 500 after being recorded: again → DUPLICATE_RECORD", async () => {
    emulateTestServer();
    const { receiver: _, ...withoutReceiver } = provision(PROVISION);
    expect((await till.post("/vouchers", withoutReceiver)).status).toBe(500);
    const again = await till.post("/vouchers", withoutReceiver);
    expectRefusal(again, 400, "DUPLICATE_RECORD", ["freeString", "voucherId", "requestTime", "voucher"]);
  });

  const DUPLICATE_KEYS = ["freeString", "voucherId", "requestTime", "receiver", "voucher"];

  test("id already provisioned → 400 DUPLICATE_RECORD with the issued voucher, no originalId", async () => {
    const code = await given.provisionVoucher();
    const response = await till.post("/vouchers", provision(PROVISION));
    expectRefusal(response, 400, "DUPLICATE_RECORD", DUPLICATE_KEYS);
    expect(idsOf(response)).toEqual({ id: PROVISION, originalId: undefined });
    expect(valueAt(response.body, "detailMessage")).toMatchObject({
      voucherId: PROVISION,
      requestTime: TIME,
      receiver: standardReceiver,
      voucher: { code },
    });
  });

  test("id already provisioned, since confirmed → 400 DUPLICATE_RECORD", async () => {
    await given.confirmProvision();
    expectRefusal(await till.post("/vouchers", provision(PROVISION)), 400, "DUPLICATE_RECORD", DUPLICATE_KEYS);
  });

  test("id already provisioned, since reversed → 400 DUPLICATE_RECORD", async () => {
    await given.provisionVoucher();
    await till.post("/vouchers/reversals", reversal(uuid(11), PROVISION));
    expectRefusal(await till.post("/vouchers", provision(PROVISION)), 400, "DUPLICATE_RECORD", DUPLICATE_KEYS);
  });

  test("never provisioned, but a reversal came first → 400 VOUCHER_ALREADY_REVERSED, originalId is the reversal's", async () => {
    await till.post("/vouchers/reversals", reversal(uuid(11), PROVISION));
    const response = await till.post("/vouchers", provision(PROVISION));
    expectRefusal(response, 400, "VOUCHER_ALREADY_REVERSED", ["freeString", "reversalId"]);
    expect(idsOf(response)).toEqual({ id: PROVISION, originalId: uuid(11) });
  });
});

describe("confirmVoucher", () => {
  test("provisioned, not reversed → 202 echo", async () => {
    await given.provisionVoucher();
    const message = confirmation(uuid(11), PROVISION);
    const response = await till.post("/vouchers/confirmations", message);
    expect(response).toMatchObject({ status: 202, body: { ...message } });
  });

  test("repeat → 202 again, and the confirmation is the later one", async () => {
    await given.confirmProvision();
    expect((await till.post("/vouchers/confirmations", confirmation(uuid(12), PROVISION))).status).toBe(202);
    const refused = await till.post("/vouchers/reversals", reversal(uuid(13), PROVISION));
    expect(valueAt(refused.body, "detailMessage.confirmationId")).toBe(uuid(12));
  });

  test("repeat after the voucher was redeemed → 202, and it stays redeemed", async () => {
    const code = await given.redeemVoucher();
    expect((await till.post("/vouchers/confirmations", confirmation(uuid(13), PROVISION))).status).toBe(202);
    const again = await till.post("/redemptions", redemption(uuid(4), code));
    expectRefusal(again, 400, "VOUCHER_ALREADY_REDEEMED", ["freeString"]);
  });

  test("repeat after the voucher was redeemed, like the test server → CONFIRMED_PROVISIONED is forced", async () => {
    const code = await given.redeemVoucher();
    emulateTestServer();
    expect((await till.post("/vouchers/confirmations", confirmation(uuid(13), PROVISION))).status).toBe(202);
    expect((await till.post("/redemptions", redemption(uuid(4), code))).status).toBe(201);
  });

  test("not provisioned → 404 UNABLE_TO_LOCATE_RECORD, not remembered", async () => {
    const response = await till.post("/vouchers/confirmations", confirmation(uuid(11), PROVISION));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString", "voucherId"]);
    expect(idsOf(response)).toEqual({ id: uuid(11), originalId: PROVISION });
    expect((await till.post("/vouchers", provision(PROVISION))).status).toBe(201);
  });

  test("not provisioned, but a reversal was remembered → 404 UNABLE_TO_LOCATE_RECORD", async () => {
    await till.post("/vouchers/reversals", reversal(uuid(11), PROVISION));
    const response = await till.post("/vouchers/confirmations", confirmation(uuid(12), PROVISION));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString", "voucherId"]);
  });

  test("provisioned and reversed → 400 VOUCHER_ALREADY_REVERSED", async () => {
    await given.provisionVoucher();
    await till.post("/vouchers/reversals", reversal(uuid(11), PROVISION));
    const response = await till.post("/vouchers/confirmations", confirmation(uuid(12), PROVISION));
    expectRefusal(response, 400, "VOUCHER_ALREADY_REVERSED", ["freeString", "reversalId"]);
    expect(valueAt(response.body, "detailMessage.reversalId")).toBe(uuid(11));
    expect(idsOf(response)).toEqual({ id: uuid(12), originalId: PROVISION });
  });
});

describe("reverseVoucher", () => {
  test("provisioned, not confirmed → 202 echo; repeat → 202", async () => {
    await given.provisionVoucher();
    const message = reversal(uuid(11), PROVISION);
    expect(await till.post("/vouchers/reversals", message)).toMatchObject({ status: 202, body: { ...message } });
    expect((await till.post("/vouchers/reversals", message)).status).toBe(202);
  });

  test("not provisioned → 404 UNABLE_TO_LOCATE_RECORD, remembered; repeat → 404 again", async () => {
    const response = await till.post("/vouchers/reversals", reversal(uuid(11), PROVISION));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString", "voucherId"]);
    expect(idsOf(response)).toEqual({ id: uuid(11), originalId: PROVISION });
    expect((await till.post("/vouchers/reversals", reversal(uuid(11), PROVISION))).status).toBe(404);
    expect((await till.post("/vouchers", provision(PROVISION))).status).toBe(400);
  });

  test("confirmed → 400 VOUCHER_ALREADY_CONFIRMED", async () => {
    await given.confirmProvision();
    const response = await till.post("/vouchers/reversals", reversal(uuid(12), PROVISION));
    expectRefusal(response, 400, "VOUCHER_ALREADY_CONFIRMED", ["freeString", "confirmationId", "voucherId"]);
    expect(valueAt(response.body, "detailMessage")).toMatchObject({ confirmationId: uuid(11), voucherId: PROVISION });
  });
});

describe("redeemVoucher", () => {
  test("code unknown → 400 VOUCHER_NOT_REDEEMABLE", async () => {
    expectRefusal(await till.post("/redemptions", redemption(REDEMPTION, "1")), 400, "VOUCHER_NOT_REDEEMABLE", [
      "freeString",
    ]);
  });

  test("provision unconfirmed → 400 VOUCHER_NOT_REDEEMABLE", async () => {
    const code = await given.provisionVoucher();
    expectRefusal(await till.post("/redemptions", redemption(REDEMPTION, code)), 400, "VOUCHER_NOT_REDEEMABLE", [
      "freeString",
    ]);
  });

  test("a reversal for this redemption id was remembered → 400 REDEMPTION_ALREADY_REVERSED, originalId is the reversal's", async () => {
    const code = await given.confirmProvision();
    await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    const response = await till.post("/redemptions", redemption(REDEMPTION, code));
    expectRefusal(response, 400, "REDEMPTION_ALREADY_REVERSED", ["freeString", "reversalId"]);
    expect(idsOf(response)).toEqual({ id: REDEMPTION, originalId: uuid(12) });
  });

  test("state REDEEMED → 400 VOUCHER_ALREADY_REDEEMED; with the voucher if the id was the same", async () => {
    const code = await given.redeemVoucher();
    const sameId = await till.post("/redemptions", redemption(REDEMPTION, code));
    expectRefusal(sameId, 400, "VOUCHER_ALREADY_REDEEMED", ["freeString", "voucher"]);
    const otherId = await till.post("/redemptions", redemption(uuid(4), code));
    expectRefusal(otherId, 400, "VOUCHER_ALREADY_REDEEMED", ["freeString"]);
  });

  test("state CONFIRMED_REDEEMED or REFUNDED → 400 VOUCHER_ALREADY_REDEEMED", async () => {
    const code = await given.confirmRedemption();
    expectRefusal(await till.post("/redemptions", redemption(uuid(4), code)), 400, "VOUCHER_ALREADY_REDEEMED", [
      "freeString",
    ]);
    await till.post("/refunds", refund(REFUND, code));
    expectRefusal(await till.post("/redemptions", redemption(uuid(4), code)), 400, "VOUCHER_ALREADY_REDEEMED", [
      "freeString",
    ]);
  });

  test("CONFIRMED_PROVISIONED → 201", async () => {
    const code = await given.confirmProvision();
    const response = await till.post("/redemptions", redemption(REDEMPTION, code));
    expect(response).toMatchObject({ status: 201, body: { id: REDEMPTION, voucher: { code } } });
  });

  test("CONFIRMED_PROVISIONED → 201: there is no check for a duplicate id", async () => {
    await given.redeemVoucher();
    const other = textAt((await till.post("/vouchers", provision(uuid(5)))).body, "voucher.code");
    await till.post("/vouchers/confirmations", confirmation(uuid(15), uuid(5)));
    expect((await till.post("/redemptions", redemption(REDEMPTION, other))).status).toBe(201);
  });

  test("the redemption was reversed, new id → 201: the voucher is usable again", async () => {
    const code = await given.redeemVoucher();
    await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    expect((await till.post("/redemptions", redemption(uuid(4), code))).status).toBe(201);
  });
});

describe("confirmRedeem", () => {
  test("redemption known, state REDEEMED → 202 echo", async () => {
    await given.redeemVoucher();
    const message = advice(uuid(12), REDEMPTION);
    expect(await till.post("/redemptions/confirmations", message)).toMatchObject({ status: 202, body: { ...message } });
  });

  test("redemption unknown → 404 UNABLE_TO_LOCATE_RECORD", async () => {
    const response = await till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString"]);
    expect(idsOf(response)).toEqual({ id: uuid(12), originalId: REDEMPTION });
  });

  test("repeat → 400 VOUCHER_NOT_REDEEMED, naming the state", async () => {
    await given.confirmRedemption();
    const response = await till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION));
    expectRefusal(response, 400, "VOUCHER_NOT_REDEEMED", ["freeString"]);
    expect(valueAt(response.body, "detailMessage.freeString")).toContain("CONFIRMED_REDEEMED");
  });

  test("after a reversal → 400 VOUCHER_NOT_REDEEMED, naming the state", async () => {
    await given.redeemVoucher();
    await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    const response = await till.post("/redemptions/confirmations", advice(uuid(13), REDEMPTION));
    expectRefusal(response, 400, "VOUCHER_NOT_REDEEMED", ["freeString"]);
    expect(valueAt(response.body, "detailMessage.freeString")).toContain("CONFIRMED_PROVISIONED");
  });

  test("refunded → 400 VOUCHER_NOT_REDEEMED, naming the state", async () => {
    await given.refundVoucher();
    const response = await till.post("/redemptions/confirmations", advice(uuid(13), REDEMPTION));
    expectRefusal(response, 400, "VOUCHER_NOT_REDEEMED", ["freeString"]);
    expect(valueAt(response.body, "detailMessage.freeString")).toContain("REFUNDED");
  });
});

describe("reverseRedeem", () => {
  test("state REDEEMED → 202 echo; the state is CONFIRMED_PROVISIONED again", async () => {
    const code = await given.redeemVoucher();
    const message = reversal(uuid(12), REDEMPTION);
    expect(await till.post("/redemptions/reversals", message)).toMatchObject({ status: 202, body: { ...message } });
    expect((await till.post("/redemptions", redemption(uuid(4), code))).status).toBe(201);
  });

  test("redemption unknown → 404 UNABLE_TO_LOCATE_RECORD, remembered", async () => {
    const code = await given.confirmProvision();
    const response = await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString"]);
    expect((await till.post("/redemptions", redemption(REDEMPTION, code))).status).toBe(400);
  });

  test("confirmed → 400 REDEMPTION_ALREADY_CONFIRMED", async () => {
    await given.confirmRedemption();
    const response = await till.post("/redemptions/reversals", reversal(uuid(13), REDEMPTION));
    expectRefusal(response, 400, "REDEMPTION_ALREADY_CONFIRMED", [
      "freeString",
      "confirmationId",
      "voucherId",
      "reversalId",
    ]);
    expect(valueAt(response.body, "detailMessage")).toMatchObject({
      confirmationId: uuid(12),
      voucherId: REDEMPTION,
      reversalId: uuid(13),
    });
  });

  test("repeat → 404 UNABLE_TO_LOCATE_RECORD, as for an unknown redemption", async () => {
    await given.redeemVoucher();
    await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    const response = await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString"]);
  });

  test("repeat while another redemption is the voucher's holder → 404, and that one stays", async () => {
    const code = await given.redeemVoucher();
    await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    await till.post("/redemptions", redemption(uuid(4), code));
    expect((await till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION))).status).toBe(404);
    expect((await till.post("/redemptions/confirmations", advice(uuid(14), uuid(4)))).status).toBe(202);
  });
});

describe("refundVoucher", () => {
  test("state CONFIRMED_REDEEMED → 201", async () => {
    const code = await given.confirmRedemption();
    const response = await till.post("/refunds", refund(REFUND, code));
    expect(response).toMatchObject({ status: 201, body: { id: REFUND, voucher: { code } } });
  });

  test("a reversal for this refund id was remembered → 400 REFUND_ALREADY_REVERSED, originalId is the reversal's", async () => {
    const code = await given.confirmRedemption();
    await till.post("/refunds/reversals", reversal(uuid(13), REFUND));
    const response = await till.post("/refunds", refund(REFUND, code));
    expectRefusal(response, 400, "REFUND_ALREADY_REVERSED", ["freeString", "reversalId"]);
    expect(idsOf(response)).toEqual({ id: REFUND, originalId: uuid(13) });
  });

  test("CONFIRMED_PROVISIONED → 400 VOUCHER_NOT_REDEEMED", async () => {
    const code = await given.confirmProvision();
    expectRefusal(await till.post("/refunds", refund(REFUND, code)), 400, "VOUCHER_NOT_REDEEMED", ["freeString"]);
  });

  test("REDEEMED → 400 REDEMPTION_NOT_CONFIRMED", async () => {
    const code = await given.redeemVoucher();
    expectRefusal(await till.post("/refunds", refund(REFUND, code)), 400, "REDEMPTION_NOT_CONFIRMED", ["freeString"]);
  });

  test("REFUNDED → 400 VOUCHER_ALREADY_REFUNDED", async () => {
    const code = await given.refundVoucher();
    expectRefusal(await till.post("/refunds", refund(uuid(4), code)), 400, "VOUCHER_ALREADY_REFUNDED", ["freeString"]);
  });

  test("voucher code unknown → 400 INVALID_VOUCHER (the test server crashes)", async () => {
    expectRefusal(await till.post("/refunds", refund(REFUND, "1")), 400, "INVALID_VOUCHER", ["freeString"]);
  });

  test("voucher code unknown, like the test server → 500", async () => {
    emulateTestServer();
    expect((await till.post("/refunds", refund(REFUND, "1"))).status).toBe(500);
  });
});

describe("confirmRefund", () => {
  test("state REFUNDED → 202 echo; the voucher is redeemable again", async () => {
    const code = await given.refundVoucher();
    const message = advice(uuid(13), REFUND);
    expect(await till.post("/refunds/confirmations", message)).toMatchObject({ status: 202, body: { ...message } });
    expect((await till.post("/redemptions", redemption(uuid(4), code))).status).toBe(201);
  });

  test("refund unknown → 404 UNABLE_TO_LOCATE_RECORD", async () => {
    const response = await till.post("/refunds/confirmations", advice(uuid(13), REFUND));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString"]);
  });

  test("any other state, a repeat included → 400 VOUCHER_NOT_REFUNDED, naming the state", async () => {
    await given.refundVoucher();
    await till.post("/refunds/confirmations", advice(uuid(13), REFUND));
    const response = await till.post("/refunds/confirmations", advice(uuid(13), REFUND));
    expectRefusal(response, 400, "VOUCHER_NOT_REFUNDED", ["freeString"]);
    expect(valueAt(response.body, "detailMessage.freeString")).toContain("CONFIRMED_PROVISIONED");
  });
});

describe("reverseRefund", () => {
  test("state REFUNDED → 202 echo; the state is CONFIRMED_REDEEMED again", async () => {
    const code = await given.refundVoucher();
    const message = reversal(uuid(13), REFUND);
    expect(await till.post("/refunds/reversals", message)).toMatchObject({ status: 202, body: { ...message } });
    expect((await till.post("/refunds", refund(uuid(4), code))).status).toBe(201);
  });

  test("refund unknown → 404 UNABLE_TO_LOCATE_RECORD, remembered", async () => {
    const response = await till.post("/refunds/reversals", reversal(uuid(13), REFUND));
    expectRefusal(response, 404, "UNABLE_TO_LOCATE_RECORD", ["freeString"]);
  });

  test("confirmed → 400 REFUND_ALREADY_CONFIRMED", async () => {
    await given.refundVoucher();
    await till.post("/refunds/confirmations", advice(uuid(13), REFUND));
    const response = await till.post("/refunds/reversals", reversal(uuid(14), REFUND));
    expectRefusal(response, 400, "REFUND_ALREADY_CONFIRMED", ["freeString", "reversalId"]);
  });

  test("repeat → 202 (the test server crashes, so a client that repeats after every 5xx never ends)", async () => {
    await given.refundVoucher();
    await till.post("/refunds/reversals", reversal(uuid(13), REFUND));
    expect((await till.post("/refunds/reversals", reversal(uuid(13), REFUND))).status).toBe(202);
  });

  test("repeat, like the test server → 500", async () => {
    await given.refundVoucher();
    await till.post("/refunds/reversals", reversal(uuid(13), REFUND));
    emulateTestServer();
    expect((await till.post("/refunds/reversals", reversal(uuid(13), REFUND))).status).toBe(500);
  });
});

describe("what the test server of 2019 does not have", () => {
  test("GET /vouchers, GET /products and POST /vouchers/{provisionId}/retry exist", async () => {
    expect((await till.get("/products")).status).toBe(200);
    const code = await given.provisionVoucher();
    expect((await till.get(`/vouchers?voucherCode=${code}`)).status).toBe(200);
    expect((await till.post(`/vouchers/${PROVISION}/retry`, provision(PROVISION))).status).toBe(200);
  });

  test.each([netcareReceiver, stellrReceiver])("a retry for $name is declined", async (receiver) => {
    const response = await till.post(`/vouchers/${PROVISION}/retry`, provision(PROVISION, { receiver }));
    expectRefusal(response, 400, "FUNCTION_NOT_SUPPORTED", ["freeString"]);
  });
});

describe("POST /testServerAdmin/reset", () => {
  const order = { userDataWillBeLost: "TRUE", resetUserData: "TRUE" };

  test("the user has records → 200 with an outcome, and they are deleted", async () => {
    await given.confirmProvision();
    const response = await till.post("/testServerAdmin/reset", order);
    expect(response).toMatchObject({ status: 200, body: { outcome: expect.any(String) } });
    expect((await till.post("/vouchers", provision(PROVISION))).status).toBe(201);
  });

  test("the user has no records → 400, and another user's stay", async () => {
    await given.confirmProvision();
    expect((await createHttpTill(simulator.url, "another").post("/testServerAdmin/reset", order)).status).toBe(400);
    expect((await till.post("/vouchers", provision(PROVISION))).status).toBe(400);
  });
});
