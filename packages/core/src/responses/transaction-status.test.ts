import { describe, expect, test } from "vitest";
import { emptyResponse, errorResponse, htmlResponse, jsonResponse } from "../../test/responses.ts";
import { CODE, FOREIGN_ID, ID, lookup, redemptionResponse } from "../../test/messages.ts";
import type { HttpResponse } from "./http-response.ts";
import {
  classifyProvisionStatus,
  classifyRedemptionStatus,
  classifyVoucherStatus,
  isElectrumsAnswer,
  type TransactionStatus,
  type VoucherStatus,
} from "./transaction-status.ts";

const error = (status: number, errorType: string) => ({
  status,
  errorType,
  errorMessage: "as it was said",
  providerErrorCode: "P1",
  providerErrorMessage: "as the provider said it",
});

const bare = (reason: "notElectrum" | "notAuthorised" | "unavailable" | "refused", status: number) =>
  ({ outcome: "cannotTellYet", reason, error: { status } }) as const;

const said = (
  reason: "notElectrum" | "notAuthorised" | "unavailable" | "refused",
  ...[status, errorType]: [number, string]
) => ({ outcome: "cannotTellYet", reason, error: error(status, errorType) }) as const;

const stillProcessing = { outcome: "cannotTellYet", reason: "stillProcessing" } as const;

test.each<[string, HttpResponse, TransactionStatus]>([
  [
    "the original approval",
    jsonResponse(200, redemptionResponse),
    { outcome: "processed", result: "approved", response: redemptionResponse },
  ],
  ["still processing", emptyResponse(102), stillProcessing],
  ["another sender's", emptyResponse(403), bare("notAuthorised", 403)],
  ["another sender's, with white space", { status: 403, body: "\r\n" }, bare("notAuthorised", 403)],
  ["never received", emptyResponse(404), { outcome: "notFound" }],
  ["never received, with white space", { status: 404, body: " " }, { outcome: "notFound" }],
  [
    "the original decline",
    errorResponse(400, "INVALID_VOUCHER", ID),
    { outcome: "processed", result: "declined", error: error(400, "INVALID_VOUCHER") },
  ],
  ["an error that may be the lookup's own", errorResponse(400, "FORMAT_ERROR"), said("refused", 400, "FORMAT_ERROR")],
  [
    "an error about another",
    errorResponse(400, "INVALID_VOUCHER", FOREIGN_ID),
    said("refused", 400, "INVALID_VOUCHER"),
  ],
  [
    "the original error that left the outcome open",
    errorResponse(503, "VOUCHER_STATUS_UNKNOWN", ID),
    said("unavailable", 503, "VOUCHER_STATUS_UNKNOWN"),
  ],
  ["no credentials", errorResponse(403, "AUTHENTICATION_ERROR"), said("notAuthorised", 403, "AUTHENTICATION_ERROR")],
  ["a wrong URL", htmlResponse(404), bare("notElectrum", 404)],
  ["a firewall", htmlResponse(403), bare("notElectrum", 403)],
  ["a decline without a word", emptyResponse(400), bare("notElectrum", 400)],
  ["wrong credentials", htmlResponse(401), bare("notAuthorised", 401)],
  [
    "no response from upstream",
    errorResponse(504, "UPSTREAM_UNAVAILABLE"),
    said("unavailable", 504, "UPSTREAM_UNAVAILABLE"),
  ],
  ["no body", emptyResponse(500), bare("unavailable", 500)],
  ["a success that is none", htmlResponse(200), bare("notElectrum", 200)],
  ["another redemption", jsonResponse(200, { ...redemptionResponse, id: FOREIGN_ID }), bare("notElectrum", 200)],
])("a redemption that is looked up: %s", (_, response, status) => {
  expect(classifyRedemptionStatus(ID, response)).toEqual(status);
});

const found = { voucher: { code: CODE, serialNumber: "S-1" } };

test.each<[string, HttpResponse, VoucherStatus]>([
  ["found", jsonResponse(200, found), { outcome: "found", response: found }],
  ["found, with 202", jsonResponse(202, found), { outcome: "found", response: found }],
  [
    "no such voucher",
    errorResponse(404, "UNABLE_TO_LOCATE_RECORD"),
    { outcome: "notFound", error: error(404, "UNABLE_TO_LOCATE_RECORD") },
  ],
  ["a bare 404, which a gateway sends as well", emptyResponse(404), bare("notElectrum", 404)],
  [
    "another voucher than was asked for",
    jsonResponse(200, { voucher: { code: "another one" } }),
    bare("notElectrum", 200),
  ],
  ["a success without a voucher", jsonResponse(200, {}), bare("unavailable", 200)],
  ["not offered", errorResponse(501, "FUNCTION_NOT_SUPPORTED"), said("refused", 501, "FUNCTION_NOT_SUPPORTED")],
  ["still processing", emptyResponse(102), stillProcessing],
  ["a gateway in trouble", htmlResponse(502), bare("unavailable", 502)],
])("a voucher that is looked up: %s", (_, response, status) => {
  expect(classifyVoucherStatus(lookup, response)).toEqual(status);
});

test("a sale whose voucher is found was approved", () => {
  expect(classifyProvisionStatus(ID, jsonResponse(200, found))).toEqual({
    outcome: "processed",
    result: "approved",
    response: found,
  });
});

test("a sale without a voucher is not found", () => {
  expect(classifyProvisionStatus(ID, errorResponse(404, "UNABLE_TO_LOCATE_RECORD"))).toMatchObject({
    outcome: "notFound",
  });
});

describe("whether Electrum itself has answered", () => {
  test.each<[string, HttpResponse, boolean]>([
    ["an approval", jsonResponse(200, redemptionResponse), true],
    ["the original decline", errorResponse(400, "INVALID_VOUCHER", ID), true],
    ["an error of Electrum's", errorResponse(503, "GENERAL_ERROR"), true],
    ["a bare 404", emptyResponse(404), false],
    ["a gateway in trouble", htmlResponse(502), false],
    ["a gateway's page", htmlResponse(200), false],
    ["refused credentials", emptyResponse(401), false],
  ])("%s: %s", (_, response, isElectrums) => {
    expect(isElectrumsAnswer(classifyRedemptionStatus(ID, response))).toBe(isElectrums);
  });
});
