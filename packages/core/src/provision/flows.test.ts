import { describe, expect, test } from "vitest";
import { empty, errorDetail, html, json } from "../../test/answers.ts";
import { type Flow, follow } from "../../test/flow.ts";
import {
  answeredIdentifiers,
  AT,
  AUTHORISED,
  CODE,
  CONFIRMATION_ID,
  ID,
  provisionRequest,
  provisionResponse,
  provisionStart,
  REVERSAL_ID,
  SECONDS,
  tenders,
  timeAt,
} from "../../test/messages.ts";
import { must } from "../../test/must.ts";
import type { ReversalReason, TenderAdvice } from "../messages/advices.ts";
import { canHandOver, handOver } from "../hand-over.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Advice, Request } from "../operations.ts";
import { netcare, type Policy, stellr } from "../policy.ts";
import { isFinal, needsAttention } from "../transaction.ts";
import { startProvision } from "./transition.ts";

const selling = (choices: Partial<Policy> = {}): Flow => follow(must(startProvision(provisionStart(choices))));

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

/** Before any response the request's own identifiers go back; after one, the response's. */
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

const approved = json(201, provisionResponse);
const accepted = json(202, { id: CONFIRMATION_ID, requestId: ID });
const reversalAccepted = json(202, { id: REVERSAL_ID, requestId: ID });
const at = (second: number): number => AT + second * SECONDS;

describe("Provision, success", () => {
  test("dual messaging: the till confirms, and the voucher is handed out", () => {
    const sale = selling();
    sale.sends(provisionVoucher, 0, 60);
    sale.at(2).hears(approved);
    sale.restsIn("issued");
    expect(canHandOver(sale.transaction())).toBe(false);

    sale.at(30).wants({ type: "confirm", tenders });
    sale.queues(confirmVoucher(30), 30);
    expect(canHandOver(sale.transaction())).toBe(true);

    sale.at(31).isAnswered(accepted);
    sale.restsIn("confirmed");
    expect(sale.state()).toEqual({
      state: "confirmed",
      decision: { outcome: "confirm", by: "till", at: at(30) },
      approval: { attempt: 0, at: at(2), response: provisionResponse },
      advice: confirmVoucher(30),
      how: "accepted",
      at: at(31),
      marks: [],
    });
    expect(isFinal(sale.transaction())).toBe(true);
  });

  test("single messaging: the approval completes it", () => {
    const sale = selling({ messaging: "single" });
    sale.sends(provisionVoucher, 0, 60);
    sale.at(2).hears(approved);
    sale.restsIn("completed");
    expect(sale.state()).toEqual({
      state: "completed",
      approval: { attempt: 0, at: at(2), response: provisionResponse },
      marks: [],
    });
    const sold = sale.transaction();
    expect(canHandOver(sold) && handOver(sold)).toEqual({
      code: CODE,
      serialNumber: "S-1",
      expiryDate: "2027-11-21T00:00:00.000Z",
    });
  });
});

