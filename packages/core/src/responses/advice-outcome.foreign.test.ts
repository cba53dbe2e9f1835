import { describe, expect, test } from "vitest";
import { errorResponse, jsonResponse } from "../../test/responses.ts";
import { AT, CONFIRMATION_ID, FOREIGN_ID, ID, REVERSAL_ID } from "../../test/messages.ts";
import { type Advice, classifyAdviceResponse } from "../index.ts";

// Fuzzing with hundreds of thousands of altered responses found these. Each had ended an advice that Electrum may never have received.

const fields = { requestId: ID, time: new Date(AT).toISOString(), thirdPartyIdentifiers: [] };

const confirmation: Advice = {
  operation: "confirmVoucher",
  message: { ...fields, id: CONFIRMATION_ID, tenders: [] },
};

const reversal: Advice = {
  operation: "reverseVoucher",
  message: { ...fields, id: REVERSAL_ID, reversalReason: "TIMEOUT" },
};

const repeatedAndLookedAt = { outcome: "repeat", alert: true };

describe("a response that cannot be Electrum's to this advice: the advice is repeated, with an alert", () => {
  test("given a success whose body says that there is nothing to confirm, then the confirmation is not acknowledged", () => {
    const reading = classifyAdviceResponse(
      confirmation,
      errorResponse(200, "UNABLE_TO_LOCATE_RECORD", CONFIRMATION_ID),
    );

    expect(reading).toMatchObject(repeatedAndLookedAt);
  });

  test("given a 404 to another reversal, then this one is not acknowledged", () => {
    const reading = classifyAdviceResponse(reversal, errorResponse(404, "UNABLE_TO_LOCATE_RECORD", FOREIGN_ID));

    expect(reading).toMatchObject(repeatedAndLookedAt);
  });

  test("given another confirmation that was refused for good, then this one is not given up", () => {
    const reading = classifyAdviceResponse(confirmation, errorResponse(400, "FORMAT_ERROR", FOREIGN_ID));

    expect(reading).toMatchObject(repeatedAndLookedAt);
  });
});

describe("an error about this advice counts", () => {
  test.each([
    ["the advice", REVERSAL_ID],
    ["the advice, in capitals", REVERSAL_ID.toUpperCase()],
    ["the request it is about", ID],
    ["nothing, as some errors do", undefined],
  ])("given a 404 that names %s, then there is nothing to undo", (_, id) => {
    const reading = classifyAdviceResponse(reversal, errorResponse(404, "UNABLE_TO_LOCATE_RECORD", id));

    expect(reading).toEqual({ outcome: "acknowledged", acknowledgement: "notFound" });
  });

  test("given an id that is null, then it counts as absent", () => {
    const reading = classifyAdviceResponse(
      reversal,
      jsonResponse(404, { id: null, errorType: "UNABLE_TO_LOCATE_RECORD" }),
    );

    expect(reading).toEqual({ outcome: "acknowledged", acknowledgement: "notFound" });
  });

  test("given an error type that Electrum has not published, then it must name the advice or its request", () => {
    for (const id of [undefined, FOREIGN_ID]) {
      expect(classifyAdviceResponse(reversal, errorResponse(404, "NO_ROUTE", id))).toMatchObject(repeatedAndLookedAt);
    }
    for (const id of [REVERSAL_ID, ID]) {
      expect(classifyAdviceResponse(reversal, errorResponse(404, "NO_ROUTE", id))).toEqual({
        outcome: "acknowledged",
        acknowledgement: "notFound",
      });
    }
  });
});
