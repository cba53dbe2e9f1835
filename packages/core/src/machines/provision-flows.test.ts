import { describe, expect, test } from "vitest";
import { emptyResponse, errorResponse, htmlResponse, jsonResponse } from "../../test/responses.ts";
import { type Flow, followTransaction } from "../../test/flow.ts";
import {
  answeredIdentifiers,
  AT,
  AUTHORISED,
  CODE,
  CONFIRMATION_ID,
  FOREIGN_ID,
  ID,
  OTHER_CODE,
  provisionRequest,
  provisionResponse,
  provisionStart,
  REVERSAL_ID,
  SECONDS,
  tenders,
  timeAt,
} from "../../test/messages.ts";
import { unwrap } from "../../test/unwrap.ts";
import type { ReversalReason, TenderAdvice } from "../messages/advices.ts";
import { canHandOver, handOver } from "../hand-over.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Advice, Request } from "../messages/operations.ts";
import { netcare, type Policy, stellr } from "../policy.ts";
import type { HttpResponse } from "../responses/http-response.ts";
import { redact } from "../storage/redact.ts";
import { isFinal, needsAttention, observe } from "../transaction.ts";
import { startProvision } from "./provision.ts";

const selling = (choices: Partial<Policy> = {}): Flow =>
  followTransaction(unwrap(startProvision(provisionStart(choices))));

const provisionVoucher: Request = { operation: "provisionVoucher", message: provisionRequest };
const retryProvisionVoucher: Request = { operation: "retryProvisionVoucher", message: provisionRequest };

const confirmVoucher = (second: number, said: Partial<TenderAdvice> = {}): Advice => ({
  operation: "confirmVoucher",
  message: {
    id: CONFIRMATION_ID,
    requestId: ID,
    time: timeAt(second),
    thirdPartyIdentifiers: answeredIdentifiers,
    tenders,
    ...said,
  },
});

/** Advices echo the response's identifiers; before any response, the request's own. */
const reverseVoucher = (second: number, reversalReason: ReversalReason, responded = false): Advice => ({
  operation: "reverseVoucher",
  message: {
    id: REVERSAL_ID,
    requestId: ID,
    time: timeAt(second),
    thirdPartyIdentifiers: responded ? answeredIdentifiers : provisionRequest.thirdPartyIdentifiers,
    reversalReason,
  },
});

const approved = jsonResponse(201, provisionResponse);
const accepted = jsonResponse(202, { id: CONFIRMATION_ID, requestId: ID });
const reversalAccepted = jsonResponse(202, { id: REVERSAL_ID, requestId: ID });
const at = (second: number): number => AT + second * SECONDS;

describe("Provision, success", () => {
  test("dual messaging: the till confirms, and the voucher is handed over", () => {
    const sale = selling();
    sale.sends(provisionVoucher, 0, 60);
    sale.at(2).receives(approved);
    sale.isIn("issued");
    expect(canHandOver(sale.transaction())).toBe(false);

    sale.at(30).intends({ type: "confirm", tenders });
    sale.queues(confirmVoucher(30), 30);
    expect(canHandOver(sale.transaction())).toBe(true);

    sale.at(31).adviceResponse(accepted);
    sale.isIn("confirmed");
    expect(sale.state()).toEqual({
      state: "confirmed",
      decision: { outcome: "confirm", by: "till", at: at(30) },
      approval: { attempt: 0, at: at(2), response: provisionResponse },
      advice: confirmVoucher(30),
      acknowledgement: "accepted",
      at: at(31),
      reconciliation: [],
    });
    expect(isFinal(sale.transaction())).toBe(true);
  });

  test("single messaging: the approval completes the sale", () => {
    const sale = selling({ messaging: "single" });
    sale.sends(provisionVoucher, 0, 60);
    sale.at(2).receives(approved);
    sale.isIn("completed");
    expect(sale.state()).toEqual({
      state: "completed",
      approval: { attempt: 0, at: at(2), response: provisionResponse },
      reconciliation: [],
    });
    const sold = sale.transaction();
    expect(unwrap(handOver(sold)).voucher).toEqual({
      code: CODE,
      serialNumber: "S-1",
      expiryDate: "2027-11-21T00:00:00.000Z",
    });
  });
});