describe("Provision, error or time-out at the till", () => {
  test("a retry brings the voucher, dual messaging: confirmed as ever, under the id of the original request", () => {
    const sale = selling();
    sale.sends(provisionVoucher, 0, 60);
    sale.at(60).hearsNothing();
    sale.waits("retry", 0, [0.5, 1]);
    sale.wakesAt(61);
    sale.sends(retryProvisionVoucher, 1, 121);
    sale.at(62).hears(approved);
    sale.restsIn("issued");
    sale.at(70).wants({ type: "confirm", tenders });
    sale.queues(confirmVoucher(70), 70);
    sale.at(71).isAnswered(empty(200));
    expect(sale.transaction()).toMatchObject({ state: "confirmed", approval: { attempt: 1, at: at(62) } });
  });

  test("a retry brings the voucher, single messaging: complete", () => {
    const sale = selling({ messaging: "single" });
    sale.at(5).hearsNothing("interrupted");
    sale.wakesAt(6);
    sale.sends(retryProvisionVoucher, 1, 66);
    sale.at(8).hears(approved);
    sale.restsIn("completed");
    expect(sale.transaction()).toMatchObject({ approval: { attempt: 1, at: at(8) } });
  });

  test("no retry brings a voucher: three retries of the same message, each after a longer pause, and then a reversal", () => {
    const sale = selling({ retryDelay: { initialMs: 2 * SECONDS, factor: 3, capMs: 9 * SECONDS } });
    sale.at(60).hearsNothing();
    sale.waits("retry", 0, [1, 2]);
    sale.wakesAt(62);
    sale.sends(retryProvisionVoucher, 1, 122);
    sale.at(122).hearsNothing("unreachable");
    sale.waits("retry", 1, [3, 6]);
    sale.wakesAt(128);
    sale.sends(retryProvisionVoucher, 2, 188);
    sale.at(130).hears(empty(500));
    sale.waits("retry", 2, [4.5, 9]);
    sale.wakesAt(139);
    sale.sends(retryProvisionVoucher, 3, 199);
    sale.at(140).hearsNothing("interrupted");

    // The last attempt may be under way until its deadline: the reversal must not overtake it.
    sale.queues(reverseVoucher(140, "TIMEOUT"), 199);
    expect(sale.state()).toEqual({
      state: "reversing",
      decision: { outcome: "reverse", by: "protocol", at: at(140) },
      advice: reverseVoucher(140, "TIMEOUT"),
      notBefore: at(199),
      doubt: {
        first: { attempt: 0, at: at(60), cause: "deadline" },
        last: { attempt: 3, at: at(140), cause: "interrupted" },
        reason: "TIMEOUT",
        unansweredUntil: at(199),
      },
      marks: [],
    });
  });

  test("no answer to a retry is an answer to the first attempt: the reversal waits until that one is past its deadline", () => {
    const sale = selling({ retries: 1 });
    sale.at(5).hearsNothing("interrupted");
    sale.wakesAt(6);
    sale.at(8).hears(empty(500));
    sale.queues(reverseVoucher(8, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({
      doubt: {
        first: { attempt: 0, at: at(5), cause: "interrupted" },
        last: { attempt: 1, at: at(8), cause: "status" },
        reason: "TIMEOUT",
        unansweredUntil: at(60),
      },
    });
  });

  test("an acknowledged reversal ends it, and says how it was acknowledged", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).hearsNothing();
    sale.queues(reverseVoucher(60, "TIMEOUT"), 60);
    sale.at(61).isAnswered(errorDetail(404, "UNABLE_TO_LOCATE_RECORD", REVERSAL_ID));
    sale.restsIn("reversed");
    expect(sale.state()).toEqual({
      state: "reversed",
      decision: { outcome: "reverse", by: "protocol", at: at(60) },
      advice: reverseVoucher(60, "TIMEOUT"),
      doubt: {
        first: { attempt: 0, at: at(60), cause: "deadline" },
        last: { attempt: 0, at: at(60), cause: "deadline" },
        reason: "TIMEOUT",
        unansweredUntil: at(60),
      },
      how: "notFound",
      at: at(61),
      marks: [],
    });
    expect(needsAttention(sale.transaction())).toBe(false);
  });

  test("a restart while the request is under way: it is never sent again, but waited for until its deadline", () => {
    const sale = selling({ retries: 0 });
    sale.at(3).restarts();
    sale.waits("reply", 0, [57, 57]);
    sale.wakesAt(65);
    sale.queues(reverseVoucher(65, "TIMEOUT"), 65);
    expect(sale.transaction()).toMatchObject({
      doubt: { first: { attempt: 0, at: at(65), cause: "interruption" }, unansweredUntil: at(60) },
    });
  });

  test("a restart between two attempts, and while an advice waits: what was asked for is asked for again", () => {
    const sale = selling({ retries: 1 });
    sale.at(60).hearsNothing();
    sale.at(70).restarts();
    sale.waits("retry", 0, [-9.5, -9]);
    sale.wakesAt(70);
    sale.at(80).hears(empty(503));
    sale.queues(reverseVoucher(80, "TIMEOUT"), 80);
    sale.at(500).restarts();
    sale.queues(reverseVoucher(80, "TIMEOUT"), 80);
    expect(sale.transaction().state).toBe("reversing");
  });

  test("the customer's patience bounds all attempts together", () => {
    const sale = selling({ customerWaitMs: 90 * SECONDS });
    sale.sends(provisionVoucher, 0, 60);
    sale.at(60).hearsNothing();
    sale.wakesAt(61);
    sale.sends(retryProvisionVoucher, 1, 90);
    sale.at(89).hears(empty(500));
    sale.queues(reverseVoucher(89, "TIMEOUT"), 89);
    expect(sale.transaction().state).toBe("reversing");
  });

  test("no retry begins when the customer's patience is over, to the millisecond", () => {
    const atOnce = { initialMs: 0, factor: 1, capMs: 0 };
    const inTime = selling({ customerWaitMs: 20 * SECONDS, retryDelay: atOnce });
    inTime.at(19.999).hears(empty(500));
    expect(inTime.transaction().state).toBe("waitingToRetry");
    const tooLate = selling({ customerWaitMs: 20 * SECONDS, retryDelay: atOnce });
    tooLate.at(20).hears(empty(500));
    expect(tooLate.transaction().state).toBe("reversing");
  });

  test("an answer at the deadline counts, one after it counts as none", () => {
    const inTime = selling({ retries: 0 });
    inTime.at(60).hears(approved);
    expect(inTime.transaction().state).toBe("issued");
    const tooLate = selling({ retries: 0 });
    tooLate.at(60.001).hears(approved);
    tooLate.queues(reverseVoucher(60.001, "TIMEOUT"), 60.001);
    expect(tooLate.transaction()).toMatchObject({
      doubt: { first: { attempt: 0, at: at(60.001), cause: "deadline" }, unansweredUntil: at(60) },
    });
  });

  test("a voucher that comes after the decision to reverse is not handed out, and is marked once the reversal is through", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).hearsNothing();
    sale.at(61).hearsTooLate(0, approved);
    expect(sale.transaction()).toMatchObject({ state: "reversing", marks: [] });
    sale.at(62).isAnswered(reversalAccepted);
    sale.at(63).hearsTooLate(0, approved);
    const mark = { reason: "lateApproval", at: at(63), attempt: 0, response: provisionResponse };
    expect(sale.transaction()).toMatchObject({ state: "reversed", how: "accepted", marks: [mark] });
    expect(canHandOver(sale.transaction())).toBe(false);
    expect(needsAttention(sale.transaction())).toBe(true);

    sale.at(64).hearsTooLate(0, approved);
    expect(sale.transaction().marks).toEqual([mark]);
  });
});

