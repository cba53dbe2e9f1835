import { expect, test } from "vitest";
import { empty, errorDetail, html, json } from "../test/answers.ts";
import { FOREIGN_ID, ID, redemptionResponse } from "../test/messages.ts";
import type { Answer } from "./answer.ts";
import { type RedemptionLookupReading, readRedemptionLookup } from "./redemption-lookup.ts";

const error = (status: number, errorType: string) => ({
  status,
  errorType,
  errorMessage: "as it was said",
  providerErrorCode: "P1",
  providerErrorMessage: "as the provider said it",
});

test.each<[string, Answer, RedemptionLookupReading]>([
  ["the original approval", json(200, redemptionResponse), { outcome: "approved", response: redemptionResponse }],
  ["still processing", empty(102), { outcome: "stillProcessing" }],
  ["another sender's", empty(403), { outcome: "notOurs" }],
  ["another sender's, with white space", { status: 403, body: "\r\n" }, { outcome: "notOurs" }],
  ["never received", empty(404), { outcome: "neverReceived" }],
  ["never received, with white space", { status: 404, body: " " }, { outcome: "neverReceived" }],
  [
    "the original decline",
    errorDetail(400, "INVALID_VOUCHER", ID),
    { outcome: "error", error: error(400, "INVALID_VOUCHER") },
  ],
  [
    "no credentials",
    errorDetail(403, "AUTHENTICATION_ERROR"),
    { outcome: "error", error: error(403, "AUTHENTICATION_ERROR") },
  ],
  ["a wrong URL", html(404), { outcome: "error", error: { status: 404 } }],
  [
    "upstream is silent",
    errorDetail(504, "UPSTREAM_UNAVAILABLE"),
    { outcome: "error", error: error(504, "UPSTREAM_UNAVAILABLE") },
  ],
  ["no body", empty(500), { outcome: "error", error: { status: 500 } }],
  ["a success that is none", html(200), { outcome: "unknown" }],
  ["another redemption", json(200, { ...redemptionResponse, id: FOREIGN_ID }), { outcome: "unknown" }],
])("a redemption that is looked up: %s", (_, answer, reading) => {
  expect(readRedemptionLookup(ID, answer)).toEqual(reading);
});