describe("Provision, error or time-out at the till", () => {
  test("a retry brings the voucher, dual messaging: confirmed under the id of the original request", () => {
    const sale = selling();
    sale.sends(provisionVoucher, 0, 60);
    sale.at(60).timesOut();
    sale.waits("retry", 0, [0.5, 1]);
    sale.wakesAt(61);
    sale.sends(retryProvisionVoucher, 1, 121);
    sale.at(62).receives(approved);
    sale.isIn("issued");
    sale.at(70).intends({ type: "confirm", tenders });
    sale.queues(confirmVoucher(70), 70);
    sale.at(71).adviceResponse(jsonResponse(200, { requestId: ID }));
    expect(sale.transaction()).toMatchObject({ state: "confirmed", approval: { attempt: 1, at: at(62) } });
  });

  test("a retry brings the voucher, single messaging: completed", () => {
    const sale = selling({ messaging: "single" });
    sale.at(5).timesOut("interrupted");
    sale.wakesAt(6);
    sale.sends(retryProvisionVoucher, 1, 66);
    sale.at(8).receives(approved);
    sale.isIn("completed");
    expect(sale.transaction()).toMatchObject({ approval: { attempt: 1, at: at(8) } });
  });

  test("no retry brings a voucher: three retries of the same message, each after a longer pause, then a reversal", () => {
    const sale = selling({ retryBackoff: { initialMs: 2 * SECONDS, multiplier: 3, maxMs: 9 * SECONDS } });
    sale.at(60).timesOut();
    sale.waits("retry", 0, [1, 2]);
    sale.wakesAt(62);
    sale.sends(retryProvisionVoucher, 1, 122);
    sale.at(122).timesOut("unreachable");
    sale.waits("retry", 1, [3, 6]);
    sale.wakesAt(128);
    sale.sends(retryProvisionVoucher, 2, 188);
    sale.at(130).receives(emptyResponse(500));
    sale.waits("retry", 2, [4.5, 9]);
    sale.wakesAt(139);
    sale.sends(retryProvisionVoucher, 3, 199);
    sale.at(140).timesOut("interrupted");

    // The last attempt may be under way until its deadline: the reversal must not overtake it.
    sale.queues(reverseVoucher(140, "TIMEOUT"), 199);
    expect(sale.state()).toEqual({
      state: "reversing",
      decision: { outcome: "reverse", by: "protocol", at: at(140) },
      advice: reverseVoucher(140, "TIMEOUT"),
      notBefore: at(199),
      inDoubt: {
        first: { attempt: 0, at: at(60), cause: "deadline" },
        last: { attempt: 3, at: at(140), cause: "interrupted" },
        reason: "TIMEOUT",
        latestDeadlineAt: at(199),
      },
      reconciliation: [],
    });
  });

  test("a response to a retry is not one to the first attempt: the reversal waits for the deadline of the first", () => {
    const sale = selling({ retries: 1 });
    sale.at(5).timesOut("interrupted");
    sale.wakesAt(6);
    sale.at(8).receives(emptyResponse(500));
    sale.queues(reverseVoucher(8, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({
      inDoubt: {
        first: { attempt: 0, at: at(5), cause: "interrupted" },
        last: { attempt: 1, at: at(8), cause: "status" },
        reason: "TIMEOUT",
        latestDeadlineAt: at(60),
      },
    });
  });

  test("an acknowledged reversal ends the sale, and the state says how it was acknowledged", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).timesOut();
    sale.queues(reverseVoucher(60, "TIMEOUT"), 60);
    sale.at(61).adviceResponse(errorResponse(404, "UNABLE_TO_LOCATE_RECORD", REVERSAL_ID));
    sale.isIn("reversed");
    expect(sale.state()).toEqual({
      state: "reversed",
      decision: { outcome: "reverse", by: "protocol", at: at(60) },
      advice: reverseVoucher(60, "TIMEOUT"),
      inDoubt: {
        first: { attempt: 0, at: at(60), cause: "deadline" },
        last: { attempt: 0, at: at(60), cause: "deadline" },
        reason: "TIMEOUT",
        latestDeadlineAt: at(60),
      },
      acknowledgement: "notFound",
      at: at(61),
      reconciliation: [],
    });
    expect(needsAttention(sale.transaction())).toBe(false);
  });

  test("a restart while the request is under way: it is not sent again; its deadline is waited for", () => {
    const sale = selling({ retries: 0 });
    sale.at(3).restarts();
    sale.waits("replyDeadline", 0, [57, 57]);
    sale.wakesAt(65);
    sale.queues(reverseVoucher(65, "TIMEOUT"), 65);
    expect(sale.transaction()).toMatchObject({
      inDoubt: { first: { attempt: 0, at: at(65), cause: "interruption" }, latestDeadlineAt: at(60) },
    });
  });

  test("a restart between two attempts, and while an advice waits: the same command again", () => {
    const sale = selling({ retries: 1 });
    sale.at(60).timesOut();
    sale.at(70).restarts();
    sale.waits("retry", 0, [-9.5, -9]);
    sale.wakesAt(70);
    sale.at(80).receives(emptyResponse(503));
    sale.queues(reverseVoucher(80, "TIMEOUT"), 80);
    sale.at(500).restarts();
    sale.queues(reverseVoucher(80, "TIMEOUT"), 80);
    expect(sale.transaction().state).toBe("reversing");
  });

  test("customerWaitMs bounds all attempts together", () => {
    const sale = selling({ customerWaitMs: 90 * SECONDS });
    sale.sends(provisionVoucher, 0, 60);
    sale.at(60).timesOut();
    sale.wakesAt(61);
    sale.sends(retryProvisionVoucher, 1, 90);
    sale.at(89).receives(emptyResponse(500));
    sale.queues(reverseVoucher(89, "TIMEOUT"), 89);
    expect(sale.transaction().state).toBe("reversing");
  });

  test("no retry begins once customerWaitMs is over, to the millisecond", () => {
    const atOnce = { initialMs: 0, multiplier: 1, maxMs: 0 };
    const inTime = selling({ customerWaitMs: 20 * SECONDS, retryBackoff: atOnce });
    inTime.at(19.999).receives(emptyResponse(500));
    expect(inTime.transaction().state).toBe("waitingToRetry");
    const tooLate = selling({ customerWaitMs: 20 * SECONDS, retryBackoff: atOnce });
    tooLate.at(20).receives(emptyResponse(500));
    expect(tooLate.transaction().state).toBe("reversing");
  });

  test("a response at the deadline counts, one after it counts as none", () => {
    const inTime = selling({ retries: 0 });
    inTime.at(60).receives(approved);
    expect(inTime.transaction().state).toBe("issued");
    const tooLate = selling({ retries: 0 });
    tooLate.at(60.001).receives(approved);
    tooLate.queues(reverseVoucher(60.001, "TIMEOUT"), 60.001);
    expect(tooLate.transaction()).toMatchObject({
      inDoubt: { first: { attempt: 0, at: at(60.001), cause: "deadline" }, latestDeadlineAt: at(60) },
    });
  });

  test("a voucher that comes after the decision to reverse is not handed over; it is remembered, and after the reversal it adds an item", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).timesOut();
    sale.at(61).receivesTooLate(0, approved);
    expect(sale.transaction()).toMatchObject({
      state: "reversing",
      lateApproval: { attempt: 0, at: at(61), response: provisionResponse },
      reconciliation: [],
    });
    expect(canHandOver(sale.transaction())).toBe(false);
    sale.at(62).adviceResponse(reversalAccepted);
    sale.at(63).receivesTooLate(0, approved);
    const mark = { reason: "lateApproval", at: at(63), attempt: 0, response: provisionResponse };
    expect(sale.transaction()).toMatchObject({
      state: "reversed",
      acknowledgement: "accepted",
      reconciliation: [mark],
    });
    expect(canHandOver(sale.transaction())).toBe(false);
    expect(needsAttention(sale.transaction())).toBe(true);

    sale.at(64).receivesTooLate(0, approved);
    expect(sale.transaction().reconciliation).toEqual([mark]);
  });
});

