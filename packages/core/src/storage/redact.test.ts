import { describe, expect, test } from "vitest";
import { jsonResponse } from "../../test/responses.ts";
import { AT, provisionStart, redemptionStart } from "../../test/messages.ts";
import { secretLookup, secretProvisionRequest, secretRedemptionRequest, secrets } from "../../test/secrets.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import type { Json } from "../json.ts";
import type { Entry } from "./journal.ts";
import { redact, redactEntry } from "./redact.ts";

const redactedBody = (body: string): string => {
  const entry = redactEntry({ type: "fact", fact: { type: "response", attempt: 0, at: AT, status: 200, body } });
  if (entry.type !== "fact" || entry.fact.type !== "response") throw new Error("not the entry that went in");
  return entry.fact.body;
};
const redactedAnswer = (body: Json): unknown => JSON.parse(redactedBody(JSON.stringify(body)));

describe("what is masked", () => {
  test("in a request: code, pin, card, receipt texts and personal data; the rest stays", () => {
    const entry = redactEntry({ type: "provisionStarted", start: provisionStart({}, secretProvisionRequest) });
    const { tenders, voucher, recipient, slipData, amounts, ...rest } = secretProvisionRequest;
    expect(entry).toEqual({
      type: "provisionStarted",
      start: {
        ...provisionStart(),
        request: {
          ...rest,
          amounts: {
            ...amounts,
            additionalAmounts: { tip: { amount: 0, currency: "***", ledgerIndicator: "***" } },
          },
          tenders: [{ ...tenders?.[0], cardNumber: "***", reference: "***" }],
          voucher: {
            ...voucher,
            code: "***",
            pin: { type: "***", pinBlock: "***", encryptionParameters: { accountNumber: "***" } },
            redeemInstructions: ["***"],
          },
          recipient: {
            firstName: "***",
            lastName: "***",
            address: "***",
            addressDetails: { addressLine1: "***" },
            dateOfBirth: "***",
            profileId: "***",
            msisdn: "***",
            emailAddress: "***",
          },
          slipData: {
            messageLines: [{ text: "***", barcode: { data: "***", encoding: "***" } }],
            issuerReference: "***",
          },
        },
      },
    });
  });

  test("in a lookup: the code, but not the serial number, which cannot redeem", () => {
    expect(redactEntry({ type: "redemptionStarted", start: redemptionStart({}, secretLookup) })).toEqual({
      type: "redemptionStarted",
      start: redemptionStart({}, { voucherCode: "***", voucherSerialNumber: "S-1" }),
    });
  });

  test("in intents: the secrets that they would send", () => {
    const redeem: Entry = { type: "intent", intent: { type: "redeem", request: secretRedemptionRequest, at: AT } };
    expect(JSON.stringify(redactEntry(redeem))).not.toContain(secrets.telephone);
    const amounts = {
      approvedAmount: { amount: 1, currency: "710" },
      additionalAmounts: { x: { amount: 2, currency: "710" } },
    };
    const confirm: Entry = {
      type: "intent",
      intent: { type: "confirm", tenders: secretProvisionRequest.tenders ?? [], amounts, at: AT },
    };
    expect(redactEntry(confirm)).toEqual({
      type: "intent",
      intent: {
        type: "confirm",
        tenders: [{ ...secretProvisionRequest.tenders?.[0], cardNumber: "***", reference: "***" }],
        amounts: { ...amounts, additionalAmounts: { x: { amount: 0, currency: "***" } } },
        at: AT,
      },
    });
  });

  test.each<[string, Json, Json]>([
    [
      "unknown fields",
      { newThing: "x", deep: { er: ["x", 5, null, true] } },
      { newThing: "***", deep: { er: ["***", 0, null, true] } },
    ],
    [
      "fields of the library's own records",
      { message: "x", state: "x", at: 5, response: { id: "x" } },
      { message: "***", state: "***", at: 0, response: { id: "***" } },
    ],
    [
      "a harmless name in another place",
      { voucher: { barcode: "x", name: "x", amount: 5 } },
      { voucher: { barcode: "***", name: "***", amount: 0 } },
    ],
    ["text where an object was expected", { voucher: "x", originator: "x" }, { voucher: "***", originator: "***" }],
    ["an object where text was expected", { rrn: { code: "x" }, stan: ["x"] }, { rrn: { code: "***" }, stan: ["***"] }],
    [
      "text in a list of objects",
      { thirdPartyIdentifiers: ["x", { institutionId: "1", note: "x" }] },
      { thirdPartyIdentifiers: ["***", { institutionId: "1", note: "***" }] },
    ],
    ["what is empty stays empty: an empty code is none", { voucher: { code: "" } }, { voucher: { code: "" } }],
    ["null and booleans stay", { voucher: null, cut: true, id: null }, { voucher: null, cut: true, id: null }],
    [
      "the name of an inherited member is unknown",
      { constructor: "x", toString: { id: "x" } },
      { constructor: "***", toString: { id: "***" } },
    ],
    ["a list", ["x", { id: "1", code: "x" }], ["***", { id: "1", code: "***" }]],
    ["a text", "x", "***"],
    ["a number", 5, 0],
    ["null", null, null],
    [
      "the detail of an error",
      { errorType: "A", errorMessage: "x", providerErrorCode: "51", detailMessage: { voucher: { code: "x" } } },
      { errorType: "A", errorMessage: "***", providerErrorCode: "51", detailMessage: { voucher: { code: "***" } } },
    ],
  ])("in a response: %s", (_, body, masked) => {
    expect(redactedAnswer(body)).toEqual(masked);
  });

  test("a response that is not JSON: all of it; an empty one stays empty", () => {
    expect(redactedBody(`<html>${secrets.code}</html>`)).toBe("***");
    expect(redactedBody(`{"code":"${secrets.code}"`)).toBe("***");
    expect(redactedBody("")).toBe("");
    expect(redactedBody(" \n")).toBe(" \n");
  });

  test("a response to an advice as any other", () => {
    const fact = {
      type: "adviceResponse",
      adviceId: "1",
      at: AT,
      retryAfterMs: 5,
      ...jsonResponse(202, { customer: "x" }),
    } as const;
    expect(redactEntry({ type: "fact", fact })).toEqual({
      type: "fact",
      fact: { ...fact, body: '{"customer":"***"}' },
    });
  });
});

describe("what stays", () => {
  test("everything that the machine decides by, and everything that an operator needs to resolve a dispute", () => {
    const resolved = provisionSituations["resolved reversal"]();
    expect(redact(resolved)).toEqual({
      ...resolved,
      dispute: {
        reason: "contradicted",
        error: {
          status: 400,
          errorType: "VOUCHER_ALREADY_CONFIRMED",
          errorMessage: "***",
          providerErrorCode: "P1",
          providerErrorMessage: "***",
        },
        at: expect.any(Number),
      },
    });
  });
});
