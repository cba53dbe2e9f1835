import { expect, test } from "vitest";
import { emptyResponse, errorResponse, htmlResponse, jsonResponse } from "../../test/responses.ts";
import { FOREIGN_ID, ID, redemptionResponse } from "../../test/messages.ts";
import type { HttpResponse } from "./http-response.ts";
import { type RedemptionStatus, classifyRedemptionStatus } from "./redemption-status.ts";

const error = (status: number, errorType: string) => ({
  status,
  errorType,
  errorMessage: "as it was said",
  providerErrorCode: "P1",
  providerErrorMessage: "as the provider said it",
});

test.each<[string, HttpResponse, RedemptionStatus]>([
  [
    "the original approval",
    jsonResponse(200, redemptionResponse),
    { outcome: "approved", response: redemptionResponse },
  ],
  ["still processing", emptyResponse(102), { outcome: "stillProcessing" }],
  ["another sender's", emptyResponse(403), { outcome: "notOurs" }],
  ["another sender's, with white space", { status: 403, body: "\r\n" }, { outcome: "notOurs" }],
  ["never received", emptyResponse(404), { outcome: "neverReceived" }],
  ["never received, with white space", { status: 404, body: " " }, { outcome: "neverReceived" }],
  [
    "the original decline",
    errorResponse(400, "INVALID_VOUCHER", ID),
    { outcome: "error", error: error(400, "INVALID_VOUCHER") },
  ],
  [
    "no credentials",
    errorResponse(403, "AUTHENTICATION_ERROR"),
    { outcome: "error", error: error(403, "AUTHENTICATION_ERROR") },
  ],
  ["a wrong URL", htmlResponse(404), { outcome: "unknown" }],
  ["a firewall", htmlResponse(403), { outcome: "unknown" }],
  ["a decline without a word", emptyResponse(400), { outcome: "unknown" }],
  ["wrong credentials", htmlResponse(401), { outcome: "error", error: { status: 401 } }],
  [
    "no response from upstream",
    errorResponse(504, "UPSTREAM_UNAVAILABLE"),
    { outcome: "error", error: error(504, "UPSTREAM_UNAVAILABLE") },
  ],
  ["no body", emptyResponse(500), { outcome: "error", error: { status: 500 } }],
  ["a success that is none", htmlResponse(200), { outcome: "unknown" }],
  ["another redemption", jsonResponse(200, { ...redemptionResponse, id: FOREIGN_ID }), { outcome: "unknown" }],
])("a redemption that is looked up: %s", (_, response, reading) => {
  expect(classifyRedemptionStatus(ID, response)).toEqual(reading);
});
