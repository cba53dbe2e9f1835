import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bodiesAbout } from "../../test/bodies.ts";
import {
  CODE,
  CONFIRMATION_ID,
  FOREIGN_ID,
  ID,
  lookup,
  provisionRequest,
  provisionResponse,
  redemptionRequest,
  redemptionResponse,
  REVERSAL_ID,
  tenders,
  timeAt,
} from "../../test/messages.ts";
import type { JsonObject } from "../json.ts";
import { MAX_IDENTIFIERS, utf8Bytes } from "../messages/bounds.ts";
import type { Advice, Request } from "../messages/operations.ts";
import { classifyAdviceResponse } from "./advice-outcome.ts";
import { boundResponse, MAX_RESPONSE_BYTES } from "./bound-response.ts";
import { classifyResponse } from "./request-outcome.ts";

const requests: readonly Request[] = [
  { operation: "provisionVoucher", message: provisionRequest },
  { operation: "retryProvisionVoucher", message: provisionRequest },
  { operation: "lookupVoucher", message: lookup },
  { operation: "redeemVoucher", message: redemptionRequest },
];

const fields = { requestId: ID, time: timeAt(0), thirdPartyIdentifiers: [] };
const advices: readonly Advice[] = [
  { operation: "confirmVoucher", message: { ...fields, id: CONFIRMATION_ID, tenders } },
  { operation: "reverseVoucher", message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } },
  { operation: "confirmRedeem", message: { ...fields, id: CONFIRMATION_ID } },
  { operation: "reverseRedeem", message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } },
];

const statuses = fc.constantFrom(200, 201, 202, 204, 302, 400, 401, 403, 404, 408, 429, 500, 501, 503);

const filler = "x".repeat(3 * MAX_RESPONSE_BYTES);

/** Ways to make a body too large, of which some change what it means. */
const enlargements: readonly ((body: string) => string)[] = [
  (body) => (body.startsWith("{") ? body.replace("{", `{"filler":"${filler}"${body === "{}" ? "" : ","}`) : body),
  (body) => body.replace(/\}$/, `,"errorMessage":"${filler}","providerErrorMsg":"${filler}"}`),
  (body) => body.replace(/\}$/, `,"id":"${ID}${filler}"}`),
  (body) => body.replace(/\}$/, `,"errorType":"${filler}"}`),
  (body) => body.replace(/\}$/, `,"voucher":{"code":"${CODE}","text":"${filler}"}}`),
  (body) => body.replace(/\}$/, `,"voucher":{"code":"${filler}"}}`),
  (body) => body.replace(/\}$/, `,"thirdPartyIdentifiers":["${filler}","${filler}"]}`),
  (body) => body.replace(/\}$/, `,"id":{"is":"${filler}"}}`),
  (body) => `${body}${" ".repeat(filler.length)}`,
  (body) => `${body}${filler}`,
  (body) => `["${filler}",${body === "" ? 1 : body}]`,
];

const largeBodies = fc
  .tuple(fc.constantFrom(...bodiesAbout(ID, ID), ...bodiesAbout(CONFIRMATION_ID, ID)), fc.constantFrom(...enlargements))
  .map(([{ text }, enlarge]) => enlarge(text));

