import type { Json, JsonObject } from "@electrum-vouchers/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advice, confirmation, provision, redemption, refund, reversal, uuid } from "../../test/messages.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { type Check, validate } from "./check.ts";
import {
  basicAdviceCheck,
  basicReversalCheck,
  provisionRequestCheck,
  redemptionRequestCheck,
  refundRequestCheck,
  tenderAdviceCheck,
  voucherLookupCheck,
} from "./message-checks.ts";

// The limits of Electrum's schema, field by field: values just inside pass, values just outside are reported.

const asJson = (message: object): Json => parseJson(JSON.stringify(message)) ?? null;

const faultyFields = (check: Check<unknown>, message: Json): readonly string[] => {
  const reading = validate(check, message);
  return reading.type === "valid" ? [] : reading.errors.map(({ field }) => field);
};

/** The message with this value at a path such as `tenders.0.cardNumber`; `undefined` removes the field. */
const withValue = (message: Json | undefined, path: readonly string[], value: Json | undefined): Json => {
  const [first, ...rest] = path;
  if (first === undefined) return value ?? null;
  if (isList(message))
    return message.map((each, index) => (index === Number(first) ? withValue(each, rest, value) : each));
  const { [first]: inside, ...others } = isJsonObject(message) ? message : {};
  const changed = rest.length === 0 ? value : withValue(inside, rest, value);
  return changed === undefined ? others : { ...others, [first]: changed };
};

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const nameOf = (path: string): string => path.replace(/\.(\d+)/g, "[$1]");

const full: Json = asJson({
  ...provision(uuid(1)),
  settlementEntity: { id: "1", name: "S" },
  slipData: { messageLines: [{ text: "Hello", barcode: { data: "1", encoding: "EAN" } }], slipWidth: 40 },
  posInfo: { entryMode: { panEntryMode: "MANUAL", pinEntryCapability: "UNKNOWN" } },
  tenders: [{ amount: { amount: 1, currency: "710" }, tenderType: "CASH" }],
  voucher: { code: "1" },
  product: { productId: "P1" },
  recipient: { addressDetails: {} },
});

const chars = (count: number): string => "x".repeat(count);
const digits = (count: number): string => "1".repeat(count);