describe("Provision, upstream error", () => {
  test.each([
    ["400", errorDetail(400, "INVALID_AMOUNT", ID)],
    ["404", errorDetail(404, "INVALID_AMOUNT", ID)],
  ])("the transaction failed, %s: a hard decline of the first request, and nothing more is sent", (status, answer) => {
    const sale = selling();
    sale.at(3).hears(answer);
    sale.restsIn("declined");
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
      marks: [],
    });
    expect(isFinal(sale.transaction())).toBe(true);
  });

  test.each([
    ["500 without a body", empty(500)],
    ["503 from a gateway", html(503)],
    ["504, UPSTREAM_UNAVAILABLE", errorDetail(504, "UPSTREAM_UNAVAILABLE", ID)],
    ["400, UPSTREAM_UNAVAILABLE: the error type goes before the status", errorDetail(400, "UPSTREAM_UNAVAILABLE", ID)],
    ["404, VOUCHER_STATUS_UNKNOWN", errorDetail(404, "VOUCHER_STATUS_UNKNOWN", ID)],
    ["400, DUPLICATE_RECORD: the switch has seen the request", errorDetail(400, "DUPLICATE_RECORD", ID)],
  ])("the outcome is unknown (%s), and a retry brings the voucher", (_, answer) => {
    const sale = selling();
    sale.at(3).hears(answer);
    sale.waits("retry", 0, [0.5, 1]);
    sale.wakesAt(4);
    sale.sends(retryProvisionVoucher, 1, 64);
    sale.at(5).hears(approved);
    sale.restsIn("issued");
    expect(sale.transaction()).toMatchObject({ doubt: { reason: "RESPONSE_NOT_FINAL" } });
  });

  test("the outcome is unknown, and no retry brings a voucher: reversal, at once where every attempt was answered", () => {
    const sale = selling({ retries: 1 });
    const open = errorDetail(504, "VOUCHER_STATUS_UNKNOWN", ID);
    sale.at(3).hears(open);
    sale.wakesAt(4);
    sale.at(6).hears(open);
    sale.queues(reverseVoucher(6, "RESPONSE_NOT_FINAL"), 6);
    const error = {
      status: 504,
      errorType: "VOUCHER_STATUS_UNKNOWN",
      errorMessage: "as it was said",
      providerErrorCode: "P1",
      providerErrorMessage: "as the provider said it",
    };
    expect(sale.transaction()).toMatchObject({
      doubt: {
        first: { attempt: 0, at: at(3), cause: "errorType", error },
        last: { attempt: 1, at: at(6), cause: "errorType", error },
      },
    });
  });

  test("a hard decline of a retry: reversal, since the first attempt may still have taken effect", () => {
    const sale = selling();
    sale.at(60).hearsNothing();
    sale.wakesAt(61);
    sale.at(62).hears(errorDetail(404, "UNABLE_TO_LOCATE_RECORD", ID));
    sale.queues(reverseVoucher(62, "TIMEOUT"), 62);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "protocol", at: at(62) } });
  });

  test("a hard decline of a retry while the first attempt may be under way: the reversal waits for its deadline", () => {
    const sale = selling();
    sale.at(5).hearsNothing("interrupted");
    sale.wakesAt(6);
    sale.at(7).hears(errorDetail(400, "INVALID_AMOUNT", ID));
    sale.queues(reverseVoucher(7, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({ state: "reversing", notBefore: at(60) });
  });
});