describe("what is kept of a response", () => {
  test("means what the whole one means, to a request; whatever is no approval has at most 4 kB", () => {
    fc.assert(
      fc.property(fc.constantFrom(...requests), statuses, largeBodies, (request, status, body) => {
        const whole = classifyResponse(request, { status, body });
        const kept = boundResponse(request, { status, body });
        expect(classifyResponse(request, kept)).toEqual(whole);
        expect(whole.outcome === "approved" ? kept.body === body : utf8Bytes(kept.body) <= MAX_RESPONSE_BYTES).toBe(
          true,
        );
      }),
      { numRuns: 3_000 },
    );
  });

  test("means what the whole one means, to an advice", () => {
    fc.assert(
      fc.property(fc.constantFrom(...advices), statuses, largeBodies, (advice, status, body) => {
        const kept = boundResponse(advice, { status, body, retryAfterMs: 5 });
        expect(classifyAdviceResponse(advice, kept)).toEqual(
          classifyAdviceResponse(advice, { status, body, retryAfterMs: 5 }),
        );
        expect(utf8Bytes(kept.body)).toBeLessThanOrEqual(MAX_RESPONSE_BYTES);
      }),
      { numRuns: 3_000 },
    );
  });

  test("is the response itself, if it is small", () => {
    const response = { status: 400, body: "é".repeat(MAX_RESPONSE_BYTES / 2) };
    expect(boundResponse(requests[0] ?? { operation: "lookupVoucher", message: lookup }, response)).toBe(response);
  });

  test("has at most 4 kB also if each of its characters has six bytes in JSON", () => {
    const text = "\u0001".repeat(5_000);
    const body = JSON.stringify({ id: ID, errorType: text, errorMessage: text, providerErrorMessage: text });
    for (const message of [...requests, ...advices]) {
      expect(utf8Bytes(boundResponse(message, { status: 400, body }).body)).toBeLessThanOrEqual(MAX_RESPONSE_BYTES);
    }
  });

  test("names our message and its error type, even if its texts take all the room", () => {
    const text = "\u0001".repeat(5_000);
    const error = { id: ID, errorType: "TRANSACTION_DECLINED", errorMessage: text };
    const body = JSON.stringify({ ...error, providerErrorCode: text, providerErrorMessage: text });
    for (const request of requests) {
      const kept = boundResponse(request, { status: 400, body });
      expect(classifyResponse(request, kept)).toMatchObject({
        outcome: "declined",
        error: { errorType: "TRANSACTION_DECLINED" },
      });
      expect(JSON.parse(kept.body)).toEqual({ id: ID, errorType: "TRANSACTION_DECLINED" });
    }
  });

  test("has each id, cut, and `true` in place of one that is no text", () => {
    const [request = { operation: "lookupVoucher", message: lookup }] = requests;
    const body = JSON.stringify({ id: { is: filler }, requestId: null, originalId: `${ID}${filler}` });
    expect(JSON.parse(boundResponse(request, { status: 400, body }).body)).toEqual({
      id: true,
      requestId: null,
      originalId: `${ID}${"x".repeat(28)}`,
    });
  });

  test("is exactly 4 kB at the most", () => {
    const [request = { operation: "lookupVoucher", message: lookup }] = requests;
    const text = "\u0001".repeat(256);
    const withCode = (providerErrorCode: string) => ({
      id: ID,
      errorType: "TRANSACTION_DECLINED",
      errorMessage: text,
      providerErrorCode,
      providerErrorMessage: text,
    });
    const room = MAX_RESPONSE_BYTES - utf8Bytes(JSON.stringify(withCode("")));
    const code = "\u0001".repeat(Math.floor(room / 6)) + "x".repeat(room % 6);
    const body = JSON.stringify({ ...withCode(code), filler });
    expect(utf8Bytes(boundResponse(request, { status: 400, body }).body)).toBe(MAX_RESPONSE_BYTES);
  });

  test("is nothing of white space, and no more of a list than that it is one", () => {
    const [, reversal] = advices;
    const message = reversal ?? { operation: "lookupVoucher", message: lookup };
    expect(boundResponse(message, { status: 404, body: " ".repeat(5_000) }).body).toBe("");
    expect(boundResponse(message, { status: 404, body: JSON.stringify([filler]) }).body).toBe("[]");
  });

  test("is the beginning of a page, which is no JSON even if its beginning were", () => {
    const [request = { operation: "lookupVoucher", message: lookup }] = requests;
    const page = `<html>${filler}`;
    const kept = boundResponse(request, { status: 502, body: page }).body;
    expect(kept.startsWith("<html>xxx")).toBe(true);
    expect(boundResponse(request, { status: 502, body: `${"1".repeat(9_000)} x` }).body).toMatch(/^1+…$/);
  });

  test("keeps what Electrum found wrong with a message", () => {
    const formatErrors = [{ field: "id", msg: "must be a UUID", value: filler }];
    const body = JSON.stringify({ id: ID, errorType: "FORMAT_ERROR", detailMessage: { formatErrors, voucher: CODE } });
    for (const message of [...requests, ...advices]) {
      expect(JSON.parse(boundResponse(message, { status: 400, body }).body)).toMatchObject({
        detailMessage: { formatErrors: [{ field: "id", msg: "must be a UUID" }] },
      });
    }
  });

  test("holds no voucher", () => {
    const body = JSON.stringify({ id: FOREIGN_ID, voucher: { code: CODE }, filler });
    for (const message of [...requests, ...advices]) {
      expect(boundResponse(message, { status: 400, body }).body).not.toContain(CODE);
    }
  });
});

describe("identifiers that no advice could echo make a success unreadable", () => {
  const one = { institutionId: "10", transactionIdentifier: "T" };
  const listOf = (count: number): readonly JsonObject[] => Array.from({ length: count }, () => one);

  test.each<[string, Request, JsonObject]>([
    ["provision", { operation: "provisionVoucher", message: provisionRequest }, provisionResponse],
    ["redemption", { operation: "redeemVoucher", message: redemptionRequest }, redemptionResponse],
  ])("of a %s: too many of them, or too long ones", (_, request, response) => {
    const outcomeWith = (thirdPartyIdentifiers: readonly JsonObject[]): unknown =>
      classifyResponse(request, { status: 200, body: JSON.stringify({ ...response, thirdPartyIdentifiers }) });
    expect(outcomeWith(listOf(MAX_IDENTIFIERS))).toMatchObject({ outcome: "approved" });
    expect(outcomeWith(listOf(MAX_IDENTIFIERS + 1))).toEqual({ outcome: "unknown", cause: "foreign" });
    expect(outcomeWith([{ ...one, transactionIdentifier: "x".repeat(16 * 1024) }])).toEqual({
      outcome: "unknown",
      cause: "foreign",
    });
  });
});