describe("Provision, upstream error", () => {
  test.each([
    ["400", errorResponse(400, "INVALID_AMOUNT", ID)],
    ["404", errorResponse(404, "INVALID_AMOUNT", ID)],
  ])(
    "the transaction failed, %s: a hard decline of the first request, and nothing more is sent",
    (status, response) => {
      const sale = selling();
      sale.at(3).receives(response);
      sale.isIn("declined");
      expect(sale.state()).toEqual({
        state: "declined",
        at: at(3),
        error: {
          status: Number(status),
          errorType: "INVALID_AMOUNT",
          errorMessage: "as it was said",
          providerErrorCode: "P1",
          providerErrorMessage: "as the provider said it",
        },
        reconciliation: [],
      });
      expect(isFinal(sale.transaction())).toBe(true);
    },
  );

  test.each([
    ["500 without a body", emptyResponse(500)],
    ["503 from a gateway", htmlResponse(503)],
    ["504, UPSTREAM_UNAVAILABLE", errorResponse(504, "UPSTREAM_UNAVAILABLE", ID)],
    [
      "400, UPSTREAM_UNAVAILABLE: the error type goes before the status",
      errorResponse(400, "UPSTREAM_UNAVAILABLE", ID),
    ],
    ["404, VOUCHER_STATUS_UNKNOWN", errorResponse(404, "VOUCHER_STATUS_UNKNOWN", ID)],
    ["400, DUPLICATE_RECORD: the switch has seen the request", errorResponse(400, "DUPLICATE_RECORD", ID)],
  ])("the outcome is unknown (%s), and a retry brings the voucher", (_, response) => {
    const sale = selling();
    sale.at(3).receives(response);
    sale.waits("retry", 0, [0.5, 1]);
    sale.wakesAt(4);
    sale.sends(retryProvisionVoucher, 1, 64);
    sale.at(5).receives(approved);
    sale.isIn("issued");
    expect(sale.transaction()).toMatchObject({ inDoubt: { reason: "RESPONSE_NOT_FINAL" } });
  });

  test("the outcome is unknown, and no retry brings a voucher: reversal, at once if every attempt got a response", () => {
    const sale = selling({ retries: 1 });
    const open = errorResponse(504, "VOUCHER_STATUS_UNKNOWN", ID);
    sale.at(3).receives(open);
    sale.wakesAt(4);
    sale.at(6).receives(open);
    sale.queues(reverseVoucher(6, "RESPONSE_NOT_FINAL"), 6);
    const error = {
      status: 504,
      errorType: "VOUCHER_STATUS_UNKNOWN",
      errorMessage: "as it was said",
      providerErrorCode: "P1",
      providerErrorMessage: "as the provider said it",
    };
    expect(sale.transaction()).toMatchObject({
      inDoubt: {
        first: { attempt: 0, at: at(3), cause: "errorType", error },
        last: { attempt: 1, at: at(6), cause: "errorType", error },
      },
    });
  });

  test("a hard decline of a retry: reversal, since the first attempt may still have taken effect", () => {
    const sale = selling();
    sale.at(60).timesOut();
    sale.wakesAt(61);
    sale.at(62).receives(errorResponse(404, "UNABLE_TO_LOCATE_RECORD", ID));
    sale.queues(reverseVoucher(62, "TIMEOUT"), 62);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "protocol", at: at(62) } });
  });

  test("a hard decline of a retry while the first attempt may be under way: the reversal waits for its deadline", () => {
    const sale = selling();
    sale.at(5).timesOut("interrupted");
    sale.wakesAt(6);
    sale.at(7).receives(errorResponse(400, "INVALID_AMOUNT", ID));
    sale.queues(reverseVoucher(7, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({ state: "reversing", notBefore: at(60) });
  });
});

describe("Provision, answered by something else than Electrum", () => {
  const foreign = [
    ["a firewall's page of 403, which may come after Electrum has approved", htmlResponse(403)],
    ["a portal's page of 200", htmlResponse(200)],
    ["a redirection", emptyResponse(302)],
    ["a 404 without a body", emptyResponse(404)],
    ["a 501 without a body", emptyResponse(501)],
    ["a health page", jsonResponse(200, { status: "UP" })],
    ["an error about another message", errorResponse(400, "INVALID_AMOUNT", FOREIGN_ID)],
    ["an error in another's words", errorResponse(400, "NO_ROUTE")],
  ] as const;

  test.each(foreign)("%s declines nothing: one retry, and if that meets it too, a reversal", (_, response) => {
    const sale = selling();
    sale.at(3).receives(response);
    sale.waits("retry", 0, [0.5, 1]);
    expect(sale.transaction()).toMatchObject({ inDoubt: { last: { cause: "foreign" }, foreignResponses: 1 } });
    sale.wakesAt(4);
    sale.sends(retryProvisionVoucher, 1, 64);
    sale.at(6).receives(response);
    sale.queues(reverseVoucher(6, "RESPONSE_NOT_FINAL"), 6);
    expect(sale.transaction()).toMatchObject({
      decision: { outcome: "reverse", by: "protocol", at: at(6) },
      inDoubt: { first: { attempt: 0, cause: "foreign" }, last: { attempt: 1, cause: "foreign" }, foreignResponses: 2 },
    });
  });

  test.each(foreign)("%s, and Electrum is back at the retry: the voucher is handed out", (_, response) => {
    const sale = selling();
    sale.at(3).receives(response);
    sale.wakesAt(4);
    sale.at(5).receives(approved);
    sale.isIn("issued");
    expect(sale.transaction()).toMatchObject({ approval: { attempt: 1 }, inDoubt: { foreignResponses: 1 } });
  });

  test("two of them need not follow each other, and what is no answer at all counts as ever", () => {
    const sale = selling({ retries: 5 });
    sale.at(3).receives(htmlResponse(403));
    sale.wakesAt(4);
    sale.at(5).receives(emptyResponse(503));
    sale.wakesAt(7);
    sale.at(8).timesOut("unreachable");
    sale.wakesAt(12);
    sale.sends(retryProvisionVoucher, 3, 72);
    sale.at(13).receives(htmlResponse(403));
    sale.queues(reverseVoucher(13, "RESPONSE_NOT_FINAL"), 67);
    expect(sale.transaction()).toMatchObject({ inDoubt: { foreignResponses: 2, latestDeadlineAt: at(67) } });
  });

  test("a gateway in trouble is retried as the policy says: its status is all that it says", () => {
    const sale = selling();
    for (const [attempt, second] of [0, 10, 20].entries()) {
      sale.at(second).receives(htmlResponse(attempt === 0 ? 502 : 503));
      sale.waits("retry", attempt, [0.5, 4]);
      sale.wakesAt(second + 5);
    }
    sale.at(30).receives(approved);
    sale.isIn("issued");
    expect(sale.transaction()).toMatchObject({ approval: { attempt: 3 } });
    expect(sale.transaction()).not.toHaveProperty("inDoubt.foreignResponses");
  });

  test.each([401, 407])("who refuses the credentials, whoever it is, has passed nothing on: %i declines", (status) => {
    const sale = selling();
    sale.at(3).receives(htmlResponse(status));
    sale.isIn("declined");
    expect(sale.transaction()).toMatchObject({ error: { status } });
  });

  test("credentials that are refused at a retry leave the first attempt unknown: reversal", () => {
    const sale = selling();
    sale.at(3).receives(emptyResponse(500));
    sale.wakesAt(4);
    sale.at(5).receives(emptyResponse(401));
    sale.queues(reverseVoucher(5, "RESPONSE_NOT_FINAL"), 5);
    expect(sale.transaction().state).toBe("reversing");
  });

  test("a published error that names no message declines, and says so", () => {
    const sale = selling();
    sale.at(3).receives(errorResponse(400, "FORMAT_ERROR"));
    expect(sale.transaction()).toMatchObject({
      state: "declined",
      error: { errorType: "FORMAT_ERROR", isUnnamed: true },
    });
  });
});

