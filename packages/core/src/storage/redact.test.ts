import { describe, expect, test } from "vitest";
import { jsonResponse } from "../../test/responses.ts";
import {
  AT,
  AUTHORISED,
  CODE,
  ID,
  policyOf,
  provisionResponse,
  provisionStart,
  redemptionRequest,
  redemptionStart,
  refundStart,
} from "../../test/messages.ts";
import { provisionEvents } from "../../test/provision-events.ts";
import { redemptionEvents } from "../../test/redemption-events.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { after } from "../../test/specification.ts";
import {
  secretLookup,
  secretProvisionRequest,
  secretRedemptionRequest,
  secretRefundRequest,
  secrets,
} from "../../test/secrets.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import type { Json } from "../json.ts";
import { stellr } from "../policy.ts";
import type { Transaction } from "../transaction.ts";
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
    const { tenders, voucher, product, recipient, slipData, amounts, ...rest } = secretProvisionRequest;
    expect(entry).toEqual({
      type: "provisionStarted",
      start: {
        ...provisionStart(),
        redacted: true,
        request: {
          ...rest,
          amounts: { ...amounts, additionalAmounts: {} },
          tenders: [{ ...tenders?.[0], cardNumber: "***", reference: "***" }],
          voucher: { ...voucher, code: "***", pin: {}, redeemInstructions: [] },
          product: { ...product, channelProductListings: [] },
          recipient: {},
          slipData: {},
          additionalFields: {},
        },
      },
    });
  });

  test("in a lookup: the code, but not the serial number, which cannot redeem", () => {
    expect(redactEntry({ type: "redemptionStarted", start: redemptionStart({}, secretLookup) })).toEqual({
      type: "redemptionStarted",
      start: { ...redemptionStart({}, { voucherCode: "***", voucherSerialNumber: "S-1" }), redacted: true },
    });
  });

  test("in a refund's start: the voucher that is refunded, but not the redemption", () => {
    const { amounts, ...rest } = secretRefundRequest;
    const request = {
      ...rest,
      amounts: { ...amounts, additionalAmounts: {} },
      slipData: {},
      voucher: { code: "***", pin: {} },
    };
    expect(redactEntry({ type: "refundStarted", start: refundStart({}, secretRefundRequest) })).toEqual({
      type: "refundStarted",
      start: { ...refundStart(), redacted: true, request },
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
        amounts: { ...amounts, additionalAmounts: {} },
        at: AT,
      },
    });
  });

  test.each<[string, Json, Json]>([
    ["unknown fields: names and all", { newThing: "x", [CODE]: { er: ["x", 5, null, true] } }, {}],
    ["fields of the library's own records", { state: "x", at: 5, response: { id: "x" } }, {}],
    ["a harmless name in another place", { voucher: { barcode: "x", name: "x", amount: 5 } }, { voucher: {} }],
    ["the name of an inherited member is unknown", { constructor: "x", toString: { id: "x" } }, {}],
    [
      "text where an object was expected, and never longer",
      { voucher: "x", originator: CODE },
      { voucher: "*", originator: "***" },
    ],
    ["an object where text was expected", { rrn: { code: "x" }, stan: ["x"] }, { rrn: {}, stan: [] }],
    [
      "third-party identifiers: what parties add of their own, and what is none",
      { thirdPartyIdentifiers: [CODE, 5, { institutionId: "1", transactionIdentifier: 7, [CODE]: CODE }] },
      { thirdPartyIdentifiers: ["***", 0, { institutionId: "1", transactionIdentifier: 7 }] },
    ],
    ["what is empty stays empty: an empty code is none", { voucher: { code: "" } }, { voucher: { code: "" } }],
    [
      "null and booleans of known fields stay",
      { voucher: null, rrn: true, id: null },
      { voucher: null, rrn: true, id: null },
    ],
    ["a list", ["x", { id: ID, code: "x" }], ["*", { id: ID }]],
    ["a text", CODE, "***"],
    ["a number", 5, 0],
    ["null", null, null],
    [
      "the keys of additional amounts",
      { amounts: { additionalAmounts: { [CODE]: {} } } },
      { amounts: { additionalAmounts: {} } },
    ],
    [
      "a serial number that is the code, however it is spelled",
      { voucher: { code: "4711-ab", serialNumber: "4711AB" } },
      { voucher: { code: "***", serialNumber: "***" } },
    ],
    ["an id that is none", { id: CODE, requestId: 4711, originalId: ID }, { id: "***", requestId: 0, originalId: ID }],
    [
      "a time that is none",
      { time: CODE, voucher: { expiryDate: CODE } },
      { time: "***", voucher: { expiryDate: "***" } },
    ],
    [
      "a word that may be a code",
      { tranType: "ABCD1234", srcAccType: "DEFAULT" },
      { tranType: "***", srcAccType: "DEFAULT" },
    ],
    [
      "a long number in a name, however it is grouped",
      { product: { name: "Airtime 4711 0000-1111", description: "R50, 30 days" } },
      { product: { name: "***", description: "R50, 30 days" } },
    ],
    [
      "an amount that is none",
      { amounts: { approvedAmount: { amount: CODE, currency: CODE, ledgerIndicator: "CREDIT" } } },
      { amounts: { approvedAmount: { amount: "***", currency: "***", ledgerIndicator: "CREDIT" } } },
    ],
    [
      "the detail of an error",
      {
        errorType: "FORMAT_ERROR",
        errorMessage: "x",
        providerErrorCode: "51",
        providerErrorMsg: "x",
        detailMessage: { voucher: { code: "x" }, formatErrors: [{ field: "x", msg: "x", value: "x" }] },
      },
      {
        errorType: "FORMAT_ERROR",
        errorMessage: "***",
        providerErrorCode: "51",
        providerErrorMsg: "***",
        detailMessage: { formatErrors: [{ field: "***", msg: "***" }] },
      },
    ],
    [
      "codes of errors that may be something else",
      { errorType: "ABCDEFGH", providerErrorCode: "471100" },
      { errorType: "***", providerErrorCode: "***" },
    ],
    ["an error type that is not published, and can be no code", { errorType: "NEW_ERROR" }, { errorType: "NEW_ERROR" }],
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
      start: { ...resolved.start, redacted: true },
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

describe("what a machine keeps as evidence is masked where it stands", () => {
  const approved = provisionEvents.approved;
  const masked = {
    ...provisionResponse,
    voucher: { code: "***", serialNumber: "S-1", expiryDate: expect.any(String) },
  };

  test("an approval that came too late, in the state and in an item", () => {
    const reversing = provisionSituations["reversing, approved late"]();
    expect(JSON.stringify(reversing)).toContain(CODE);
    expect(redact(reversing)).toEqual({
      ...reversing,
      start: { ...reversing.start, redacted: true },
      lateApproval: { attempt: 0, at: expect.any(Number), response: masked },
    });
    const reversed = after(reversing, provisionEvents["advice not found"]);
    expect(redact(reversed)).toEqual({
      ...reversed,
      start: { ...reversed.start, redacted: true },
      reconciliation: [
        {
          reason: "reversalNotFound",
          at: expect.any(Number),
          status: 404,
          approval: { attempt: 0, at: expect.any(Number), response: masked },
        },
      ],
    });
    const disputed = after(reversing, provisionEvents["advice refused"]);
    expect(JSON.stringify(disputed)).toContain(CODE);
    expect(JSON.stringify(redact(disputed))).not.toContain(CODE);
  });

  test("a second voucher: its code is masked in a way of its own, in the transaction and in its journal", () => {
    const completed = after(provisionSituations.completed(), provisionEvents["approved, another voucher"]);
    const redacted = redact(completed);
    expect(redacted).toMatchObject({
      approval: { response: masked },
      reconciliation: [{ reason: "secondVoucher", response: { voucher: { code: "*** (second)" } } }],
    });
    const codesIn = (entry: Entry, transaction?: Transaction): readonly string[] =>
      [...JSON.stringify(redactEntry(entry, transaction)).matchAll(/\\"code\\":\\"([^"\\]*)/g)].flatMap(
        ([, code]) => code ?? [],
      );
    const first = approved(completed);
    const second = provisionEvents["approved, another voucher"](completed);
    expect([codesIn(first, completed), codesIn(second, completed)]).toEqual([["***"], ["*** (second)"]]);
    expect([codesIn(first, redacted), codesIn(second, redacted)]).toEqual([["***"], ["***"]]);
    expect([codesIn(first), codesIn(second)]).toEqual([["***"], ["***"]]);
  });

  test("who settled a dispute, and why; a number in the reason that may be a code is masked", () => {
    const resolve = { type: "resolve", resolution: "confirmed", by: "Thandi", at: AT } as const;
    const cancel = { type: "cancel", operator: { by: "Thandi", reason: `it was ${CODE}` }, at: AT } as const;
    expect(JSON.stringify(redactEntry({ type: "intent", intent: cancel }, provisionSituations.issued()))).not.toContain(
      CODE,
    );
    const redactedReason = (reason: string): unknown => {
      const entry = redactEntry({ type: "intent", intent: { ...resolve, reason } });
      return entry.type === "intent" && entry.intent.type === "resolve" ? entry.intent : undefined;
    };
    expect(redactedReason("ticket 4711")).toEqual({ ...resolve, reason: "ticket 4711" });
    expect(redactedReason(`it was ${CODE}`)).toEqual({ ...resolve, reason: "***" });
  });

  test("amounts stay: the operator must see what was asked and what was approved", () => {
    const issued = after(provisionSituations.requesting(), provisionEvents["approved for more"]);
    const [item] = issued.reconciliation;
    expect(item).toMatchObject({ reason: "approvedOtherAmount", approved: { amount: AUTHORISED.amount + 1 } });
    expect(redact(issued).reconciliation).toEqual([item]);
  });

  test("why a lookup failed stays, but for what others wrote", () => {
    const unknown = redemptionSituations["lookupFailed, unknown"]();
    expect(redact(unknown)).toEqual({
      ...unknown,
      start: { ...unknown.start, redacted: true, lookup: { voucherCode: "***" } },
    });
    const refused = after(redemptionSituations.lookingUp(), redemptionEvents["declined, unnamed"]);
    expect(redact(refused)).toMatchObject({
      reason: "refused",
      error: { status: 400, errorType: "FORMAT_ERROR", errorMessage: "***", providerErrorMessage: "***" },
    });
    const foreign = after(
      redemptionSituations["lookingUp for the last time"](),
      redemptionEvents["foreign: page, 403"],
    );
    expect(redact(foreign)).toMatchObject({ reason: "foreign", unknown: { attempt: 1, cause: "foreign" } });
  });

  test("a policy that came with redeem stays, and how often an advice had been delivered", () => {
    const policy = policyOf({ provider: stellr, decisionDeadlineMs: 5_000, unnamedRepeatMs: 7_000 });
    const redeem: Entry = { type: "intent", intent: { type: "redeem", request: redemptionRequest, policy, at: AT } };
    expect(redactEntry(redeem)).toMatchObject({ intent: { policy } });
    const redeeming = redemptionSituations["redeeming, single since redeem"]();
    expect(redact(redeeming)).toMatchObject({ redeem: { policy: { messaging: "single" } } });
    const fact = { type: "adviceResponse", adviceId: "1", at: AT, repeats: 3, status: 404, body: "" } as const;
    expect(redactEntry({ type: "fact", fact })).toEqual({ type: "fact", fact });
  });

  test("who looks a voucher up stays, and from where", () => {
    const start = { ...redemptionStart({}, secretLookup), client: "shop", terminal: "TILL0001" };
    expect(redactEntry({ type: "redemptionStarted", start })).toMatchObject({
      start: { client: "shop", terminal: "TILL0001", lookup: { voucherCode: "***" } },
    });
  });
});
