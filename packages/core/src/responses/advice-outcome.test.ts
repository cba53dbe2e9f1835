import { describe, expect, test, vi } from "vitest";
import { emptyResponse, errorResponse, htmlResponse, jsonResponse } from "../../test/responses.ts";
import { bodiesAbout, type Body, statuses } from "../../test/bodies.ts";
import { type AdviceMeaning, errorTypes } from "../../test/error-types.ts";
import { CONFIRMATION_ID, FOREIGN_ID, ID, REVERSAL_ID, tenders, timeAt } from "../../test/messages.ts";
import { type AdviceOutcome, classifyAdviceResponse } from "./advice-outcome.ts";
import type { Advice } from "../messages/operations.ts";
import type { HttpResponse } from "./http-response.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

const fields = { requestId: ID, time: timeAt(0), thirdPartyIdentifiers: [] };
const advices: Readonly<Record<Advice["operation"], Advice>> = {
  confirmVoucher: { operation: "confirmVoucher", message: { ...fields, id: CONFIRMATION_ID, tenders } },
  reverseVoucher: { operation: "reverseVoucher", message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } },
  confirmRedeem: { operation: "confirmRedeem", message: { ...fields, id: CONFIRMATION_ID } },
  reverseRedeem: { operation: "reverseRedeem", message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } },
  confirmRefund: { operation: "confirmRefund", message: { ...fields, id: CONFIRMATION_ID } },
  reverseRefund: { operation: "reverseRefund", message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } },
};

type Operation = Advice["operation"];

const isReversal = (operation: Operation): boolean => operation.startsWith("reverse");

const notLocated = (operation: Operation): string =>
  isReversal(operation) ? "acknowledged: notFound" : "contradicted";

/** What an error type means for the six advices: a confirmation and a reversal of the provision, the redemption and the refund. */
const meanings: Readonly<Record<Exclude<AdviceMeaning, "notLocated">, readonly (string | undefined)[]>> = {
  duplicate: Array.from({ length: 6 }, () => "acknowledged: duplicate"),
  already: Array.from({ length: 6 }, () => "acknowledged: already"),
  repeat: Array.from({ length: 6 }, () => "repeat"),
  halt: Array.from({ length: 6 }, () => "halt"),
  refused: Array.from({ length: 6 }, () => "refused"),
  contradicted: Array.from({ length: 6 }, () => "contradicted"),
  notRedeemed: ["refused", "refused", "acknowledged: notRedeemed", "refused", "refused", "refused"],
  notRefunded: [undefined, undefined, undefined, undefined, "acknowledged: notRefunded", undefined],
  // An error type of the other kind of transaction says nothing of this one: the status decides.
  provisionConfirmed: ["acknowledged: already", "contradicted"],
  provisionReversed: ["contradicted", "acknowledged: already"],
  redemptionConfirmed: [undefined, undefined, "acknowledged: already", "contradicted"],
  redemptionReversed: [undefined, undefined, "contradicted", "acknowledged: already"],
  refundConfirmed: [undefined, undefined, undefined, undefined, "acknowledged: already", "contradicted"],
  refundReversed: [undefined, undefined, undefined, undefined, "contradicted", "acknowledged: already"],
};

const operations: readonly Operation[] = [
  "confirmVoucher",
  "reverseVoucher",
  "confirmRedeem",
  "reverseRedeem",
  "confirmRefund",
  "reverseRefund",
];

/** What the error type means, if it decides. */
function byType(operation: Operation, errorType: string): string | undefined {
  const means = errorTypes[errorType]?.advice;
  if (means === undefined || means === "byStatus") return undefined;
  return means === "notLocated" ? notLocated(operation) : meanings[means][operations.indexOf(operation)];
}

/** What a status alone means for an advice, if the response is Electrum's. */
const byStatus: readonly (readonly [from: number, to: number, says: string])[] = [
  [300, 399, "repeat, alert"],
  [400, 407, "refused"],
  [408, 408, "repeat"],
  [409, 424, "refused"],
  [425, 425, "repeat"],
  [426, 428, "refused"],
  [429, 429, "repeat"],
  [430, 499, "refused"],
  [500, 500, "repeat"],
  [501, 501, "refused"],
  [502, 599, "repeat"],
];

const saysOf = (status: number): string => byStatus.find(([from, to]) => from <= status && status <= to)?.[2] ?? "";

function expectedOutcome(operation: Operation, status: number, body: Body): string {
  if (status === 401 || status === 407) return "halt";
  if (status < 300) return expectedSuccess(status, body);
  if (!isElectrumsError(body)) return expectedForeign(operation, status, body);
  const typed = body.errorType === undefined ? undefined : byType(operation, body.errorType);
  return typed ?? (status === 404 ? notLocated(operation) : saysOf(status));
}