describe("Provision, asked to come back later", () => {
  const backoff = { initialMs: 1 * SECONDS, multiplier: 1, maxMs: 20 * SECONDS };
  const busy = (retryAfterSeconds: number): HttpResponse => ({
    ...errorResponse(503, "UPSTREAM_UNAVAILABLE", ID),
    retryAfterMs: retryAfterSeconds * SECONDS,
  });

  test("the pause is as long as was asked for", () => {
    const sale = selling({ retryBackoff: backoff });
    sale.at(3).receives(busy(12));
    sale.waits("retry", 0, [12, 12]);
    expect(sale.transaction().state).toBe("waitingToRetry");
  });

  test("but never longer than the policy's longest, nor shorter than its own", () => {
    const long = selling({ retryBackoff: backoff });
    long.at(3).receives(busy(3_600));
    long.waits("retry", 0, [20, 20]);
    const short = selling({ retryBackoff: backoff });
    short.at(3).receives(busy(0));
    short.waits("retry", 0, [0.5, 1]);
    expect(short.transaction().state).toBe("waitingToRetry");
  });

  test("and not beyond the customer's patience: reversal", () => {
    const sale = selling({ retryBackoff: backoff, customerWaitMs: 15 * SECONDS });
    sale.at(3).receives(busy(12));
    sale.queues(reverseVoucher(3, "RESPONSE_NOT_FINAL"), 3);
    expect(sale.transaction().state).toBe("reversing");
  });

  test("whoever asks: a gateway's page may know better when it is back", () => {
    const sale = selling({ retryBackoff: backoff });
    sale.at(3).receives({ ...htmlResponse(503), retryAfterMs: 12 * SECONDS });
    sale.waits("retry", 0, [12, 12]);
    expect(sale.transaction().state).toBe("waitingToRetry");
  });
});

describe("Provision, what Electrum approves is not what was asked for", () => {
  const approvedFor = (amount: number, currency: string): HttpResponse =>
    jsonResponse(201, { ...provisionResponse, amounts: { approvedAmount: { amount, currency } } });

  test.each([
    ["for more", 5_001, "710"],
    ["in another currency", 5_000, "840"],
    ["in another currency, for less", 1, "840"],
  ])("%s: issued as ever, and the operator is told what was asked and what was approved", (_, amount, currency) => {
    const item = { reason: "approvedOtherAmount", at: at(2), requested: AUTHORISED, approved: { amount, currency } };
    const dual = selling();
    dual.at(2).receives(approvedFor(amount, currency));
    expect(dual.transaction()).toMatchObject({ state: "issued", reconciliation: [item] });
    dual.at(3).intends({ type: "confirm", tenders });
    dual.at(4).adviceResponse(accepted);
    expect(dual.transaction()).toMatchObject({ state: "confirmed", reconciliation: [item] });
    expect(needsAttention(dual.transaction())).toBe(true);

    const single = selling({ messaging: "single" });
    single.at(2).receives(approvedFor(amount, currency));
    expect(single.transaction()).toMatchObject({ state: "completed", reconciliation: [item] });
  });

  test("for less, or for just that: a provider may", () => {
    for (const amount of [0, 4_999, 5_000]) {
      const sale = selling();
      sale.at(2).receives(approvedFor(amount, "710"));
      expect(sale.transaction()).toMatchObject({ state: "issued", reconciliation: [] });
    }
  });

  test("where no amount was asked for, or none is named, there is nothing to compare", () => {
    const { amounts: _, ...request } = provisionRequest;
    const fixed = followTransaction(unwrap(startProvision(provisionStart({}, request))));
    fixed.at(2).receives(approvedFor(9_999_999, "840"));
    expect(fixed.transaction().reconciliation).toEqual([]);
    const silent = selling();
    silent.at(2).receives(jsonResponse(201, { ...provisionResponse, amounts: null }));
    expect(silent.transaction().reconciliation).toEqual([]);
  });

  test("what is reversed anyway is not compared", () => {
    const sale = selling();
    sale.at(1).intends({ type: "cancel" });
    sale.at(2).receives(approvedFor(5_001, "710"));
    expect(sale.transaction()).toMatchObject({ state: "reversing", reconciliation: [] });
  });
});