/** The field, values that pass, and values that do not. */
const limits: readonly (readonly [path: string, inside: readonly Json[], outside: readonly Json[]])[] = [
  ["id", [uuid(1), uuid(1).toUpperCase()], ["", "x", `${uuid(1)}0`, uuid(1).replaceAll("-", ""), 1, {}]],
  [
    "time",
    ["2026-11-21T09:30:00Z", "2026-11-21t09:30:00.123456z", "2028-02-29T23:59:60+02:00", "0000-02-29T00:00:00-23:59"],
    [
      "2026-11-21",
      "2026-11-21 09:30:00Z",
      "2026-11-21T09:30:00",
      "2026-11-21T09:30Z",
      "2026-02-29T00:00:00Z",
      "2026-00-10T00:00:00Z",
      "2026-13-10T00:00:00Z",
      "2026-04-31T00:00:00Z",
      "2026-04-00T00:00:00Z",
      "2026-11-21T24:00:00Z",
      "2026-11-21T09:60:00Z",
      "2026-11-21T09:30:61Z",
      "2026-11-21T09:30:00+24:00",
      "2026-11-21T09:30:00+02:60",
      1,
    ],
  ],
  ["originator.terminalId", [chars(8)], [chars(7), chars(9), "", 1]],
  ["originator.operatorId", ["", chars(30)], [chars(31)]],
  ["originator.channelId", ["", chars(50)], [chars(51)]],
  ["originator.institution.id", ["", chars(500)], [1]],
  ["originator.institution.name", ["", chars(40)], [chars(41)]],
  ["originator.merchant.merchantType", [digits(4)], [digits(3), digits(5), "12a4", ""]],
  ["originator.merchant.merchantId", [chars(15)], [chars(14), chars(16)]],
  ["originator.merchant.merchantName.name", ["", chars(23)], [chars(24)]],
  ["originator.merchant.merchantName.city", ["", chars(13)], [chars(14)]],
  ["originator.merchant.merchantName.region", ["", chars(2)], [chars(3)]],
  ["originator.merchant.merchantName.country", ["", chars(2)], [chars(3)]],
  ["client.name", ["", chars(40)], [chars(41)]],
  ["settlementEntity.name", [chars(40)], [chars(41)]],
  ["receiver.name", [chars(40)], [chars(41)]],
  ["thirdPartyIdentifiers", [[]], [{}, "x"]],
  ["thirdPartyIdentifiers.0.institutionId", ["", chars(500)], [1]],
  ["thirdPartyIdentifiers.0.transactionIdentifier", ["", chars(500)], [1]],
  ["slipData.slipWidth", [2 ** 31 - 1], [2 ** 31, 1.5, "40"]],
  ["slipData.issuerReference", ["A", "Z9".repeat(20)], ["", "a", "A1".repeat(20).concat("A")]],
  ["slipData.messageLines.0.text", [""], [1]],
  ["slipData.messageLines.0.fontWidthScaleFactor", [1.5], ["1"]],
  ["slipData.messageLines.0.cut", [true], ["true"]],
  ["slipData.messageLines.0.barcode.encoding", [""], [1]],
  ["basketRef", ["", chars(500)], [1]],
  ["stan", [""], [1]],
  ["rrn", [""], [1]],
  ["tranType", ["GOODS_AND_SERVICES", "POINTS_INQUIRY"], ["SALE", "", 1]],
  ["srcAccType", ["DEFAULT", "GIFT_CARD"], ["OTHER"]],
  ["destAccType", ["STORED_VALUE"], ["OTHER"]],
  ["posInfo.entryMode.panEntryMode", ["FALLBACK"], ["OTHER"]],
  ["posInfo.entryMode.pinEntryCapability", ["CAN_ACCEPT"], ["OTHER"]],
  ["posInfo.posConditionCode", ["MANUAL_REVERSAL"], ["OTHER"]],
  ["amounts.requestAmount.amount", [0, -1, Number.MAX_SAFE_INTEGER], [0.5, "1", 2 ** 53]],
  ["amounts.requestAmount.currency", ["710"], ["71", "7100", "ZAR"]],
  ["amounts.requestAmount.ledgerIndicator", ["DEBIT", "CREDIT"], ["debit"]],
  ["amounts.additionalAmounts", [{ tip: { amount: 1, currency: "710" } }], [[]]],
  ["tenders.0.tenderType", ["CASH", "OTHER"], ["COIN"]],
  ["tenders.0.accountType", ["DEFAULT", "STORED_VALUE"], ["GIFT_CARD"]],
  [
    "tenders.0.cardNumber",
    [digits(6), "123456*******", `${digits(6)}${"*".repeat(13)}`],
    [digits(5), digits(20), "12345*", "123456-1"],
  ],
  ["tenders.0.reference", ["", chars(40)], [chars(41)]],
  ["voucher.code", ["", chars(40), "any € character"], [chars(41), 1]],
  ["voucher.serialNumber", ["", chars(40)], [chars(41)]],
  ["voucher.expiryDate", ["2030-01-01T00:00:00Z"], ["2030-01-01"]],
  ["voucher.redeemInstructions", [[], ["a"]], ["a"]],
  ["voucher.pin", [{ type: "CLEAR_PIN", pin: "" }], ["1234", []]],
  ["product.productId", ["a", chars(40)], ["", chars(41), "a-b"]],
  ["product.barcode", ["1", digits(13)], ["", digits(14)]],
  ["product.name", ["x", chars(40)], ["", chars(41)]],
  ["product.description", ["", chars(250)], [chars(251)]],
  ["product.isFixedValue", [true], ["yes"]],
  ["recipient.firstName", ["", chars(40)], [chars(41)]],
  ["recipient.lastName", ["", chars(40)], [chars(41)]],
  ["recipient.address", ["", chars(80)], [chars(81)]],
  ["recipient.addressDetails.addressLine1", ["x", chars(100)], ["", chars(101)]],
  ["recipient.addressDetails.addressLine2", ["x", chars(100)], ["", chars(101)]],
  ["recipient.addressDetails.city", ["x", chars(30)], ["", chars(31)]],
  ["recipient.addressDetails.region", ["WC"], ["W", "WCX", "wc"]],
  ["recipient.addressDetails.country", ["ZA"], ["Z", "ZAF", "za"]],
  ["recipient.addressDetails.postalCode", ["8001", "SW1A 1AA"], ["", chars(21), "80/01"]],
  ["recipient.dateOfBirth", ["1980-01-01T00:00:00Z"], ["1980-01-01"]],
  ["recipient.msisdn", ["+27821234567", "1", digits(15)], ["", "0821234567", digits(16), "+"]],
  ["recipient.emailAddress", ["a@b.c"], ["a", "@b.c", "a@"]],
];

