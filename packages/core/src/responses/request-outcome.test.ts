import { describe, expect, test, vi } from "vitest";
import { emptyResponse, errorResponse, htmlResponse, jsonResponse } from "../../test/responses.ts";
import { bodiesAbout, type Body, statuses } from "../../test/bodies.ts";
import { errorTypes } from "../../test/error-types.ts";
import {
  ID,
  lookup,
  provisionRequest,
  provisionResponse,
  redemptionRequest,
  refundRequest,
} from "../../test/messages.ts";
import type { JsonObject } from "../json.ts";
import type { VoucherLookup } from "../messages/lookup.ts";
import type { OutgoingMessage, Request } from "../messages/operations.ts";
import { type RequestOutcome, classifyResponse, toErrorResponse } from "./request-outcome.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

/** `lookupProducts` answers with a list of any form: `products.test.ts` shows what that means. */
type Operation = Exclude<Request["operation"], "lookupProducts">;

const requests: { readonly [Name in Operation]: OutgoingMessage<Name> } = {
  provisionVoucher: { operation: "provisionVoucher", message: provisionRequest },
  retryProvisionVoucher: { operation: "retryProvisionVoucher", message: provisionRequest },
  lookupVoucher: { operation: "lookupVoucher", message: lookup },
  redeemVoucher: { operation: "redeemVoucher", message: redemptionRequest },
  lookupRedemption: { operation: "lookupRedemption", message: { requestId: ID } },
  refundVoucher: { operation: "refundVoucher", message: refundRequest },
};

type StatusMeaning = "success" | "refuses" | "redirects" | "fails" | "is transient";

/** What a status alone means. */
const byStatus: readonly (readonly [from: number, to: number, says: StatusMeaning])[] = [
  [200, 202, "success"],
  [203, 399, "redirects"],
  [400, 407, "refuses"],
  [408, 408, "is transient"],
  [409, 424, "refuses"],
  [425, 425, "is transient"],
  [426, 428, "refuses"],
  [429, 429, "is transient"],
  [430, 499, "refuses"],
  [500, 500, "fails"],
  [501, 501, "refuses"],
  [502, 599, "fails"],
];

const saysOf = (status: number): StatusMeaning =>
  byStatus.find(([from, to]) => from <= status && status <= to)?.[2] ?? "fails";

/** The required content of a success, by operation. */
const demands: Readonly<Record<Operation, { ourId: boolean; voucher: readonly Body["voucher"][] }>> = {
  provisionVoucher: { ourId: true, voucher: ["code", "otherCode"] },
  retryProvisionVoucher: { ourId: true, voucher: ["code", "otherCode"] },
  lookupVoucher: { ourId: false, voucher: ["code", "noCode"] },
  redeemVoucher: { ourId: true, voucher: ["code", "otherCode", "noCode", "none"] },
  lookupRedemption: { ourId: true, voucher: ["code", "otherCode", "noCode", "none"] },
  refundVoucher: { ourId: true, voucher: ["code", "otherCode", "noCode", "none"] },
};

const isLookup = (operation: Operation): boolean => operation === "lookupVoucher" || operation === "lookupRedemption";

/**
 * Whether an error is Electrum's word: it has a type, and names our message; or it names none and the type is published. What
 * answers a lookup has no id to compare.
 */
function isElectrumsError(operation: Operation, { errorType, id }: Body): boolean {
  if (errorType === undefined) return false;
  if (isLookup(operation) || id === "ours") return true;
  return id === "none" && errorTypes[errorType]?.isUnpublished !== true;
}

function expectedOutcome(operation: Operation, status: number, body: Body): string {
  // Whoever answers so has passed nothing on.
  if (status === 401 || status === 407) return "declined";
  const says = saysOf(status);
  if (says === "success" && body.errorType === undefined) return expectedSuccess(operation, body);
  if (!isElectrumsError(operation, body)) {
    // A gateway that has trouble is no wonder; one that answers in Electrum's place is.
    const hasTrouble = (says === "fails" || says === "is transient") && body.errorType === undefined;
    return hasTrouble ? "unknown: status" : "unknown: foreign";
  }
  const means = errorTypes[body.errorType ?? ""]?.request;
  const isSale = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  const isOpen = means === "unknown" || (means === "unknownSale" && isSale);
  if (isOpen || says === "success") return "unknown: errorType";
  return says === "refuses" ? "declined" : "unknown: status";
}