describe("Provision, one sale answered with two vouchers", () => {
  const other = { ...provisionResponse, voucher: { code: OTHER_CODE } };
  const item = (second: number) => ({ reason: "secondVoucher", at: at(second), attempt: 0, response: other });

  test("the first one counts; the other is for the operator, in every state that has the first", () => {
    const sale = selling();
    sale.at(2).receives(approved);
    sale.at(3).receivesTooLate(0, jsonResponse(201, other));
    expect(sale.transaction()).toMatchObject({
      state: "issued",
      approval: { response: provisionResponse },
      reconciliation: [item(3)],
    });
    expect(needsAttention(sale.transaction())).toBe(true);

    const states: readonly ((sale: Flow) => void)[] = [
      (each) => each.intends({ type: "confirm", tenders }),
      (each) => {
        each.intends({ type: "confirm", tenders });
        each.adviceResponse(accepted);
      },
    ];
    for (const reach of states) {
      const another = selling();
      another.at(2).receives(approved);
      another.at(3);
      reach(another);
      another.at(9).receivesTooLate(0, jsonResponse(201, other));
      expect(another.transaction()).toMatchObject({
        approval: { response: provisionResponse },
        reconciliation: [item(9)],
      });
    }
    const completed = selling({ messaging: "single" });
    completed.at(2).receives(approved);
    completed.at(9).receivesTooLate(0, jsonResponse(201, other));
    expect(completed.transaction()).toMatchObject({ state: "completed", reconciliation: [item(9)] });
  });

  test("the first attempt's answer comes after the retry's: it need not be the same voucher", () => {
    const sale = selling();
    sale.at(60).timesOut();
    sale.wakesAt(61);
    sale.at(62).receives(approved);
    sale.at(63).receivesTooLate(0, jsonResponse(201, other));
    expect(sale.transaction()).toMatchObject({ state: "issued", approval: { attempt: 1 }, reconciliation: [item(63)] });
  });

  test("the same voucher again is none", () => {
    const sale = selling();
    sale.at(2).receives(approved);
    sale.at(3).receivesTooLate(0, jsonResponse(200, { ...provisionResponse, rrn: "other words, same voucher" }));
    expect(sale.transaction().reconciliation).toEqual([]);
  });

  test("two that come while the sale is reversed are two, as well", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).timesOut();
    sale.at(61).receivesTooLate(0, approved);
    sale.at(62).receivesTooLate(0, approved);
    expect(sale.transaction().reconciliation).toEqual([]);
    sale.at(63).receivesTooLate(0, jsonResponse(201, other));
    expect(sale.transaction()).toMatchObject({
      state: "reversing",
      lateApproval: { at: at(61), response: provisionResponse },
      reconciliation: [item(63)],
    });
  });

  test("a code that was masked since proves nothing", () => {
    const sale = selling({ messaging: "single" });
    sale.at(2).receives(approved);
    const masked = redact(sale.transaction());
    const late = { type: "response", attempt: 0, at: at(9), ...approved } as const;
    expect(observe(masked, late)).toEqual({ transaction: masked, commands: [], ignored: "late" });
  });
});

describe("Provision, providers with a profile", () => {
  test("Netcare takes no retries: an unknown outcome is reversed at once", () => {
    const sale = selling({ provider: netcare });
    sale.at(60).timesOut();
    sale.queues(reverseVoucher(60, "TIMEOUT"), 60);
    sale.at(61).adviceResponse(reversalAccepted);
    expect(sale.transaction()).toMatchObject({ state: "reversed", acknowledgement: "accepted", reconciliation: [] });
  });

  test("Stellr takes neither retries nor reversals: Electrum does not forward the reversal, and an operator must reconcile", () => {
    const sale = selling({ provider: stellr });
    sale.at(60).timesOut();
    sale.queues(reverseVoucher(60, "TIMEOUT"), 60);
    sale.at(61).adviceResponse(reversalAccepted);
    sale.isIn("reversed");
    expect(sale.transaction().reconciliation).toEqual([
      { reason: "providerTakesNoReversals", at: at(61), provider: "Stellr" },
    ]);
    expect(needsAttention(sale.transaction())).toBe(true);
  });

  test("Stellr never gets the reversal, and its voucher comes late: two reconciliation items", () => {
    const sale = selling({ provider: stellr });
    sale.at(60).timesOut();
    sale.at(61).adviceResponse(reversalAccepted);
    sale.at(62).receivesTooLate(0, approved);
    sale.at(63).receivesTooLate(0, approved);
    expect(sale.transaction().reconciliation).toEqual([
      { reason: "providerTakesNoReversals", at: at(61), provider: "Stellr" },
      { reason: "lateApproval", at: at(62), attempt: 0, response: provisionResponse },
    ]);
  });

  test("Stellr takes no confirmations: one is still owed, and acknowledged", () => {
    const sale = selling({ provider: stellr });
    sale.at(2).receives(approved);
    sale.at(3).intends({ type: "confirm", tenders });
    sale.queues(confirmVoucher(3), 3);
    sale.at(4).adviceResponse(accepted);
    expect(sale.transaction()).toMatchObject({ state: "confirmed", reconciliation: [] });
  });
});

