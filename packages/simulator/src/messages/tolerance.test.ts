import { describe, expect, test } from "vitest";
import { type InProcessTill, createInProcessTill } from "../../test/in-process-till.ts";
import { type TestResponse, textAt, valueAt } from "../../test/http-till.ts";
import { advice, confirmation, provision, redemption, uuid } from "../../test/messages.ts";

// What Electrum's own stack accepts and how it words what it refuses; and what the letter of the Swagger makes of the same.

const formatErrors = ({ body }: TestResponse): unknown => valueAt(body, "detailMessage.formatErrors");

const tills = (): readonly [tolerant: InProcessTill, strict: InProcessTill] => [
  createInProcessTill(),
  createInProcessTill({ strict: true }),
];

describe("read as Jackson reads it, refused by the letter", () => {
  const amount = { amount: 5_000, currency: "710" };
  const posInfo = { entryMode: { panEntryMode: "MANUAL", pinEntryCapability: "UNKNOWN" } };
  test.each([
    ["a number for a string", { amounts: { requestAmount: { ...amount, currency: 710 } } }, '"currency":"710"'],
    ["a string for a number", { amounts: { requestAmount: { ...amount, amount: "5000" } } }, '"amount":5000'],
    ["a boolean for a string", { basketRef: true }, '"basketRef":"true"'],
    ["a string for a boolean", { posInfo, product: { productId: "1", isFixedValue: "true" } }, '"isFixedValue":true'],
    ["a number in a list", { thirdPartyIdentifiers: [{ institutionId: 10, transactionIdentifier: 7 }] }, '"7"'],
    ["a number for a pin", { voucher: { code: "1", pin: { type: "CLEAR_PIN", pin: 1234 } } }, '"pin":"1234"'],
    [
      "a number in a map",
      { amounts: { additionalAmounts: { tip: { ...amount, currency: 710 } } } },
      '"currency":"710"',
    ],
  ])("%s", (_, changes, readAs) => {
    const [tolerant, strict] = tills();
    const message = { ...provision(uuid(1)), ...changes };
    const approved = tolerant.post("/vouchers", message);
    expect(approved.status).toBe(201);
    expect(JSON.stringify(approved.body)).toContain(readAs);
    expect(strict.post("/vouchers", message)).toMatchObject({ status: 400, body: { errorType: "FORMAT_ERROR" } });
  });

  test("a voucher code that is sent as a number redeems the voucher", () => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(uuid(1), { voucher: { code: "123456" } }));
    till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
    const { voucher: _, ...rest } = redemption(uuid(2), "");
    expect(till.post("/redemptions", { ...rest, voucher: { code: 123_456 } }).status).toBe(201);
  });

  test("a confirmation of a sale without its tenders", () => {
    const [tolerant, strict] = tills();
    for (const till of [tolerant, strict]) till.post("/vouchers", provision(uuid(1)));
    expect(tolerant.post("/vouchers/confirmations", advice(uuid(11), uuid(1))).status).toBe(202);
    const refused = strict.post("/vouchers/confirmations", advice(uuid(11), uuid(1)));
    expect(formatErrors(refused)).toEqual([{ field: "tenders", msg: "must not be null" }]);
  });
});

describe("no reading makes sense of", () => {
  test.each([
    ["a number that is not exact", { basketRef: 2 ** 60 }, "basketRef"],
    ["a fraction for a string", { basketRef: 1.5 }, "basketRef"],
    ["an object for a string", { basketRef: {} }, "basketRef"],
    ["a list for an object", { product: [] }, "product"],
    [
      "words for a number",
      { amounts: { requestAmount: { amount: "much", currency: "710" } } },
      "amounts.requestAmount.amount",
    ],
    ["a field that no model has", { surprise: 1 }, "surprise"],
  ])("%s", (_, changes, field) => {
    for (const till of tills()) {
      expect(formatErrors(till.post("/vouchers", { ...provision(uuid(1)), ...changes }))).toMatchObject([{ field }]);
    }
  });
});

describe("a FORMAT_ERROR", () => {
  test("is worded as by Hibernate Validator and Jackson, one entry a fault", () => {
    const { time: _, ...withoutTime } = provision(uuid(1));
    const response = createInProcessTill().post("/vouchers", {
      ...withoutTime,
      client: { id: "shop", name: "x".repeat(41) },
      tranType: "SALE",
      product: { productId: "no/slash" },
      colour: "red",
      slipData: { slipWidth: 2 ** 31 },
      posInfo: "here",
    });
    expect(formatErrors(response)).toEqual([
      { field: "client.name", msg: "length must be between 0 and 40" },
      {
        field: "tranType",
        msg: expect.stringMatching(/^not one of the values accepted for Enum class: \[GOODS_AND_SERVICES, /),
      },
      { field: "product.productId", msg: 'must match "[0-9A-Za-z]{1,40}"' },
      { field: "colour", msg: "Unrecognized field, not marked as ignorable" },
      { field: "slipData.slipWidth", msg: "must be between -2147483648 and 2147483647" },
      { field: "posInfo", msg: "Cannot deserialize value of type `Object`" },
      { field: "time", msg: "must not be null" },
    ]);
  });

  test("lists the fields as they were sent, then the missing ones as the model lists them", () => {
    const { id: _, originator: __, ...rest } = provision(uuid(1));
    const response = createInProcessTill().post("/vouchers", { basketRef: {}, ...rest, time: "today" });
    expect(formatErrors(response)).toMatchObject([
      { field: "basketRef" },
      { field: "time" },
      { field: "id" },
      { field: "originator" },
    ]);
  });

  test("never repeats a value, which may be a voucher's code", () => {
    const secret = "9".repeat(41);
    const response = createInProcessTill().post("/redemptions", redemption(uuid(1), secret));
    expect(formatErrors(response)).toEqual([{ field: "voucher.code", msg: "length must be between 0 and 40" }]);
    expect(response.text).not.toContain(secret);
  });

  test("keeps what the client sent in what it echoes, as text", () => {
    const till = createInProcessTill();
    till.post("/vouchers", provision(uuid(1)));
    const { thirdPartyIdentifiers: _, ...rest } = confirmation(uuid(11), uuid(1));
    const sent = { ...rest, thirdPartyIdentifiers: [{ institutionId: 10, transactionIdentifier: 7 }] };
    const { body } = till.post("/vouchers/confirmations", sent);
    expect(body["thirdPartyIdentifiers"]).toEqual([{ institutionId: "10", transactionIdentifier: "7" }]);
    expect(textAt(body, "id")).toBe(uuid(11));
  });
});

describe("a field that Electrum has and the simulator has not", () => {
  test.each(["tolerant", "strict"] as const)("is passed over if it is named, in a %s reading", (reading) => {
    const settings = { strict: reading === "strict" };
    const message = { ...provision(uuid(1)), loyaltyPoints: 12 };
    const refused = createInProcessTill(settings).post("/vouchers", message);
    expect(formatErrors(refused)).toMatchObject([{ field: "loyaltyPoints" }]);
    const approved = createInProcessTill({ ...settings, additionalFields: ["loyaltyPoints"] }).post(
      "/vouchers",
      message,
    );
    expect(approved.status).toBe(201);
  });
});