function expectedSuccess(operation: Operation, body: Body): string {
  if (body.kind !== "object") return "unknown: foreign";
  if (demands[operation].ourId && body.id !== "ours") return "unknown: foreign";
  if (operation === "lookupVoucher" && body.voucher === "otherCode") return "unknown: foreign";
  return demands[operation].voucher.includes(body.voucher) ? "approved" : "unknown: noVoucher";
}

const inWords = (reading: RequestOutcome): string =>
  reading.outcome === "unknown" ? `unknown: ${reading.cause}` : reading.outcome;

const bodies = bodiesAbout(ID, ID);

describe(`a response to a request: ${statuses.length} statuses x ${bodies.length} bodies for each operation`, () => {
  test.each(Object.values(requests))("$operation", (request) => {
    const misread = statuses.flatMap((status) =>
      bodies.flatMap((body) => {
        const read = inWords(classifyResponse(request, { status, body: body.text }));
        const meant = expectedOutcome(request.operation, status, body);
        return read === meant ? [] : [`${status}, ${body.name}: ${read}, and not ${meant}`];
      }),
    );
    expect(misread.slice(0, 20)).toEqual([]);
  });
});

describe("a lookup has found the voucher that was asked for, however it is spelled", () => {
  const classify = (message: VoucherLookup, voucher: JsonObject): string =>
    inWords(classifyResponse({ operation: "lookupVoucher", message }, jsonResponse(200, { voucher })));

  test.each([
    ["by its code", { voucherCode: "AB-12 34" }, { code: "ab1234" }, "approved"],
    ["by its code, and another one is named", { voucherCode: "AB-12" }, { code: "AB-13" }, "unknown: foreign"],
    ["by its code, and none is named", { voucherCode: "AB-12" }, { serialNumber: "9" }, "approved"],
    ["by its code, and an empty one is named", { voucherCode: "AB-12" }, { code: " - " }, "approved"],
    ["by its serial number", { voucherSerialNumber: "S-1" }, { code: "A", serialNumber: "s1" }, "approved"],
    ["by its serial number, another one", { voucherSerialNumber: "S-1" }, { serialNumber: "S-2" }, "unknown: foreign"],
    ["by its serial number, and none is named", { voucherSerialNumber: "S-1" }, { code: "A" }, "approved"],
    [
      "by both, and one differs",
      { voucherCode: "A", voucherSerialNumber: "S-1" },
      { code: "A", serialNumber: "S-2" },
      "unknown: foreign",
    ],
    ["by its sale, which no response names", { provisionRequestId: ID }, { code: "A", serialNumber: "9" }, "approved"],
    ["by an empty code", { voucherCode: "", voucherSerialNumber: "S-1" }, { code: "A" }, "approved"],
  ])("%s", (_case, message, voucher, expected) => {
    expect(classify(message, voucher)).toBe(expected);
  });
});