describe("a provision request", () => {
  test("passes as it is", () => {
    expect(faultyFields(provisionRequestCheck, full)).toEqual([]);
  });

  describe.each(limits)("%s", (path, inside, outside) => {
    test.each(inside.map((value) => ({ value })))("passes as $value", ({ value }) => {
      expect(faultyFields(provisionRequestCheck, withValue(full, path.split("."), value))).toEqual([]);
    });

    test.each(outside.map((value) => ({ value })))("is refused as $value", ({ value }) => {
      expect(faultyFields(provisionRequestCheck, withValue(full, path.split("."), value))).toEqual([nameOf(path)]);
    });
  });

  test.each([
    ["an encrypted pin", { type: "ENCRYPTED_PIN", pinBlock: "0123456789abcDEF" }, []],
    ["a short pin block", { type: "ENCRYPTED_PIN", pinBlock: "0123" }, ["voucher.pin.pinBlock"]],
    [
      "wrong encryption parameters",
      {
        type: "ENCRYPTED_PIN",
        pinBlock: "0123456789abcDEF",
        encryptionParameters: { accountNumber: "1", pinBlockFormat: "ISO_9564_FORMAT_2", keyIndex: 2 ** 31 },
      },
      [
        "voucher.pin.encryptionParameters.accountNumber",
        "voucher.pin.encryptionParameters.pinBlockFormat",
        "voucher.pin.encryptionParameters.keyIndex",
      ],
    ],
    ["a hashed pin", { type: "HASHED_PIN", hash: "AF,09", hashedPinParameters: { name: chars(20) } }, []],
    ["a hash in small letters", { type: "HASHED_PIN", hash: "af" }, ["voucher.pin.hash"]],
    ["a long hash", { type: "HASHED_PIN", hash: "A".repeat(513) }, ["voucher.pin.hash"]],
    ["a clear pin that is too long", { type: "CLEAR_PIN", pin: digits(21) }, ["voucher.pin.pin"]],
    ["a pin of no known type", { type: "OTHER", pin: "1" }, ["voucher.pin.type"]],
    ["a pin of an inherited name", { type: "constructor", pin: "1" }, ["voucher.pin.type"]],
  ])("with %s", (_, pin, fields) => {
    expect(faultyFields(provisionRequestCheck, withValue(full, ["voucher", "pin"], pin))).toEqual(fields);
  });
});

const REQUIRED_FIELDS = [
  "id",
  "time",
  "originator",
  "originator.institution",
  "originator.institution.id",
  "originator.institution.name",
  "originator.terminalId",
  "originator.merchant",
  "originator.merchant.merchantType",
  "originator.merchant.merchantId",
  "originator.merchant.merchantName",
  "originator.merchant.merchantName.name",
  "originator.merchant.merchantName.city",
  "originator.merchant.merchantName.region",
  "originator.merchant.merchantName.country",
  "client",
  "client.id",
  "client.name",
  "thirdPartyIdentifiers",
  "thirdPartyIdentifiers.0.institutionId",
  "thirdPartyIdentifiers.0.transactionIdentifier",
];
const ADVICE_FIELDS = ["id", "requestId", "time", "thirdPartyIdentifiers"];

