import { describe, expect, test, vi } from "vitest";
import { errorResponse, jsonResponse } from "../../test/responses.ts";
import { bodiesAbout, type Body, statuses } from "../../test/bodies.ts";
import { errorTypes } from "../../test/error-types.ts";
import { ID, lookup, provisionRequest, provisionResponse, redemptionRequest } from "../../test/messages.ts";
import type { Request } from "../messages/operations.ts";
import { type RequestOutcome, classifyResponse } from "./request-outcome.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

const requests: Readonly<Record<Request["operation"], Request>> = {
  provisionVoucher: { operation: "provisionVoucher", message: provisionRequest },
  retryProvisionVoucher: { operation: "retryProvisionVoucher", message: provisionRequest },
  lookupVoucher: { operation: "lookupVoucher", message: lookup },
  redeemVoucher: { operation: "redeemVoucher", message: redemptionRequest },
  lookupRedemption: { operation: "lookupRedemption", message: { requestId: ID } },
};

/** What a status alone means. */
const byStatus: readonly (readonly [from: number, to: number, says: "success" | "declined" | "unknown: status"])[] = [
  [200, 202, "success"],
  [203, 399, "unknown: status"],
  [400, 407, "declined"],
  [408, 408, "unknown: status"],
  [409, 424, "declined"],
  [425, 425, "unknown: status"],
  [426, 428, "declined"],
  [429, 429, "unknown: status"],
  [430, 499, "declined"],
  [500, 500, "unknown: status"],
  [501, 501, "declined"],
  [502, 599, "unknown: status"],
];

/** The required content of a success, by operation. */
const demands: Readonly<Record<Request["operation"], { ourId: boolean; voucher: readonly Body["voucher"][] }>> = {
  provisionVoucher: { ourId: true, voucher: ["code"] },
  retryProvisionVoucher: { ourId: true, voucher: ["code"] },
  lookupVoucher: { ourId: false, voucher: ["code", "noCode"] },
  redeemVoucher: { ourId: true, voucher: ["code", "noCode", "none"] },
  lookupRedemption: { ourId: true, voucher: ["code", "noCode", "none"] },
};

/** Responses to lookups have no id, so an error counts whatever id it names. */
const errorsBearOurId: readonly Request["operation"][] = ["provisionVoucher", "retryProvisionVoucher", "redeemVoucher"];

function expectedOutcome(operation: Request["operation"], status: number, body: Body): string {
  const [, , says] = byStatus.find(([from, to]) => from <= status && status <= to) ?? [0, 0, "no such status"];
  const isError = says !== "success" || body.errorType !== undefined;
  if (isError && body.id === "foreign" && errorsBearOurId.includes(operation)) return "unknown: foreignId";
  if (body.errorType !== undefined) {
    const means = errorTypes[body.errorType]?.request;
    const isSale = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
    const isOpen = means === "unknown" || (means === "unknownSale" && isSale);
    return isOpen || says === "success" ? "unknown: errorType" : says;
  }
  if (says !== "success") return says;
  if (body.kind !== "object") return "unknown: unreadable";
  if (demands[operation].ourId && body.id !== "ours") return "unknown: foreignId";
  return demands[operation].voucher.includes(body.voucher) ? "approved" : "unknown: noVoucher";
}

const inWords = (reading: RequestOutcome): string =>
  reading.outcome === "unknown" ? `unknown: ${reading.cause}` : reading.outcome;

const bodies = bodiesAbout(ID);

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

  test("an unknown outcome: the error, if there was one", () => {
    expect(classifyResponse(provisionVoucher, errorResponse(503, "UPSTREAM_UNAVAILABLE"))).toEqual({
      outcome: "unknown",
      cause: "errorType",
      error: {
        status: 503,
        errorType: "UPSTREAM_UNAVAILABLE",
        errorMessage: "as it was said",
        providerErrorCode: "P1",
        providerErrorMessage: "as the provider said it",
      },
    });
    expect(classifyResponse(provisionVoucher, { status: 502, body: "<html>" })).toEqual({
      outcome: "unknown",
      cause: "status",
      error: { status: 502 },
    });
    expect(classifyResponse(provisionVoucher, { status: 200, body: "<html>" })).toEqual({
      outcome: "unknown",
      cause: "unreadable",
    });
  });

  test.each([
    ["null counts as absent", { errorType: null, errorMessage: null, providerErrorCode: null }, {}],
    ["what is no text counts as absent", { errorType: 5, errorMessage: {}, providerErrorCode: [] }, {}],
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
      "overlong text is cut: a state must not grow with a response",
      { errorMessage: "x".repeat(300) },
      { errorMessage: "x".repeat(256) },
    ],
  ])("an error is read leniently: %s", (_, body, error) => {
    expect(classifyResponse(provisionVoucher, jsonResponse(400, body))).toStrictEqual({
      outcome: "declined",
      error: { status: 400, ...error },
    });
  });
});