describe("Provision, the till changes its mind", () => {
  test("cancelled after the voucher was issued: reversal, CANCELLED, with the response's identifiers", () => {
    const sale = selling();
    sale.at(2).receives(approved);
    sale.at(40).intends({ type: "cancel" });
    sale.queues(reverseVoucher(40, "CANCELLED", true), 40);
    expect(sale.state()).toEqual({
      state: "reversing",
      decision: { outcome: "reverse", by: "till", at: at(40) },
      advice: reverseVoucher(40, "CANCELLED", true),
      notBefore: at(40),
      reconciliation: [],
    });
    sale.at(41).intendsAgain({ type: "cancel" });
    sale
      .at(41)
      .isRefused(
        { type: "confirm", tenders },
        { type: "alreadyDecided", decision: { outcome: "reverse", by: "till", at: at(40) } },
      );
  });

  test("cancelled while the request is under way: the request goes on, and the issued voucher is reversed", () => {
    const sale = selling();
    sale.at(1).intends({ type: "cancel" });
    sale.isIn("requesting");
    sale.at(2).intendsAgain({ type: "cancel" });
    sale
      .at(2)
      .isRefused(
        { type: "confirm", tenders },
        { type: "alreadyDecided", decision: { outcome: "reverse", by: "till", at: at(1) } },
      );
    sale.at(3).receives(approved);
    sale.queues(reverseVoucher(3, "CANCELLED", true), 3);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "till", at: at(1) } });
  });

  test("cancelled while the request is under way, and declined: nothing is owed", () => {
    const sale = selling();
    sale.at(1).intends({ type: "cancel" });
    sale.at(3).receives(errorResponse(400, "INVALID_AMOUNT", ID));
    sale.isIn("declined");
    expect(sale.transaction()).toMatchObject({ at: at(3), cancelledAt: at(1) });
  });

  test("cancelled while the request is under way, without a response: reversed without a retry", () => {
    const sale = selling();
    sale.at(1).intends({ type: "cancel" });
    sale.at(10).timesOut("interrupted");
    sale.queues(reverseVoucher(10, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "till", at: at(1) } });
  });

  test("cancelled between two attempts: reversed, not before the deadline of the first", () => {
    const sale = selling();
    sale.at(10).timesOut("interrupted");
    sale.at(10).intends({ type: "cancel" });
    sale.queues(reverseVoucher(10, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "till", at: at(10) } });
  });

  test("a voucher from a retry is cancelled: reversed, not before the deadline of the first attempt", () => {
    const sale = selling();
    sale.at(10).timesOut("interrupted");
    sale.wakesAt(11);
    sale.at(12).receives(approved);
    sale.at(20).intends({ type: "cancel" });
    sale.queues(reverseVoucher(20, "CANCELLED", true), 60);
    expect(sale.transaction()).toMatchObject({ inDoubt: { reason: "TIMEOUT", latestDeadlineAt: at(60) } });
  });

  test("the till does not decide within the policy's decision deadline: reversal", () => {
    const sale = selling({ decisionDeadlineMs: 300 * SECONDS });
    sale.at(2).receives(approved);
    sale.waits("decision", 0, [300, 300]);
    sale.at(100).restarts();
    sale.waits("decision", 0, [202, 202]);
    sale.wakesAt(302);
    sale.queues(reverseVoucher(302, "CANCELLED", true), 302);
    sale
      .at(303)
      .isRefused(
        { type: "confirm", tenders },
        { type: "alreadyDecided", decision: { outcome: "reverse", by: "deadline", at: at(302) } },
      );
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "deadline", at: at(302) } });
  });

  test("the till does not decide in time on a voucher from a retry: reversed, not before the deadline of the first attempt", () => {
    const sale = selling({ decisionDeadlineMs: 20 * SECONDS });
    sale.at(10).timesOut("interrupted");
    sale.wakesAt(11);
    sale.at(12).receives(approved);
    sale.waits("decision", 1, [20, 20]);
    sale.wakesAt(32);
    sale.queues(reverseVoucher(32, "CANCELLED", true), 60);
    expect(sale.transaction()).toMatchObject({ inDoubt: { reason: "TIMEOUT", latestDeadlineAt: at(60) } });
  });

  test("the first commit wins: a decision after the deadline, but before its timer, stands", () => {
    const sale = selling({ decisionDeadlineMs: 300 * SECONDS });
    sale.at(2).receives(approved);
    sale.at(400).intends({ type: "confirm", tenders });
    sale.queues(confirmVoucher(400), 400);
    sale
      .at(401)
      .isRefused(
        { type: "cancel" },
        { type: "alreadyDecided", decision: { outcome: "confirm", by: "till", at: at(400) } },
      );
    expect(sale.transaction().state).toBe("confirming");
  });
});

describe("Provision, the content of an advice", () => {
  const approvedWith = (changes: JsonObject) => jsonResponse(200, { ...provisionResponse, ...changes });

  test("a final amount is sent, up to the authorised amount", () => {
    const sale = selling();
    sale.at(2).receives(approved);
    const amounts = { approvedAmount: { ...AUTHORISED, amount: 4_999 } };
    sale.at(3).intends({ type: "confirm", tenders, amounts });
    sale.queues(confirmVoucher(3, { amounts }), 3);
    sale.intendsAgain({ type: "confirm", tenders, amounts });
    sale.isRefused({ type: "confirm", tenders }, { type: "contentDiffers", intent: "confirm", decidedAt: at(3) });
    expect(sale.transaction().state).toBe("confirming");
  });

  test("more than the authorised amount, or another currency, is refused", () => {
    const sale = selling();
    sale.at(2).receives(approvedWith({ amounts: { approvedAmount: { amount: 300, currency: "710" } } }));
    const authorised = { amount: 300, currency: "710" };
    for (const approvedAmount of [
      { amount: 301, currency: "710" },
      { amount: 299, currency: "840" },
    ]) {
      sale.isRefused({ type: "confirm", tenders, amounts: { approvedAmount } }, { type: "notAuthorised", authorised });
    }
    sale.intends({ type: "confirm", tenders, amounts: { approvedAmount: authorised } });
    expect(sale.transaction().state).toBe("confirming");
  });

  test.each([
    ["no amounts", { amounts: null }],
    ["an amount that is none", { amounts: { approvedAmount: { amount: "300", currency: "710" } } }],
    ["an amount without a currency", { amounts: { approvedAmount: { amount: 300 } } }],
    ["an approved amount of null", { amounts: { approvedAmount: null } }],
  ])("where the response has %s, what was requested counts as authorised", (_, changes) => {
    const sale = selling();
    sale.at(2).receives(approvedWith(changes));
    const amounts = { approvedAmount: { amount: 5_001, currency: "710" } };
    sale.isRefused({ type: "confirm", tenders, amounts }, { type: "notAuthorised", authorised: AUTHORISED });
    expect(sale.transaction().state).toBe("issued");
  });

  test("an approved amount too large for a number never counts, neither before nor after it is stored as null", () => {
    const sale = selling();
    const beyond = JSON.stringify(provisionResponse).replace('"amount":5000', '"amount":1e999');
    sale.at(2).receives({ status: 200, body: beyond });
    const amounts = { approvedAmount: { amount: 5_001, currency: "710" } };
    sale.isRefused({ type: "confirm", tenders, amounts }, { type: "notAuthorised", authorised: AUTHORISED });
    expect(sale.transaction().state).toBe("issued");
  });

  test("if neither side named an amount, Electrum decides", () => {
    const { amounts: _, ...request } = provisionRequest;
    const sale = followTransaction(unwrap(startProvision(provisionStart({}, request))));
    sale.at(2).receives(approvedWith({ amounts: null }));
    const amounts = { approvedAmount: { amount: 9_999_999, currency: "840" } };
    sale.at(3).intends({ type: "confirm", tenders, amounts });
    sale.queues(confirmVoucher(3, { amounts }), 3);
    expect(sale.transaction().state).toBe("confirming");
  });

  test.each<[string, Json, Json]>([
    [
      "unaltered and unchecked",
      [{ institutionId: 7, more: [null] }, "text", null],
      [{ institutionId: 7, more: [null] }, "text", null],
    ],
    ["as they came, none", [], []],
    ["the request's, where the response has null", null, [{ institutionId: "10", transactionIdentifier: "T-1" }]],
    ["the request's, if the response has no list", { 0: "x" }, [{ institutionId: "10", transactionIdentifier: "T-1" }]],
  ])("third-party identifiers go back unaltered: %s", (_, received, echoed) => {
    const sale = selling();
    sale.at(2).receives(approvedWith({ thirdPartyIdentifiers: received }));
    sale.at(3).intends({ type: "confirm", tenders });
    expect(sale.transaction()).toHaveProperty("advice.message.thirdPartyIdentifiers", echoed);
  });

  test("after several responses, the last one's identifiers are echoed", () => {
    const sale = selling();
    sale
      .at(2)
      .receives(jsonResponse(200, { ...provisionResponse, voucher: {}, thirdPartyIdentifiers: ["of the first"] }));
    sale.wakesAt(3);
    sale.at(4).receives(approved);
    sale.at(5).intends({ type: "cancel" });
    sale.queues(reverseVoucher(5, "CANCELLED", true), 5);
    expect(sale.transaction()).toMatchObject({ inDoubt: { first: { cause: "noVoucher" } } });
  });
});