describe("Provision, providers of their own kind", () => {
  test("Netcare takes no retries: an unknown outcome is reversed at once", () => {
    const sale = selling({ provider: netcare });
    sale.at(60).hearsNothing();
    sale.queues(reverseVoucher(60, "TIMEOUT"), 60);
    sale.at(61).isAnswered(reversalAccepted);
    expect(sale.transaction()).toMatchObject({ state: "reversed", how: "accepted", marks: [] });
  });

  test("Stellr takes neither retries nor reversals: Electrum swallows the reversal, and a person must reconcile", () => {
    const sale = selling({ provider: stellr });
    sale.at(60).hearsNothing();
    sale.queues(reverseVoucher(60, "TIMEOUT"), 60);
    sale.at(61).isAnswered(reversalAccepted);
    sale.restsIn("reversed");
    expect(sale.transaction().marks).toEqual([{ reason: "providerTakesNoReversals", at: at(61), provider: "Stellr" }]);
    expect(needsAttention(sale.transaction())).toBe(true);
  });

  test("Stellr never hears of the reversal, and its voucher comes late: two things to reconcile, two marks", () => {
    const sale = selling({ provider: stellr });
    sale.at(60).hearsNothing();
    sale.at(61).isAnswered(reversalAccepted);
    sale.at(62).hearsTooLate(0, approved);
    sale.at(63).hearsTooLate(0, approved);
    expect(sale.transaction().marks).toEqual([
      { reason: "providerTakesNoReversals", at: at(61), provider: "Stellr" },
      { reason: "lateApproval", at: at(62), attempt: 0, response: provisionResponse },
    ]);
  });

  test("Stellr takes no confirmations: one is owed and acknowledged all the same", () => {
    const sale = selling({ provider: stellr });
    sale.at(2).hears(approved);
    sale.at(3).wants({ type: "confirm", tenders });
    sale.queues(confirmVoucher(3), 3);
    sale.at(4).isAnswered(accepted);
    expect(sale.transaction()).toMatchObject({ state: "confirmed", marks: [] });
  });
});

