import { everyTransaction } from "../test/situations.ts";
import { describe, expect, test, vi } from "vitest";
import { bodiesAbout } from "../test/bodies.ts";
import { AT, CONFIRMATION_ID, ID, provisionRequest, REVERSAL_ID, tenders, timeAt } from "../test/messages.ts";
import { classifyAdviceResponse } from "./responses/advice-outcome.ts";
import type { HttpResponse } from "./responses/http-response.ts";
import type { Advice } from "./messages/operations.ts";
import { decode, encode } from "./storage/record.ts";
import { classifyResponse } from "./responses/request-outcome.ts";
import { observe } from "./transaction.ts";

const transactions = everyTransaction();

const parse = vi.spyOn(JSON, "parse");

/** How often `work` calls JSON.parse. */
function parses(work: () => unknown): number {
  parse.mockClear();
  work();
  return parse.mock.calls.length;
}

/** Statuses that are classified in different ways. */
const responses: readonly HttpResponse[] = [201, 202, 400, 404, 503].flatMap((status) =>
  bodiesAbout(ID, ID).map(({ text }) => ({ status, body: text })),
);

/** The responses that `read` parses more than once, or at all if they are empty. */
const findParsedTooOften = (read: (response: HttpResponse) => unknown): readonly HttpResponse[] =>
  responses.filter((response) => parses(() => read(response)) > (response.body === "" ? 0 : 1));

describe("the body of a response is parsed once", () => {
  test("to a request", () => {
    const request = { operation: "provisionVoucher", message: provisionRequest } as const;
    expect(findParsedTooOften((response) => classifyResponse(request, response))).toEqual([]);
  });

  const fields = { requestId: ID, time: timeAt(0), thirdPartyIdentifiers: [] };
  test.each<Advice>([
    { operation: "confirmVoucher", message: { ...fields, id: CONFIRMATION_ID, tenders } },
    { operation: "reverseRedeem", message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } },
  ])("to an advice: $operation", (advice) => {
    expect(findParsedTooOften((response) => classifyAdviceResponse(advice, response))).toEqual([]);
  });

  test("by a transition, in every situation", () => {
    for (const transaction of transactions) {
      for (const attempt of [0, 1]) {
        expect(
          findParsedTooOften((response) => observe(transaction, { type: "response", attempt, ...response, at: AT })),
        ).toEqual([]);
      }
      for (const adviceId of [CONFIRMATION_ID, REVERSAL_ID]) {
        expect(
          findParsedTooOften((response) =>
            observe(transaction, { type: "adviceResponse", adviceId, ...response, at: AT }),
          ),
        ).toEqual([]);
      }
    }
  });
});

test("a record is parsed once when it is decoded, and never when it is encoded", () => {
  for (const transaction of transactions) {
    const record = encode(transaction);
    expect(parses(() => encode(transaction))).toBe(0);
    expect(parses(() => decode(record))).toBe(1);
  }
});