describe("Provision, an advice until its end", () => {
  const confirming = (): Flow => {
    const sale = selling();
    sale.at(2).receives(approved);
    sale.at(3).intends({ type: "confirm", tenders });
    return sale;
  };

  test("is repeated unchanged until it is acknowledged", () => {
    const sale = confirming();
    for (const response of [
      emptyResponse(503),
      htmlResponse(404),
      htmlResponse(403),
      emptyResponse(404),
      emptyResponse(401),
      emptyResponse(202),
      jsonResponse(202, { id: ID }),
    ]) {
      sale.at(4).mustRepeatAfter(response);
      sale.restarts();
      sale.queues(confirmVoucher(3), 3);
    }
    sale.at(900).adviceResponse(errorResponse(400, "DUPLICATE_RECORD", CONFIRMATION_ID));
    expect(sale.transaction()).toMatchObject({
      state: "confirmed",
      acknowledgement: "duplicate",
      at: at(900),
      reconciliation: [],
    });
  });

  test("nothing to confirm: a dispute; an operator resends the advice, and Electrum acknowledges it", () => {
    const sale = confirming();
    sale.at(4).adviceResponse(errorResponse(404, "UNABLE_TO_LOCATE_RECORD", CONFIRMATION_ID));
    sale.isIn("disputed");
    expect(sale.state()).toEqual({
      state: "disputed",
      finalizing: {
        state: "confirming",
        decision: { outcome: "confirm", by: "till", at: at(3) },
        approval: { attempt: 0, at: at(2), response: provisionResponse },
        advice: confirmVoucher(3),
      },
      dispute: {
        reason: "contradicted",
        error: {
          status: 404,
          errorType: "UNABLE_TO_LOCATE_RECORD",
          errorMessage: "as it was said",
          providerErrorCode: "P1",
          providerErrorMessage: "as the provider said it",
        },
        at: at(4),
      },
      reconciliation: [],
    });
    expect(needsAttention(sale.transaction())).toBe(true);
    expect(canHandOver(sale.transaction())).toBe(true);

    sale.at(500).intends({ type: "resend", by: "Thandi", reason: "Electrum has mended it" });
    sale.queues(confirmVoucher(3), 3);
    sale.at(501).intendsAgain({ type: "resend", by: "Thandi", reason: "Electrum has mended it" });
    sale.at(502).adviceResponse(accepted);
    expect(sale.transaction()).toMatchObject({ state: "confirmed", decision: { at: at(3) } });
  });

  test("refused for good: a dispute, which an operator resolves outside the protocol", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).timesOut();
    sale.at(61).adviceResponse(errorResponse(400, "FORMAT_ERROR"));
    const disputed = sale.state();
    expect(sale.transaction()).toMatchObject({
      state: "disputed",
      finalizing: { state: "reversing", notBefore: at(60), inDoubt: { reason: "TIMEOUT" } },
      dispute: { reason: "refused", at: at(61) },
    });
    const resolution = { resolution: "reversed", by: "Thandi", reason: "void, says the provider" } as const;
    sale.at(900).intends({ type: "resolve", ...resolution });
    expect(sale.state()).toEqual({ ...disputed, state: "resolved", resolution: { ...resolution, at: at(900) } });
    expect(isFinal(sale.transaction())).toBe(true);
    expect(needsAttention(sale.transaction())).toBe(false);

    sale.at(901).intendsAgain({ type: "resolve", ...resolution });
    sale.isRefused(
      { type: "resolve", ...resolution, reason: "something else" },
      { type: "contentDiffers", intent: "resolve", decidedAt: at(900) },
    );
  });
});