describe("Provision, the till changes its mind", () => {
  test("the customer walks away after the voucher was issued: reversal, CANCELLED, with the response's identifiers", () => {
    const sale = selling();
    sale.at(2).hears(approved);
    sale.at(40).wants({ type: "cancel" });
    sale.queues(reverseVoucher(40, "CANCELLED", true), 40);
    expect(sale.state()).toEqual({
      state: "reversing",
      decision: { outcome: "reverse", by: "till", at: at(40) },
      advice: reverseVoucher(40, "CANCELLED", true),
      notBefore: at(40),
      marks: [],
    });
    sale.at(41).wantsAgain({ type: "cancel" });
    sale
      .at(41)
      .isRefused(
        { type: "confirm", tenders },
        { type: "alreadyDecided", decision: { outcome: "reverse", by: "till", at: at(40) } },
      );
  });

  test("cancelled while the request is under way: nothing is interrupted, and what was issued is reversed", () => {
    const sale = selling();
    sale.at(1).wants({ type: "cancel" });
    sale.restsIn("requesting");
    sale.at(2).wantsAgain({ type: "cancel" });
    sale
      .at(2)
      .isRefused(
        { type: "confirm", tenders },
        { type: "alreadyDecided", decision: { outcome: "reverse", by: "till", at: at(1) } },
      );
    sale.at(3).hears(approved);
    sale.queues(reverseVoucher(3, "CANCELLED", true), 3);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "till", at: at(1) } });
  });

  test("cancelled while the request is under way, and declined: nothing is owed", () => {
    const sale = selling();
    sale.at(1).wants({ type: "cancel" });
    sale.at(3).hears(errorDetail(400, "INVALID_AMOUNT", ID));
    sale.restsIn("declined");
    expect(sale.transaction()).toMatchObject({ at: at(3), cancelledAt: at(1) });
  });

  test("cancelled while the request is under way, and never answered: reversed without a retry", () => {
    const sale = selling();
    sale.at(1).wants({ type: "cancel" });
    sale.at(10).hearsNothing("interrupted");
    sale.queues(reverseVoucher(10, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "till", at: at(1) } });
  });

  test("cancelled between two attempts: reversed, not before the first is past its deadline", () => {
    const sale = selling();
    sale.at(10).hearsNothing("interrupted");
    sale.at(10).wants({ type: "cancel" });
    sale.queues(reverseVoucher(10, "TIMEOUT"), 60);
    expect(sale.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "till", at: at(10) } });
  });

  test("a voucher that a retry brought is cancelled: not before the first attempt is past its deadline", () => {
    const sale = selling();
    sale.at(10).hearsNothing("interrupted");
    sale.wakesAt(11);
    sale.at(12).hears(approved);
    sale.at(20).wants({ type: "cancel" });
    sale.queues(reverseVoucher(20, "CANCELLED", true), 60);
    expect(sale.transaction()).toMatchObject({ doubt: { reason: "TIMEOUT", unansweredUntil: at(60) } });
  });

  test("the till does not decide in time, where the policy gives it a time: reversal", () => {
    const sale = selling({ decisionDeadlineMs: 300 * SECONDS });
    sale.at(2).hears(approved);
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

  test("the till does not decide in time over what a retry brought: not before the first attempt is past its deadline", () => {
    const sale = selling({ decisionDeadlineMs: 20 * SECONDS });
    sale.at(10).hearsNothing("interrupted");
    sale.wakesAt(11);
    sale.at(12).hears(approved);
    sale.waits("decision", 1, [20, 20]);
    sale.wakesAt(32);
    sale.queues(reverseVoucher(32, "CANCELLED", true), 60);
    expect(sale.transaction()).toMatchObject({ doubt: { reason: "TIMEOUT", unansweredUntil: at(60) } });
  });

  test("whichever commit comes first wins: a decision after the deadline, but before its timer, stands", () => {
    const sale = selling({ decisionDeadlineMs: 300 * SECONDS });
    sale.at(2).hears(approved);
    sale.at(400).wants({ type: "confirm", tenders });
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

describe("Provision, what an advice says", () => {
  const approvedWith = (changes: JsonObject) => json(200, { ...provisionResponse, ...changes });

  test("a final amount goes out, up to what was authorised", () => {
    const sale = selling();
    sale.at(2).hears(approved);
    const amounts = { approvedAmount: { ...AUTHORISED, amount: 4_999 } };
    sale.at(3).wants({ type: "confirm", tenders, amounts });
    sale.queues(confirmVoucher(3, { amounts }), 3);
    sale.wantsAgain({ type: "confirm", tenders, amounts });
    sale.isRefused({ type: "confirm", tenders }, { type: "otherContent", intent: "confirm", decidedAt: at(3) });
    expect(sale.transaction().state).toBe("confirming");
  });

  test("more than Electrum authorised, or another currency, does not", () => {
    const sale = selling();
    sale.at(2).hears(approvedWith({ amounts: { approvedAmount: { amount: 300, currency: "710" } } }));
    const authorised = { amount: 300, currency: "710" };
    for (const approvedAmount of [
      { amount: 301, currency: "710" },
      { amount: 299, currency: "840" },
    ]) {
      sale.isRefused({ type: "confirm", tenders, amounts: { approvedAmount } }, { type: "notAuthorised", authorised });
    }
    sale.wants({ type: "confirm", tenders, amounts: { approvedAmount: authorised } });
    expect(sale.transaction().state).toBe("confirming");
  });

  test.each([
    ["no amounts", { amounts: null }],
    ["an amount that is none", { amounts: { approvedAmount: { amount: "300", currency: "710" } } }],
    ["an amount without a currency", { amounts: { approvedAmount: { amount: 300 } } }],
    ["an approved amount of null", { amounts: { approvedAmount: null } }],
  ])("where the response has %s, what was requested counts as authorised", (_, changes) => {
    const sale = selling();
    sale.at(2).hears(approvedWith(changes));
    const amounts = { approvedAmount: { amount: 5_001, currency: "710" } };
    sale.isRefused({ type: "confirm", tenders, amounts }, { type: "notAuthorised", authorised: AUTHORISED });
    expect(sale.transaction().state).toBe("issued");
  });

  test("an approved amount beyond all numbers says nothing, before it is stored as null and after", () => {
    const sale = selling();
    const beyond = JSON.stringify(provisionResponse).replace('"amount":5000', '"amount":1e999');
    sale.at(2).hears({ status: 200, body: beyond });
    const amounts = { approvedAmount: { amount: 5_001, currency: "710" } };
    sale.isRefused({ type: "confirm", tenders, amounts }, { type: "notAuthorised", authorised: AUTHORISED });
    expect(sale.transaction().state).toBe("issued");
  });

  test("where neither named an amount, Electrum judges", () => {
    const { amounts: _, ...request } = provisionRequest;
    const sale = follow(must(startProvision(provisionStart({}, request))));
    sale.at(2).hears(approvedWith({ amounts: null }));
    const amounts = { approvedAmount: { amount: 9_999_999, currency: "840" } };
    sale.at(3).wants({ type: "confirm", tenders, amounts });
    sale.queues(confirmVoucher(3, { amounts }), 3);
    expect(sale.transaction().state).toBe("confirming");
  });

  test.each<[string, Json, Json]>([
    [
      "as they came, whatever they hold",
      [{ institutionId: 7, more: [null] }, "text", null],
      [{ institutionId: 7, more: [null] }, "text", null],
    ],
    ["as they came, none", [], []],
    ["the request's, where the response has null", null, [{ institutionId: "10", transactionIdentifier: "T-1" }]],
    [
      "the request's, where the response has no list",
      { 0: "x" },
      [{ institutionId: "10", transactionIdentifier: "T-1" }],
    ],
  ])("third-party identifiers go back unaltered: %s", (_, received, echoed) => {
    const sale = selling();
    sale.at(2).hears(approvedWith({ thirdPartyIdentifiers: received }));
    sale.at(3).wants({ type: "confirm", tenders });
    expect(sale.transaction()).toHaveProperty("advice.message.thirdPartyIdentifiers", echoed);
  });

  test("after several responses, the last one's identifiers go back", () => {
    const sale = selling();
    sale.at(2).hears(json(200, { ...provisionResponse, voucher: {}, thirdPartyIdentifiers: ["of the first"] }));
    sale.wakesAt(3);
    sale.at(4).hears(approved);
    sale.at(5).wants({ type: "cancel" });
    sale.queues(reverseVoucher(5, "CANCELLED", true), 5);
    expect(sale.transaction()).toMatchObject({ doubt: { first: { cause: "noVoucher" } } });
  });
});

describe("Provision, an advice until its end", () => {
  const confirming = (): Flow => {
    const sale = selling();
    sale.at(2).hears(approved);
    sale.at(3).wants({ type: "confirm", tenders });
    return sale;
  };

  test("is repeated unchanged until it is acknowledged", () => {
    const sale = confirming();
    for (const answer of [empty(503), html(404), empty(401), json(202, { id: ID })]) {
      sale.at(4).mustRepeatAfter(answer);
      sale.restarts();
      sale.queues(confirmVoucher(3), 3);
    }
    sale.at(900).isAnswered(errorDetail(400, "DUPLICATE_RECORD", CONFIRMATION_ID));
    expect(sale.transaction()).toMatchObject({ state: "confirmed", how: "duplicate", at: at(900), marks: [] });
  });

  test("nothing to confirm: a dispute, which a person sends once more, and Electrum takes it", () => {
    const sale = confirming();
    sale.at(4).isAnswered(errorDetail(404, "UNABLE_TO_LOCATE_RECORD", CONFIRMATION_ID));
    sale.restsIn("disputed");
    expect(sale.state()).toEqual({
      state: "disputed",
      of: {
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
      marks: [],
    });
    expect(needsAttention(sale.transaction())).toBe(true);
    expect(canHandOver(sale.transaction())).toBe(false);

    sale.at(500).wants({ type: "resend" });
    sale.queues(confirmVoucher(3), 3);
    sale.at(501).wantsAgain({ type: "resend" });
    sale.at(502).isAnswered(accepted);
    expect(sale.transaction()).toMatchObject({ state: "confirmed", decision: { at: at(3) } });
  });

  test("refused for good: a dispute, which a person settles outside the protocol", () => {
    const sale = selling({ retries: 0 });
    sale.at(60).hearsNothing();
    sale.at(61).isAnswered(errorDetail(400, "FORMAT_ERROR"));
    const disputed = sale.state();
    expect(sale.transaction()).toMatchObject({
      state: "disputed",
      of: { state: "reversing", notBefore: at(60), doubt: { reason: "TIMEOUT" } },
      dispute: { reason: "refused", at: at(61) },
    });
    const resolution = { as: "reversed", by: "Thandi", why: "void, says the provider" } as const;
    sale.at(900).wants({ type: "resolve", ...resolution });
    expect(sale.state()).toEqual({ ...disputed, state: "resolved", resolution: { ...resolution, at: at(900) } });
    expect(isFinal(sale.transaction())).toBe(true);
    expect(needsAttention(sale.transaction())).toBe(false);

    sale.at(901).wantsAgain({ type: "resolve", ...resolution });
    sale.isRefused(
      { type: "resolve", ...resolution, why: "something else" },
      { type: "otherContent", intent: "resolve", decidedAt: at(900) },
    );
  });
});