const kinds: readonly (readonly [name: string, check: Check<unknown>, message: object, required: readonly string[]])[] =
  [
    ["ProvisionRequest", provisionRequestCheck, provision(uuid(1)), REQUIRED_FIELDS],
    [
      "RedemptionRequest",
      redemptionRequestCheck,
      redemption(uuid(1), "1"),
      [...REQUIRED_FIELDS, "voucher", "voucher.code"],
    ],
    ["RefundRequest", refundRequestCheck, refund(uuid(1), "1"), [...REQUIRED_FIELDS, "voucher", "voucher.code"]],
    ["BasicAdvice", basicAdviceCheck, advice(uuid(1), uuid(2)), ADVICE_FIELDS],
    [
      "TenderAdvice",
      tenderAdviceCheck,
      confirmation(uuid(1), uuid(2)),
      [...ADVICE_FIELDS, "tenders", "tenders.0.tenderType"],
    ],
    ["BasicReversal", basicReversalCheck, reversal(uuid(1), uuid(2)), [...ADVICE_FIELDS, "reversalReason"]],
  ];

describe.each(kinds)("%s", (_, check, message, required) => {
  test("passes as it is", () => {
    expect(faultyFields(check, asJson(message))).toEqual([]);
  });

  test.each(required)("requires %s", (path) => {
    expect(faultyFields(check, withValue(asJson(message), path.split("."), undefined))).toEqual([nameOf(path)]);
  });

  test("accepts no unknown field, at the top or nested", () => {
    const path = ["thirdPartyIdentifiers", "0", "surprise"];
    const surprised = withValue(withValue(asJson(message), ["surprise"], 1), path, 1);
    expect(faultyFields(check, surprised).toSorted()).toEqual(["surprise", "thirdPartyIdentifiers[0].surprise"]);
  });

  test("gives one error for each fault, up to a bound", () => {
    const many: JsonObject = Object.fromEntries(Array.from({ length: 500 }, (_each, index) => [`surprise${index}`, 1]));
    expect(faultyFields(check, { ...asObject(message), ...many })).toHaveLength(100);
  });

  test("refuses every value that is not an object", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.array(fc.integer())),
        (value) => {
          expect(faultyFields(check, value)).toEqual([""]);
        },
      ),
    );
  });
});

const asObject = (message: object): JsonObject => {
  const json = asJson(message);
  return isJsonObject(json) ? json : {};
};

describe("VoucherLookup", () => {
  test.each(["voucherCode", "voucherSerialNumber"])("%s has at most 40 characters", (key) => {
    expect(faultyFields(voucherLookupCheck, { [key]: chars(40) })).toEqual([]);
    expect(faultyFields(voucherLookupCheck, { [key]: chars(41) })).toEqual([key]);
  });

  test("provisionRequestId is a UUID", () => {
    expect(faultyFields(voucherLookupCheck, { provisionRequestId: uuid(1) })).toEqual([]);
    expect(faultyFields(voucherLookupCheck, { provisionRequestId: "1" })).toEqual(["provisionRequestId"]);
  });

  test("must name the voucher by one of its keys; routing hints do not", () => {
    expect(faultyFields(voucherLookupCheck, { receiverInstId: "1", settlementEntityInstId: "1" })).toEqual([""]);
  });
});

test("RefundRequest.redemptionId is a UUID", () => {
  expect(faultyFields(refundRequestCheck, { ...asObject(refund(uuid(1), "1")), redemptionId: "1" })).toEqual([
    "redemptionId",
  ]);
});

test("no fault repeats a value: it may be a voucher code", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 41, maxLength: 60 }), (code) => {
      const reading = validate(provisionRequestCheck, withValue(full, ["voucher", "code"], code));
      expect(JSON.stringify(reading)).not.toContain(JSON.stringify(code).slice(1, -1));
      expect(reading.type).toBe("invalid");
    }),
  );
});