describe("Provision, an advice that is acknowledged by nobody in particular", () => {
  const DAY = 86_400;
  const healthPage = jsonResponse(200, { status: "UP" });

  const reversing = (choices: Partial<Policy> = {}): Flow => {
    const sale = selling({ retries: 0, ...choices });
    sale.at(5).timesOut("interrupted");
    return sale;
  };

  test.each([
    ["a success without a body", emptyResponse(200)],
    ["a 204", emptyResponse(204)],
    ["{}", jsonResponse(202, {})],
    ["a health page", healthPage],
  ])(
    "a confirmation is repeated for a day, then counts as acknowledged, and is for the operator: %s",
    (_, response) => {
      const sale = selling();
      sale.at(2).receives(approved);
      sale.at(3).intends({ type: "confirm", tenders });
      sale.at(4).mustRepeatAfter(response);
      sale.at(3 + DAY - 0.001).mustRepeatAfter(response);
      sale.at(3 + DAY).adviceResponse(response, 500);
      expect(sale.transaction()).toMatchObject({
        state: "confirmed",
        acknowledgement: "unnamed",
        at: at(3 + DAY),
        reconciliation: [{ reason: "acknowledgedUnnamed", at: at(3 + DAY), status: response.status }],
      });
      expect(needsAttention(sale.transaction())).toBe(true);
    },
  );

  test("a reversal likewise, from the moment when it might first be delivered", () => {
    const sale = reversing();
    sale.at(61).mustRepeatAfter(healthPage);
    sale.at(60 + DAY - 0.001).mustRepeatAfter(healthPage);
    sale.at(60 + DAY).adviceResponse(healthPage, 500);
    expect(sale.transaction()).toMatchObject({
      state: "reversed",
      acknowledgement: "unnamed",
      reconciliation: [{ reason: "acknowledgedUnnamed", at: at(60 + DAY), status: 200 }],
    });
  });

  test("how long is the policy's choice", () => {
    const sale = reversing({ unnamedRepeatMs: 7 * SECONDS });
    sale.at(66.999).mustRepeatAfter(healthPage);
    sale.at(67).adviceResponse(healthPage);
    expect(sale.transaction().state).toBe("reversed");
  });

  test("Electrum may yet speak, and then nothing is left to reconcile", () => {
    const sale = reversing();
    sale.at(61).mustRepeatAfter(healthPage);
    sale.at(900).adviceResponse(reversalAccepted, 9);
    expect(sale.transaction()).toMatchObject({ state: "reversed", acknowledgement: "accepted", reconciliation: [] });
  });

  test.each([
    ["nothing", ""],
    ["white space", " \r\n"],
  ])("a 404 with %s may say that there is nothing to undo, or that a gateway has lost its routes", (_, body) => {
    const sale = reversing();
    sale.at(61).mustRepeatAfter({ status: 404, body });
    sale.at(60 + DAY - 0.001).mustRepeatAfter({ status: 404, body });
    sale.at(60 + DAY).adviceResponse({ status: 404, body }, 500);
    expect(sale.transaction()).toMatchObject({
      state: "reversed",
      acknowledgement: "notFound",
      reconciliation: [{ reason: "reversalNotFound", at: at(60 + DAY), status: 404 }],
    });
  });

  test("a 404 without a body never ends a confirmation, nor does a page end anything", () => {
    const sale = selling();
    sale.at(2).receives(approved);
    sale.at(3).intends({ type: "confirm", tenders });
    for (const response of [emptyResponse(404), htmlResponse(404), htmlResponse(200), htmlResponse(403)]) {
      sale.at(30 * DAY).mustRepeatAfter(response);
    }
    const reversal = reversing();
    for (const response of [htmlResponse(404), htmlResponse(200), htmlResponse(403), emptyResponse(400)]) {
      reversal.at(30 * DAY).mustRepeatAfter(response);
    }
    expect(reversal.transaction().state).toBe("reversing");
  });
});

describe("Provision, a reversal of what Electrum does not know", () => {
  const notFound = errorResponse(404, "UNABLE_TO_LOCATE_RECORD", REVERSAL_ID);

  const cancelled = (): Flow => {
    const sale = selling();
    sale.at(2).receives(approved);
    sale.at(3).intends({ type: "cancel" });
    return sale;
  };

  test("it had approved it, and this is the first that it hears of a reversal: it has lost a voucher", () => {
    for (const repeats of [undefined, 0]) {
      const sale = cancelled();
      sale.at(4).adviceResponse(notFound, repeats);
      expect(sale.transaction()).toMatchObject({
        state: "reversed",
        acknowledgement: "notFound",
        reconciliation: [{ reason: "reversalNotFound", at: at(4), status: 404 }],
      });
      expect(needsAttention(sale.transaction())).toBe(true);
    }
  });

  test("an earlier delivery may have undone it: nothing to reconcile", () => {
    const sale = cancelled();
    sale.at(4).mustRepeatAfter(emptyResponse(504));
    sale.at(9).adviceResponse(notFound, 1);
    expect(sale.transaction()).toMatchObject({ state: "reversed", acknowledgement: "notFound", reconciliation: [] });
  });

  test("an approval that came too late is evidence of what it has lost", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).timesOut();
    sale.at(61).receivesTooLate(0, approved);
    sale.at(62).adviceResponse(notFound);
    const approval = { attempt: 0, at: at(61), response: provisionResponse };
    expect(sale.transaction()).toMatchObject({
      state: "reversed",
      reconciliation: [{ reason: "reversalNotFound", at: at(62), status: 404, approval }],
    });
    expect(sale.transaction()).not.toHaveProperty("lateApproval");
  });

  test("nothing was ever approved: then there was nothing to undo", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).timesOut();
    sale.at(62).adviceResponse(notFound);
    expect(sale.transaction()).toMatchObject({ state: "reversed", reconciliation: [] });
  });

  test("an approval that came too late outlives a dispute, and is there when the reversal is sent again", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).timesOut();
    sale.at(61).receivesTooLate(0, approved);
    sale.at(62).adviceResponse(errorResponse(400, "FORMAT_ERROR", REVERSAL_ID));
    const lateApproval = { attempt: 0, at: at(61), response: provisionResponse };
    expect(sale.transaction()).toMatchObject({ state: "disputed", finalizing: { state: "reversing", lateApproval } });
    sale.at(900).intends({ type: "resend", by: "Thandi", reason: "Electrum has mended it" });
    expect(sale.transaction()).toMatchObject({ state: "reversing", lateApproval });
  });

  test("Stellr: acknowledged is not undone, whatever else there is to reconcile", () => {
    const sale = selling({ provider: stellr });
    sale.at(60).timesOut();
    sale.at(61).receivesTooLate(0, approved);
    sale.at(62).adviceResponse(notFound);
    expect(sale.transaction().reconciliation.map(({ reason }) => reason)).toEqual([
      "providerTakesNoReversals",
      "reversalNotFound",
    ]);
  });
});
