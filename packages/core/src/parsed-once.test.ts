import { describe, expect, test, vi } from "vitest";
import { bodiesAbout } from "../test/bodies.ts";
import { AT, CONFIRMATION_ID, ID, provisionRequest, REVERSAL_ID, tenders, timeAt } from "../test/messages.ts";
import { provisionSituations } from "../test/provision-situations.ts";
import { redemptionSituations } from "../test/redemption-situations.ts";
import { classifyAdviceResponse } from "./responses/advice-outcome.ts";
import type { HttpResponse } from "./responses/http-response.ts";
import type { Advice } from "./messages/operations.ts";
import { decode, encode } from "./storage/record.ts";
import { classifyResponse } from "./responses/request-outcome.ts";
import { observe, type Transaction } from "./transaction.ts";

const transactions: readonly Transaction[] = [
  ...Object.values(provisionSituations),
  ...Object.values(redemptionSituations),
].map((situation) => situation());

const parse = vi.spyOn(JSON, "parse");

/** How often `work` has a text parsed. */
function parses(work: () => unknown): number {
  parse.mockClear();
  work();
  return parse.mock.calls.length;
}

/** Statuses that are read in different ways. */
const answers: readonly HttpResponse[] = [201, 202, 400, 404, 503].flatMap((status) =>
  bodiesAbout(ID, ID).map(({ text }) => ({ status, body: text })),
);

/** The answers that `read` has parsed more than once, or at all where there is nothing in them. */
const parsedTooOften = (read: (answer: HttpResponse) => unknown): readonly HttpResponse[] =>
  answers.filter((answer) => parses(() => read(answer)) > (answer.body === "" ? 0 : 1));

describe("the body of an answer is parsed once", () => {
  test("to a request", () => {
    const request = { operation: "provisionVoucher", message: provisionRequest } as const;
    expect(parsedTooOften((answer) => classifyResponse(request, answer))).toEqual([]);
  });

  const fields = { requestId: ID, time: timeAt(0), thirdPartyIdentifiers: [] };
  test.each<Advice>([
    { operation: "confirmVoucher", message: { ...fields, id: CONFIRMATION_ID, tenders } },
    { operation: "reverseRedeem", message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" } },
  ])("to an advice: $operation", (advice) => {
    expect(parsedTooOften((answer) => classifyAdviceResponse(advice, answer))).toEqual([]);
  });

  test("by a transition, in every situation", () => {
    for (const transaction of transactions) {
      for (const attempt of [0, 1]) {
        expect(
          parsedTooOften((answer) => observe(transaction, { type: "response", attempt, ...answer, at: AT })),
        ).toEqual([]);
      }
      for (const adviceId of [CONFIRMATION_ID, REVERSAL_ID]) {
        expect(
          parsedTooOften((answer) => observe(transaction, { type: "adviceResponse", adviceId, ...answer, at: AT })),
        ).toEqual([]);
      }
    }
  });
});

test("a record is parsed once to be read, and not at all to be written", () => {
  for (const transaction of transactions) {
    const record = encode(transaction);
    expect(parses(() => encode(transaction))).toBe(0);
    expect(parses(() => decode(record))).toBe(1);
  }
});