/** Electrum echoes the advice, so a success that names nothing of ours does not end it. */
function expectedSuccess(status: number, body: Body): string {
  const namesAnother = body.id === "foreign" || body.id === "request" || body.requestId === "foreign";
  if (namesAnother || body.errorType !== undefined || body.kind === "noJson") return "repeat, alert";
  const namesOurs = body.id === "ours" || body.requestId === "ours";
  // Electrum answers with 200, 201 or 202; any other success was changed on its way, and is not taken at its word at once.
  return namesOurs && status <= 202 ? "acknowledged: accepted" : "unnamed: unnamed";
}

/** Whether an error is Electrum's word: it has a type, and names the advice or its request; or none, and its type is published. */
const isElectrumsError = ({ errorType, id }: Body): boolean =>
  errorType !== undefined &&
  (id === "ours" || id === "request" || (id === "none" && errorTypes[errorType]?.isUnpublished !== true));

function expectedForeign(operation: Operation, status: number, body: Body): string {
  if (body.kind === "nothing" && status === 403) return "halt";
  if (body.kind === "nothing" && status === 404 && isReversal(operation)) return "unnamed: notFound";
  // A gateway that has trouble is no wonder; one that answers in Electrum's place is.
  const hasTrouble = saysOf(status) === "repeat" && body.errorType === undefined;
  return hasTrouble ? "repeat" : "repeat, alert";
}

const inWords = (reading: AdviceOutcome): string => {
  switch (reading.outcome) {
    case "acknowledged":
    case "unnamed":
      return `${reading.outcome}: ${reading.acknowledgement}`;
    case "repeat":
      return reading.alert ? "repeat, alert" : "repeat";
    default:
      return reading.outcome;
  }
};

const bodyCount = bodiesAbout(CONFIRMATION_ID, ID).length;

describe(`a response to an advice: ${statuses.length} statuses x ${bodyCount} bodies for each operation`, () => {
  test.each(Object.values(advices))("$operation", (advice) => {
    const bodies = bodiesAbout(advice.message.id, ID);
    const misread = statuses.flatMap((status) =>
      bodies.flatMap((body) => {
        const read = inWords(classifyAdviceResponse(advice, { status, body: body.text }));
        const meant = expectedOutcome(advice.operation, status, body);
        return read === meant ? [] : [`${status}, ${body.name}: ${read}, and not ${meant}`];
      }),
    );
    expect(misread.slice(0, 20)).toEqual([]);
  });
});