describe("the content of an outcome", () => {
  const { provisionVoucher } = requests;

  test("an approval: the whole response, including unknown and overlong fields", () => {
    const response = { ...provisionResponse, newThing: { of: ["next year"] }, rrn: "9".repeat(500) };
    expect(classifyResponse(provisionVoucher, jsonResponse(201, response))).toEqual({ outcome: "approved", response });
  });

  test("a decline: the texts of Electrum and the provider, never the detail, which may hold a voucher", () => {
    const response = jsonResponse(400, {
      id: ID,
      originalId: ID,
      errorType: "DO_NOT_HONOR",
      errorMessage: "no",
      providerErrorCode: "51",
      providerErrorMessage: "not enough",
      detailMessage: { voucher: { code: "secret" } },
    });
    expect(classifyResponse(provisionVoucher, response)).toEqual({
      outcome: "declined",
      error: {
        status: 400,
        errorType: "DO_NOT_HONOR",
        errorMessage: "no",
        providerErrorCode: "51",
        providerErrorMessage: "not enough",
      },
    });
  });

  const said = {
    errorType: "UPSTREAM_UNAVAILABLE",
    errorMessage: "as it was said",
    providerErrorCode: "P1",
    providerErrorMessage: "as the provider said it",
  };

  test("an unknown outcome: the error, if there was one", () => {
    expect(classifyResponse(provisionVoucher, errorResponse(503, "UPSTREAM_UNAVAILABLE", ID))).toEqual({
      outcome: "unknown",
      cause: "errorType",
      error: { status: 503, ...said },
    });
    expect(classifyResponse(provisionVoucher, { status: 502, body: "<html>" })).toEqual({
      outcome: "unknown",
      cause: "status",
      error: { status: 502 },
    });
    expect(classifyResponse(provisionVoucher, { status: 200, body: "<html>" })).toEqual({
      outcome: "unknown",
      cause: "foreign",
    });
  });

  test("a foreign one: what was said by whom it may concern, so that the operator finds who it was", () => {
    expect(classifyResponse(provisionVoucher, htmlResponse(403))).toEqual({
      outcome: "unknown",
      cause: "foreign",
      error: { status: 403 },
    });
    expect(classifyResponse(provisionVoucher, errorResponse(404, "NO_ROUTE"))).toEqual({
      outcome: "unknown",
      cause: "foreign",
      error: { status: 404, ...said, errorType: "NO_ROUTE" },
    });
  });

  test.each([400, 404, 501])(
    "a published error that names no message declines, and says that it names none: %i",
    (status) => {
      const error = { status, ...said, errorType: "FORMAT_ERROR" };
      expect(classifyResponse(provisionVoucher, errorResponse(status, "FORMAT_ERROR"))).toStrictEqual({
        outcome: "declined",
        error: { ...error, isUnnamed: true },
      });
      expect(classifyResponse(provisionVoucher, errorResponse(status, "FORMAT_ERROR", ID.toUpperCase()))).toStrictEqual(
        {
          outcome: "declined",
          error,
        },
      );
    },
  );

  test("what answers a lookup names no message, and nothing is missing there", () => {
    for (const request of [requests.lookupVoucher, requests.lookupRedemption]) {
      expect(classifyResponse(request, errorResponse(404, "A_TYPE_OF_NEXT_YEAR"))).toStrictEqual({
        outcome: "declined",
        error: { status: 404, ...said, errorType: "A_TYPE_OF_NEXT_YEAR" },
      });
    }
  });

  test.each([401, 407])(
    "whoever refuses the credentials has passed nothing on: %i declines, whatever it holds",
    (status) => {
      for (const request of Object.values(requests)) {
        expect(classifyResponse(request, htmlResponse(status))).toStrictEqual({
          outcome: "declined",
          error: { status },
        });
        expect(classifyResponse(request, emptyResponse(status))).toStrictEqual({
          outcome: "declined",
          error: { status },
        });
      }
    },
  );

  test.each([
    ["null counts as absent", { errorMessage: null, providerErrorCode: null }, {}],
    ["what is no text counts as absent", { errorMessage: {}, providerErrorCode: [] }, {}],
    ["the provider's text under its other name", { providerErrorMsg: "so" }, { providerErrorMessage: "so" }],
    [
      "the schema's field name goes first",
      { providerErrorMessage: "this", providerErrorMsg: "that" },
      { providerErrorMessage: "this" },
    ],
    [
      "the other field name counts if the first is null",
      { providerErrorMessage: null, providerErrorMsg: "that" },
      { providerErrorMessage: "that" },
    ],
    [
      "the faults that Electrum found: field and text, never the value",
      { detailMessage: { formatErrors: [{ field: "id", msg: "must be a UUID", value: "x" }, { msg: "bad" }, "x"] } },
      { formatErrors: [{ field: "id", message: "must be a UUID" }, { message: "bad" }] },
    ],
    [
      "the first faults, each cut: a state must not grow with a response",
      { detailMessage: { formatErrors: Array.from({ length: 9 }, () => ({ field: "f".repeat(200), msg: 5 })) } },
      { formatErrors: Array.from({ length: 5 }, () => ({ field: "f".repeat(100) })) },
    ],
    ["no list of faults", { detailMessage: { formatErrors: { field: "id" }, freeString: "x" } }, {}],
    [
      "overlong text is cut: a state must not grow with a response",
      { errorMessage: "x".repeat(300) },
      { errorMessage: "x".repeat(256) },
    ],
  ])("an error is read leniently: %s", (_, body, error) => {
    const errorType = "DO_NOT_HONOUR";
    expect(classifyResponse(provisionVoucher, jsonResponse(400, { id: ID, errorType, ...body }))).toStrictEqual({
      outcome: "declined",
      error: { status: 400, errorType, ...error },
    });
  });
});

test("an error holds only what its body says", () => {
  expect(toErrorResponse(400, {})).toStrictEqual({ status: 400 });
  expect(toErrorResponse(400, { errorType: "FORMAT_ERROR", errorMessage: null })).toStrictEqual({
    status: 400,
    errorType: "FORMAT_ERROR",
  });
});