describe("the content of an outcome", () => {
  const { confirmVoucher, reverseVoucher, confirmRedeem, reverseRedeem } = advices;

  test("an echo may name both ids, in any case; with another id it is no echo", () => {
    const echo = (changes: object) =>
      classifyAdviceResponse(confirmVoucher, jsonResponse(202, { id: CONFIRMATION_ID, requestId: ID, ...changes }));
    expect(echo({})).toEqual({ outcome: "acknowledged", acknowledgement: "accepted" });
    expect(echo({ id: null, requestId: ID.toUpperCase() })).toEqual({
      outcome: "acknowledged",
      acknowledgement: "accepted",
    });
    expect(echo({ id: undefined })).toEqual({ outcome: "acknowledged", acknowledgement: "accepted" });
    expect(echo({ requestId: undefined })).toEqual({ outcome: "acknowledged", acknowledgement: "accepted" });
    expect(echo({ requestId: FOREIGN_ID })).toEqual({ outcome: "repeat", alert: true, status: 202 });
    expect(echo({ id: ID })).toEqual({ outcome: "repeat", alert: true, status: 202 });
  });

  test.each([
    ["a 429", emptyResponse(429), false],
    ["a 503 of Electrum's", errorResponse(503, "UPSTREAM_UNAVAILABLE"), false],
    ["a 400 that says upstream is silent", errorResponse(400, "VOUCHER_STATUS_UNKNOWN"), false],
    ["a 503 of a gateway's", htmlResponse(503), false],
    ["a 503 in another's words", errorResponse(503, "NO_ROUTE"), true],
    ["a 503 about another message", errorResponse(503, "UPSTREAM_UNAVAILABLE", FOREIGN_ID), true],
    ["a 404 of a gateway's", htmlResponse(404), true],
    ["a 404 in another's words", errorResponse(404, "NO_ROUTE"), true],
    ["a 403 of a firewall's", htmlResponse(403), true],
    ["a 400 without a body", emptyResponse(400), true],
    ["a 501 without a body", emptyResponse(501), true],
    ["a redirection", emptyResponse(302), true],
    ["a 200 of a gateway's", htmlResponse(200), true],
  ])("a repeat says when, where the response did, and whether a person should look: %s", (_, response, alert) => {
    const { status } = response;
    expect(classifyAdviceResponse(reverseVoucher, response)).toStrictEqual({ outcome: "repeat", alert, status });
    expect(classifyAdviceResponse(reverseVoucher, { ...response, retryAfterMs: 7_000 })).toStrictEqual({
      outcome: "repeat",
      alert,
      status,
      retryAfterMs: 7_000,
    });
  });

  test("an error may name the advice or its request; one about another message decides nothing", () => {
    const error = (id: string) =>
      classifyAdviceResponse(reverseVoucher, errorResponse(404, "UNABLE_TO_LOCATE_RECORD", id));
    expect(error(REVERSAL_ID)).toEqual({ outcome: "acknowledged", acknowledgement: "notFound" });
    expect(error(ID.toUpperCase())).toEqual({ outcome: "acknowledged", acknowledgement: "notFound" });
    expect(error(CONFIRMATION_ID)).toEqual({ outcome: "repeat", alert: true, status: 404 });
  });

  test.each([
    ["halt", "AUTHENTICATION_ERROR"],
    ["contradicted", "VOUCHER_ALREADY_REDEEMED"],
    ["refused", "FORMAT_ERROR"],
  ])("%s carries what Electrum said", (outcome, errorType) => {
    expect(classifyAdviceResponse(confirmRedeem, errorResponse(400, errorType))).toEqual({
      outcome,
      error: {
        status: 400,
        errorType,
        errorMessage: "as it was said",
        providerErrorCode: "P1",
        providerErrorMessage: "as the provider said it",
      },
    });
  });

  test.each([401, 407])("whoever refuses the credentials, %i halts, and the status alone is carried", (status) => {
    for (const advice of Object.values(advices)) {
      for (const response of [emptyResponse(status), htmlResponse(status)]) {
        expect(classifyAdviceResponse(advice, response)).toStrictEqual({ outcome: "halt", error: { status } });
      }
    }
  });

  test("a 403 halts without a body, or by its error type; a page is a firewall's, and says nothing about the credentials", () => {
    const outcomeOf = (response: HttpResponse) => classifyAdviceResponse(confirmVoucher, response).outcome;
    expect(outcomeOf(emptyResponse(403))).toBe("halt");
    expect(outcomeOf({ status: 403, body: " \r\n" })).toBe("halt");
    expect(outcomeOf(errorResponse(403, "AUTHENTICATION_ERROR", CONFIRMATION_ID))).toBe("halt");
    expect(outcomeOf(errorResponse(403, "AUTHENTICATION_ERROR"))).toBe("halt");
    expect(outcomeOf(errorResponse(403, "AUTHENTICATION_ERROR", FOREIGN_ID))).toBe("repeat");
    expect(outcomeOf(htmlResponse(403))).toBe("repeat");
    expect(outcomeOf(jsonResponse(403, {}))).toBe("repeat");
  });

  test.each<[string, HttpResponse]>([
    ["nothing", emptyResponse(200)],
    ["nothing, as a 204 may", emptyResponse(204)],
    ["white space", { status: 202, body: " \n" }],
    ["{}", jsonResponse(200, {})],
    ["a health page", jsonResponse(200, { status: "UP" })],
    ["JSON that is no object", jsonResponse(202, [])],
    ["ids of null", jsonResponse(202, { id: null, requestId: null })],
  ])("a success that names nothing may be anybody's: %s", (_, response) => {
    const { status } = response;
    for (const advice of Object.values(advices)) {
      expect(classifyAdviceResponse(advice, response)).toStrictEqual({
        outcome: "unnamed",
        acknowledgement: "unnamed",
        status,
      });
    }
  });

  test("a 404 without a body may be a gateway's: to a reversal it names nothing, to a confirmation it is repeated", () => {
    for (const reversal of [reverseVoucher, reverseRedeem]) {
      expect(classifyAdviceResponse(reversal, emptyResponse(404))).toStrictEqual({
        outcome: "unnamed",
        acknowledgement: "notFound",
        status: 404,
      });
    }
    for (const confirmation of [confirmVoucher, confirmRedeem]) {
      expect(classifyAdviceResponse(confirmation, emptyResponse(404))).toStrictEqual({
        outcome: "repeat",
        alert: true,
        status: 404,
      });
    }
  });

  test("a response that no HTTP client should give is repeated, with an alert", () => {
    expect(classifyAdviceResponse(confirmVoucher, emptyResponse(102))).toEqual({
      outcome: "repeat",
      alert: true,
      status: 102,
    });
  });
});
