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
  lookup,
  lookupResponse,
  OTHER_CODE,
  policyOf,
  redemptionRequest,
  redemptionResponse,
  redemptionStart,
  REVERSAL_ID,
  SECONDS,
  timeAt,
} from "../../test/messages.ts";
import { unwrap } from "../../test/unwrap.ts";
import type { BasicAdvice, ReversalReason } from "../messages/advices.ts";
import { handOver } from "../hand-over.ts";
import type { VoucherLookup } from "../messages/lookup.ts";
import { mayLookUp } from "../lookup-timing.ts";
import type { Advice, Request } from "../messages/operations.ts";
import { type Policy, stellr } from "../policy.ts";
import type { HttpResponse } from "../responses/http-response.ts";
import { isFinal, needsAttention } from "../transaction.ts";
import type { LookupFailure } from "./redemption-state.ts";
import { startRedemption } from "./redemption.ts";

const accepting = (choices: Partial<Policy> = {}, asked: VoucherLookup = lookup): Flow =>
  followTransaction(unwrap(startRedemption(redemptionStart(choices, asked))));

/** A redemption whose voucher was found, with `redeemVoucher` under way: attempt 1, since the lookup was attempt 0. */
const redeeming = (choices: Partial<Policy> = {}): Flow => {
  const redemption = accepting(choices);
  redemption.at(1).receives(found);
  redemption.at(10).intends({ type: "redeem", request: redemptionRequest });
  return redemption;
};

const lookupVoucher: Request = { operation: "lookupVoucher", message: lookup };
const redeemVoucher: Request = { operation: "redeemVoucher", message: redemptionRequest };

const confirmRedeem = (second: number, said: Partial<BasicAdvice> = {}): Advice => ({
  operation: "confirmRedeem",
  message: {
    id: CONFIRMATION_ID,
    requestId: ID,
    time: timeAt(second),
    thirdPartyIdentifiers: answeredIdentifiers,
    ...said,
  },
});

/** Advices echo the response's identifiers; before any response, the request's own. */
const reverseRedeem = (second: number, reversalReason: ReversalReason, responded = false): Advice => ({
  operation: "reverseRedeem",
  message: {
    id: REVERSAL_ID,
    requestId: ID,
    time: timeAt(second),
    thirdPartyIdentifiers: responded ? answeredIdentifiers : redemptionRequest.thirdPartyIdentifiers,
    reversalReason,
  },
});

const found = jsonResponse(200, lookupResponse);
const approved = jsonResponse(201, redemptionResponse);
const accepted = jsonResponse(202, { id: CONFIRMATION_ID, requestId: ID });
const reversalAccepted = jsonResponse(202, { id: REVERSAL_ID, requestId: ID });
const at = (second: number): number => AT + second * SECONDS;
/** In seconds. */
const DAY = 86_400;
const redeem = { request: redemptionRequest, attempt: 1, at: at(10) };

describe("Redemption, success", () => {
  test("dual messaging: looked up, redeemed, confirmed in full", () => {
    const redemption = accepting();
    redemption.sends(lookupVoucher, 0, 60);
    redemption.at(1).receives(found);
    redemption.isIn("found");
    expect(redemption.state()).toEqual({
      state: "found",
      attempt: 0,
      at: at(1),
      expiresAt: at(1 + DAY),
      response: lookupResponse,
      reconciliation: [],
    });

    redemption.at(10).intends({ type: "redeem", request: redemptionRequest });
    redemption.sends(redeemVoucher, 1, 70);
    redemption.at(12).receives(approved);
    redemption.isIn("redeemed");

    redemption.at(20).intends({ type: "confirm" });
    redemption.queues(confirmRedeem(20), 20);
    redemption.at(21).adviceResponse(accepted);
    redemption.isIn("confirmed");
    expect(redemption.state()).toEqual({
      state: "confirmed",
      decision: { outcome: "confirm", by: "till", at: at(20) },
      approval: { attempt: 1, at: at(12), response: redemptionResponse },
      advice: confirmRedeem(20),
      acknowledgement: "accepted",
      at: at(21),
      redeem,
      reconciliation: [],
    });
    expect(unwrap(handOver(redemption.transaction()))).toEqual({});
  });

  test("dual messaging: confirmed for less than the authorised amount, never for more", () => {
    const redemption = redeeming();
    redemption.at(12).receives(approved);
    const amounts = { approvedAmount: { ...AUTHORISED, amount: 4_000 } };
    redemption
      .at(20)
      .isRefused(
        { type: "confirm", amounts: { approvedAmount: { ...AUTHORISED, amount: 5_001 } } },
        { type: "notAuthorised", authorised: AUTHORISED },
      );
    redemption.at(20).intends({ type: "confirm", amounts });
    redemption.queues(confirmRedeem(20, { amounts }), 20);
    redemption.intendsAgain({ type: "confirm", amounts });
    redemption.isRefused({ type: "confirm" }, { type: "contentDiffers", intent: "confirm", decidedAt: at(20) });
    expect(redemption.transaction().state).toBe("confirming");
  });

  test("without an amount in the response, what was requested counts as authorised", () => {
    const redemption = redeeming();
    redemption.at(12).receives(jsonResponse(200, { id: ID }));
    const amounts = { approvedAmount: { ...AUTHORISED, amount: 5_001 } };
    redemption.isRefused({ type: "confirm", amounts }, { type: "notAuthorised", authorised: AUTHORISED });
    redemption.at(20).intends({ type: "confirm" });
    const { thirdPartyIdentifiers } = redemptionRequest;
    redemption.queues(confirmRedeem(20, { thirdPartyIdentifiers }), 20);
    expect(redemption.transaction().state).toBe("confirming");
  });

  test("single messaging: the approval completes the redemption", () => {
    const redemption = redeeming({ messaging: "single" });
    redemption.at(12).receives(approved);
    redemption.isIn("completed");
    expect(redemption.state()).toEqual({
      state: "completed",
      approval: { attempt: 1, at: at(12), response: redemptionResponse },
      redeem,
      reconciliation: [],
    });
    expect(isFinal(redemption.transaction())).toBe(true);
    expect(unwrap(handOver(redemption.transaction()))).toEqual({});
  });

  test("Stellr takes no advices: the confirmation is still owed, and acknowledged", () => {
    const redemption = redeeming({ provider: stellr });
    redemption.at(12).receives(approved);
    redemption.at(20).intends({ type: "confirm" });
    redemption.queues(confirmRedeem(20), 20);
    redemption.at(21).adviceResponse(accepted);
    expect(redemption.transaction()).toMatchObject({ state: "confirmed", reconciliation: [] });
  });
});

describe("Redemption, the provider is known once the voucher was found", () => {
  const redeemUnder = (choices: Partial<Policy>, started: Partial<Policy> = {}): Flow => {
    const redemption = accepting(started);
    redemption.at(1).receives(found);
    redemption.at(10).intends({ type: "redeem", request: redemptionRequest, policy: policyOf(choices) });
    return redemption;
  };

  test("the policy that comes with redeem is kept beside the request, and the first one stays where it was", () => {
    const policy = policyOf({ provider: stellr });
    const redemption = redeemUnder({ provider: stellr });
    expect(redemption.transaction()).toMatchObject({
      state: "redeeming",
      start: { policy: policyOf() },
      redeem: { request: redemptionRequest, attempt: 1, at: at(10), policy },
    });
    redemption.at(12).receives(approved);
    redemption.at(20).intends({ type: "confirm" });
    redemption.at(21).adviceResponse(accepted);
    expect(redemption.transaction()).toMatchObject({ state: "confirmed", redeem: { policy }, reconciliation: [] });
  });

  test("without one, that of the start goes on, and nothing is kept", () => {
    expect(redeeming().transaction()).not.toHaveProperty("redeem.policy");
  });

  test("Stellr's voucher, of which the start knew nothing: an acknowledged reversal is for the operator", () => {
    const redemption = redeemUnder({ provider: stellr });
    redemption.at(70).timesOut();
    redemption.at(71).adviceResponse(reversalAccepted);
    expect(redemption.transaction()).toMatchObject({
      state: "reversed",
      reconciliation: [{ reason: "providerTakesNoReversals", at: at(71), provider: "Stellr" }],
    });
  });

  test("and not Stellr's after all: nothing to reconcile", () => {
    const redemption = redeemUnder({}, { provider: stellr });
    redemption.at(70).timesOut();
    redemption.at(71).adviceResponse(reversalAccepted);
    expect(redemption.transaction()).toMatchObject({ state: "reversed", reconciliation: [] });
  });

  test("its messaging: an approval completes, or waits for the till", () => {
    const single = redeemUnder({ messaging: "single" });
    single.at(12).receives(approved);
    single.isIn("completed");
    const dual = redeemUnder({ messaging: "dual" }, { messaging: "single" });
    dual.at(12).receives(approved);
    dual.isIn("redeemed");
    expect(dual.transaction().state).toBe("redeemed");
  });

  test("its deadlines: for the reply, for the customer, for the till's decision", () => {
    redeemUnder({ replyDeadlineMs: 25 * SECONDS }).sends(redeemVoucher, 1, 35);
    redeemUnder({ customerWaitMs: 15 * SECONDS }).sends(redeemVoucher, 1, 25);
    redeemUnder({}, { replyDeadlineMs: 25 * SECONDS, customerWaitMs: 15 * SECONDS }).sends(redeemVoucher, 1, 70);
    const undecided = redeemUnder({ decisionDeadlineMs: 300 * SECONDS });
    undecided.at(12).receives(approved);
    undecided.waits("decision", 1, [300, 300]);
    const patient = redeemUnder({}, { decisionDeadlineMs: 300 * SECONDS });
    patient.at(12).receives(approved);
    patient.isIn("redeemed");
    expect(patient.transaction()).not.toHaveProperty("decideBy");
  });

  test("how long an advice is repeated that nobody in particular acknowledges", () => {
    const redemption = redeemUnder({ unnamedRepeatMs: 7 * SECONDS });
    redemption.at(12).receives(approved);
    redemption.at(20).intends({ type: "confirm" });
    redemption.at(26.999).mustRepeatAfter(emptyResponse(200));
    redemption.at(27).adviceResponse(emptyResponse(200), 3);
    expect(redemption.transaction()).toMatchObject({
      state: "confirmed",
      reconciliation: [{ reason: "acknowledgedUnnamed", at: at(27), status: 200 }],
    });
  });

  test("how long after its end it may be looked up", () => {
    const redemption = redeemUnder({ lookupAfterMs: 30 * SECONDS });
    redemption.at(12).receives(errorResponse(400, "VOUCHER_ALREADY_REDEEMED", ID));
    expect(mayLookUp(redemption.transaction(), at(41))._unsafeUnwrapErr()).toMatchObject({ allowedFrom: at(42) });
    expect(mayLookUp(redemption.transaction(), at(42)).isOk()).toBe(true);
  });

  test("the same request again is the same again, whatever policy comes with it: the first one stays", () => {
    const redemption = redeemUnder({ provider: stellr });
    redemption.at(11).intendsAgain({ type: "redeem", request: redemptionRequest });
    redemption.intendsAgain({ type: "redeem", request: redemptionRequest, policy: policyOf({ messaging: "single" }) });
    expect(redemption.transaction()).toMatchObject({ redeem: { policy: { provider: stellr } } });
  });
});

describe("Redemption, what Electrum approves is not what was asked for", () => {
  const approvedFor = (amount: number, currency: string): HttpResponse =>
    jsonResponse(201, { ...redemptionResponse, amounts: { approvedAmount: { amount, currency } } });

  test.each([
    ["for more", 5_001, "710"],
    ["in another currency", 5_000, "840"],
  ])("%s: redeemed as ever, and the operator is told", (_, amount, currency) => {
    const mark = { reason: "approvedOtherAmount", at: at(12), requested: AUTHORISED, approved: { amount, currency } };
    const redemption = redeeming();
    redemption.at(12).receives(approvedFor(amount, currency));
    expect(redemption.transaction()).toMatchObject({ state: "redeemed", reconciliation: [mark] });
    const single = redeeming({ messaging: "single" });
    single.at(12).receives(approvedFor(amount, currency));
    expect(single.transaction()).toMatchObject({ state: "completed", reconciliation: [mark] });
  });

  test("for any amount, if the request names none", () => {
    const { amounts: _, ...request } = redemptionRequest;
    const redemption = accepting();
    redemption.at(1).receives(found);
    redemption.at(10).intends({ type: "redeem", request });
    redemption.at(12).receives(approvedFor(5_001, "710"));
    expect(redemption.transaction()).toMatchObject({ state: "redeemed", reconciliation: [] });
  });

  test("for less: a provider may", () => {
    const redemption = redeeming();
    redemption.at(12).receives(approvedFor(4_999, "710"));
    expect(redemption.transaction()).toMatchObject({ state: "redeemed", reconciliation: [] });
  });
});

describe("Redemption, one answered with two vouchers", () => {
  const holding = (code: string): HttpResponse => jsonResponse(201, { ...redemptionResponse, voucher: { code } });

  test("another code than the first response held: for the operator, and the first one counts", () => {
    const redemption = redeeming();
    redemption.at(12).receives(holding(OTHER_CODE));
    redemption.at(13).receivesTooLate(1, holding("1000200030004000"));
    expect(redemption.transaction()).toMatchObject({
      state: "redeemed",
      approval: { response: { voucher: { code: OTHER_CODE } } },
      reconciliation: [{ reason: "secondVoucher", at: at(13), attempt: 1 }],
    });
  });

  test("the first response held none: then it was about the voucher that the request names", () => {
    const redemption = redeeming();
    redemption.at(12).receives(approved);
    redemption.at(13).receivesTooLate(1, holding(CODE));
    expect(redemption.transaction().reconciliation).toEqual([]);
    redemption.at(14).receivesTooLate(1, holding(OTHER_CODE));
    expect(redemption.transaction()).toMatchObject({ reconciliation: [{ reason: "secondVoucher", at: at(14) }] });
  });

  test("a late response to the lookup is none", () => {
    const redemption = redeeming();
    redemption.at(12).receives(approved);
    redemption.at(13).receivesTooLate(0, holding(OTHER_CODE));
    expect(redemption.transaction().reconciliation).toEqual([]);
  });
});

describe("Redemption, a reversal of what Electrum does not know", () => {
  const notFound = errorResponse(404, "UNABLE_TO_LOCATE_RECORD", REVERSAL_ID);

  test("it had approved it, and this is the first that it hears of a reversal: the voucher may be spent", () => {
    const redemption = redeeming();
    redemption.at(12).receives(approved);
    redemption.at(13).intends({ type: "cancel" });
    redemption.at(14).adviceResponse(notFound);
    expect(redemption.transaction()).toMatchObject({
      state: "reversed",
      redeem,
      reconciliation: [{ reason: "reversalNotFound", at: at(14), status: 404 }],
    });
  });

  test("a repeated reversal looks the same to some switches: nothing to reconcile", () => {
    const redemption = redeeming();
    redemption.at(12).receives(approved);
    redemption.at(13).intends({ type: "cancel" });
    redemption.at(14).mustRepeatAfter(emptyResponse(504));
    redemption.at(15).adviceResponse(notFound, 1);
    expect(redemption.transaction()).toMatchObject({ state: "reversed", reconciliation: [] });
  });

  test("an approval that came too late is remembered, as evidence of what may be spent", () => {
    const redemption = redeeming();
    redemption.at(70).timesOut();
    redemption.at(71).receivesTooLate(1, approved);
    const approval = { attempt: 1, at: at(71), response: redemptionResponse };
    expect(redemption.transaction()).toMatchObject({ state: "reversing", lateApproval: approval, redeem });
    redemption.at(72).adviceResponse(notFound);
    expect(redemption.transaction()).toMatchObject({
      state: "reversed",
      reconciliation: [{ reason: "reversalNotFound", at: at(72), status: 404, approval }],
    });
  });

  test("a late response to the lookup is no approval, and is not remembered", () => {
    const redemption = redeeming();
    redemption.at(70).timesOut();
    redemption.at(71).receivesTooLate(0, jsonResponse(200, { ...lookupResponse, id: ID }));
    expect(redemption.transaction()).not.toHaveProperty("lateApproval");
  });
});

describe("Redemption, error or time-out at the till", () => {
  test("there is no retry: the reversal is sent after the deadline of the request", () => {
    const redemption = redeeming();
    redemption.at(30).timesOut("interrupted");
    redemption.queues(reverseRedeem(30, "TIMEOUT"), 70);
    expect(redemption.state()).toEqual({
      state: "reversing",
      decision: { outcome: "reverse", by: "protocol", at: at(30) },
      advice: reverseRedeem(30, "TIMEOUT"),
      notBefore: at(70),
      inDoubt: {
        first: { attempt: 1, at: at(30), cause: "interrupted" },
        last: { attempt: 1, at: at(30), cause: "interrupted" },
        reason: "TIMEOUT",
        latestDeadlineAt: at(70),
      },
      redeem,
      reconciliation: [],
    });
    redemption.at(71).adviceResponse(reversalAccepted);
    redemption.isIn("reversed");
    expect(redemption.transaction()).toMatchObject({
      acknowledgement: "accepted",
      at: at(71),
      redeem,
      reconciliation: [],
    });
  });

  test("a restart while the request is under way: reversed after its deadline", () => {
    const redemption = redeeming();
    redemption.at(11).restarts();
    redemption.waits("replyDeadline", 1, [59, 59]);
    redemption.wakesAt(75);
    redemption.queues(reverseRedeem(75, "TIMEOUT"), 75);
    expect(redemption.transaction()).toMatchObject({ inDoubt: { first: { cause: "interruption" } } });
  });

  test("an approval after the deadline counts as none; after the reversal it adds an item", () => {
    const redemption = redeeming();
    redemption.at(70.001).receives(approved);
    redemption.queues(reverseRedeem(70.001, "TIMEOUT"), 70.001);
    expect(redemption.transaction()).toMatchObject({ inDoubt: { first: { cause: "deadline" } } });
    redemption.at(71).adviceResponse(reversalAccepted);
    redemption.at(72).receivesTooLate(1, approved);
    expect(redemption.transaction().reconciliation).toEqual([
      { reason: "lateApproval", at: at(72), attempt: 1, response: redemptionResponse },
    ]);
  });

  test("a late response to a lookup is no evidence of a redemption, even if it has the transaction's id", () => {
    const redemption = redeeming();
    redemption.at(12).receives(errorResponse(400, "VOUCHER_ALREADY_REDEEMED", ID));
    redemption.at(13).receivesTooLate(0, jsonResponse(200, { ...lookupResponse, id: ID }));
    expect(redemption.transaction()).toMatchObject({ state: "declined", reconciliation: [] });
  });

  test("Stellr never gets the reversal: an operator must reconcile", () => {
    const redemption = redeeming({ provider: stellr });
    redemption.at(70).timesOut();
    redemption.at(71).adviceResponse(reversalAccepted);
    expect(redemption.transaction().reconciliation).toEqual([
      { reason: "providerTakesNoReversals", at: at(71), provider: "Stellr" },
    ]);
    expect(needsAttention(redemption.transaction())).toBe(true);
  });
});

describe("Redemption, upstream error", () => {
  test("the voucher cannot be redeemed: declined, and nothing is owed; another attempt has a new id", () => {
    const redemption = redeeming();
    redemption.at(12).receives(errorResponse(400, "VOUCHER_ALREADY_REDEEMED", ID));
    redemption.isIn("declined");
    expect(redemption.state()).toEqual({
      state: "declined",
      at: at(12),
      error: {
        status: 400,
        errorType: "VOUCHER_ALREADY_REDEEMED",
        errorMessage: "as it was said",
        providerErrorCode: "P1",
        providerErrorMessage: "as the provider said it",
      },
      redeem,
      reconciliation: [],
    });
    expect(isFinal(redemption.transaction())).toBe(true);

    const again = followTransaction(unwrap(startRedemption({ ...redemptionStart(), id: FOREIGN_ID })));
    again.at(20).receives(found);
    again.at(21).intends({ type: "redeem", request: { ...redemptionRequest, id: FOREIGN_ID } });
    expect(again.transaction()).toMatchObject({ state: "redeeming", redeem: { attempt: 1 } });
  });

  test.each([
    ["504, UPSTREAM_UNAVAILABLE", errorResponse(504, "UPSTREAM_UNAVAILABLE", ID), "errorType"],
    ["400, DUPLICATE_RECORD", errorResponse(400, "DUPLICATE_RECORD", ID), "errorType"],
    ["500 without a body", emptyResponse(500), "status"],
    ["200 from a gateway", htmlResponse(200), "foreign"],
    ["403 from a firewall, which may come after Electrum has redeemed it", htmlResponse(403), "foreign"],
    ["404 without a body", emptyResponse(404), "foreign"],
    ["400 in another's words", errorResponse(400, "NO_ROUTE"), "foreign"],
    ["200 about another redemption", jsonResponse(200, { id: FOREIGN_ID }), "foreign"],
    ["200 that names an error", errorResponse(200, "GENERAL_ERROR", ID), "errorType"],
  ])("Electrum gave no response, or none that decides (%s): reversal at once", (_, response, cause) => {
    const redemption = redeeming();
    redemption.at(12).receives(response);
    redemption.queues(reverseRedeem(12, "RESPONSE_NOT_FINAL"), 12);
    expect(redemption.transaction()).toMatchObject({ inDoubt: { first: { attempt: 1, at: at(12), cause } } });
  });
});

describe("Redemption, the till changes its mind", () => {
  test("cancelled after the voucher was redeemed: reversal, CANCELLED, with the response's identifiers", () => {
    const redemption = redeeming();
    redemption.at(12).receives(approved);
    redemption.at(20).intends({ type: "cancel" });
    redemption.queues(reverseRedeem(20, "CANCELLED", true), 20);
    redemption.intendsAgain({ type: "cancel" });
    redemption.isRefused(
      { type: "confirm" },
      { type: "alreadyDecided", decision: { outcome: "reverse", by: "till", at: at(20) } },
    );
    expect(redemption.state()).toEqual({
      state: "reversing",
      decision: { outcome: "reverse", by: "till", at: at(20) },
      advice: reverseRedeem(20, "CANCELLED", true),
      notBefore: at(20),
      redeem,
      reconciliation: [],
    });
  });

  test("cancelled while the request is under way: the redemption is reversed", () => {
    const redemption = redeeming();
    redemption.at(11).intends({ type: "cancel" });
    redemption.isIn("redeeming");
    redemption.at(12).receives(approved);
    redemption.queues(reverseRedeem(12, "CANCELLED", true), 12);
    expect(redemption.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "till", at: at(11) } });
  });

  test("cancelled while the request is under way, and declined: nothing is owed", () => {
    const redemption = redeeming();
    redemption.at(11).intends({ type: "cancel" });
    redemption.at(12).receives(errorResponse(400, "VOUCHER_ALREADY_REDEEMED", ID));
    expect(redemption.transaction()).toMatchObject({ state: "declined", at: at(12), cancelledAt: at(11) });
  });

  test("the till does not decide within the policy's decision deadline: reversal", () => {
    const redemption = redeeming({ decisionDeadlineMs: 300 * SECONDS });
    redemption.at(12).receives(approved);
    redemption.waits("decision", 1, [300, 300]);
    redemption.at(12).restarts();
    redemption.waits("decision", 1, [300, 300]);
    redemption.wakesAt(312);
    redemption.queues(reverseRedeem(312, "CANCELLED", true), 312);
    expect(redemption.transaction()).toMatchObject({ decision: { outcome: "reverse", by: "deadline", at: at(312) } });
  });

  test("a second redeem with the same request changes nothing; one with another request is refused", () => {
    const redemption = redeeming();
    redemption.at(11).intendsAgain({ type: "redeem", request: redemptionRequest });
    redemption.isRefused(
      { type: "redeem", request: { ...redemptionRequest, basketRef: "B-2" } },
      { type: "contentDiffers", intent: "redeem", decidedAt: at(10) },
    );
    expect(redemption.transaction().state).toBe("redeeming");
  });
});

describe("Redemption, the confirmation until its end", () => {
  const confirming = (): Flow => {
    const redemption = redeeming();
    redemption.at(12).receives(approved);
    redemption.at(20).intends({ type: "confirm" });
    return redemption;
  };

  test("VOUCHER_NOT_REDEEMED may be the response to a repeat of a confirmation that had arrived: confirmed, with an item", () => {
    const redemption = confirming();
    redemption.at(21).mustRepeatAfter(emptyResponse(504));
    redemption.at(30).adviceResponse(errorResponse(400, "VOUCHER_NOT_REDEEMED", CONFIRMATION_ID));
    redemption.isIn("confirmed");
    expect(redemption.transaction()).toMatchObject({
      acknowledgement: "notRedeemed",
      reconciliation: [{ reason: "confirmationAmbiguous", at: at(30) }],
    });
    expect(needsAttention(redemption.transaction())).toBe(true);
  });

  test("Electrum has the opposite outcome: a dispute, and never the opposite advice; an operator resolves it", () => {
    const redemption = confirming();
    redemption.at(21).adviceResponse(errorResponse(400, "REDEMPTION_ALREADY_REVERSED", CONFIRMATION_ID));
    redemption.isIn("disputed");
    const disputed = redemption.state();
    expect(disputed).toMatchObject({
      finalizing: { state: "confirming" },
      dispute: { reason: "contradicted", at: at(21) },
      redeem,
    });
    const resolution = { resolution: "confirmed", by: "Thandi", reason: "the provider has it" } as const;
    redemption.at(90).intends({ type: "resolve", ...resolution });
    expect(redemption.state()).toEqual({ ...disputed, state: "resolved", resolution: { ...resolution, at: at(90) } });
  });

  test("refused for good, and resent by an operator: the same advice", () => {
    const redemption = confirming();
    redemption.at(21).adviceResponse(errorResponse(400, "FORMAT_ERROR"));
    redemption.at(90).intends({ type: "resend", by: "Thandi", reason: "Electrum has mended it" });
    redemption.queues(confirmRedeem(20), 20);
    redemption.at(91).adviceResponse(errorResponse(400, "REDEMPTION_ALREADY_CONFIRMED"));
    expect(redemption.transaction()).toMatchObject({ state: "confirmed", acknowledgement: "already", redeem });
  });
});

describe("Redemption, the lookup before it", () => {
  test("is repeated while its outcome is unknown, after longer and longer pauses, until it succeeds", () => {
    const redemption = accepting({ lookupBackoff: { initialMs: 2 * SECONDS, multiplier: 2, maxMs: 60 * SECONDS } });
    redemption.at(60).timesOut();
    redemption.waits("lookup", 0, [1, 2]);
    redemption.at(61).restarts();
    redemption.waits("lookup", 0, [0, 1]);
    redemption.wakesAt(62);
    redemption.sends(lookupVoucher, 1, 122);
    redemption.at(63).receives(emptyResponse(503));
    redemption.waits("lookup", 1, [2, 4]);
    redemption.wakesAt(67);
    redemption.at(68).receives(found);
    redemption.isIn("found");
    redemption.at(70).intends({ type: "redeem", request: redemptionRequest });
    redemption.sends(redeemVoucher, 3, 130);
    expect(redemption.transaction()).toMatchObject({ state: "redeeming", redeem: { attempt: 3 } });
  });

  test("stays unknown up to the policy's bound: lookupFailed, with the reason; the till may look up again, as often as before", () => {
    const redemption = accepting({ lookupRetries: 1 });
    redemption.at(3).receives(emptyResponse(500));
    redemption.wakesAt(4);
    redemption.at(64).timesOut();
    redemption.isIn("lookupFailed");
    expect(redemption.state()).toEqual({
      state: "lookupFailed",
      attempt: 1,
      at: at(64),
      expiresAt: at(64 + DAY),
      reason: "noAnswer",
      unknown: { attempt: 1, at: at(64), cause: "deadline" },
      reconciliation: [],
    });

    redemption.at(100).intends({ type: "lookUp" });
    redemption.sends(lookupVoucher, 2, 160);
    redemption.at(101).intendsAgain({ type: "lookUp" });
    redemption.at(102).receives(emptyResponse(500));
    redemption.waits("lookup", 2, [0.5, 1]);
    redemption.wakesAt(103);
    redemption.sends(lookupVoucher, 3, 163);
    redemption.at(104).receives(emptyResponse(500));
    expect(redemption.transaction()).toMatchObject({
      state: "lookupFailed",
      reason: "noAnswer",
      error: { status: 500 },
      unknown: { attempt: 3, at: at(104), cause: "status", error: { status: 500 } },
    });
  });

  test.each<[string, HttpResponse, LookupFailure]>([
    ["404, UNABLE_TO_LOCATE_RECORD", errorResponse(404, "UNABLE_TO_LOCATE_RECORD"), "noSuchVoucher"],
    ["400, UNABLE_TO_LOCATE_RECORD", errorResponse(400, "UNABLE_TO_LOCATE_RECORD"), "noSuchVoucher"],
    ["400, INVALID_VOUCHER", errorResponse(400, "INVALID_VOUCHER"), "noSuchVoucher"],
    ["404, GENERAL_ERROR: the status speaks", errorResponse(404, "GENERAL_ERROR"), "noSuchVoucher"],
    ["400, GENERAL_ERROR: the status speaks of no voucher", errorResponse(400, "GENERAL_ERROR"), "refused"],
    ["404, of the credentials", errorResponse(404, "AUTHENTICATION_ERROR"), "refused"],
    ["404, of a route", errorResponse(404, "ROUTING_ERROR"), "refused"],
    ["404, in words of next year", errorResponse(404, "A_TYPE_OF_NEXT_YEAR"), "refused"],
    ["400, FORMAT_ERROR", errorResponse(400, "FORMAT_ERROR"), "refused"],
    ["401 from whoever", htmlResponse(401), "refused"],
    ["407 from whoever", emptyResponse(407), "refused"],
    ["400, FUNCTION_NOT_SUPPORTED", errorResponse(400, "FUNCTION_NOT_SUPPORTED"), "notOffered"],
    ["404, TRANSACTION_NOT_SUPPORTED", errorResponse(404, "TRANSACTION_NOT_SUPPORTED"), "notOffered"],
    ["501, GENERAL_ERROR", errorResponse(501, "GENERAL_ERROR"), "notOffered"],
  ])("declined (%s): what that says about the voucher, and what Electrum said", (_, response, reason) => {
    const redemption = accepting();
    redemption.at(1).receives(response);
    redemption.isIn("lookupFailed");
    const { status } = response;
    expect(redemption.transaction()).toMatchObject({ attempt: 0, at: at(1), reason, error: { status } });
    expect(redemption.transaction()).not.toHaveProperty("unknown");
  });

  test("an error's id is not compared: a lookup has none", () => {
    const redemption = accepting();
    redemption.at(1).receives(errorResponse(400, "INVALID_VOUCHER", FOREIGN_ID));
    expect(redemption.transaction()).toMatchObject({ state: "lookupFailed", reason: "noSuchVoucher" });
  });

  test.each([
    ["a firewall's page of 403", htmlResponse(403)],
    ["a portal's page of 200", htmlResponse(200)],
    ["a 404 without a body", emptyResponse(404)],
    ["a health page of 404", jsonResponse(404, { status: "UP" })],
  ])(
    "%s says nothing about the voucher: it is repeated within the bound, and then said to be foreign",
    (_, response) => {
      const redemption = accepting();
      for (const [attempt, second] of [0, 10].entries()) {
        redemption.at(second).receives(response);
        redemption.waits("lookup", attempt, [0.5, 2]);
        redemption.wakesAt(second + 5);
      }
      redemption.at(20).receives(response);
      expect(redemption.transaction()).toMatchObject({
        state: "lookupFailed",
        reason: "foreign",
        unknown: { attempt: 2, at: at(20), cause: "foreign" },
      });
    },
  );

  test("Retry-After lengthens the pause, up to the policy's longest", () => {
    const lookupBackoff = { initialMs: 1 * SECONDS, multiplier: 1, maxMs: 20 * SECONDS };
    for (const [retryAfterMs, seconds] of [
      [12_000, 12],
      [3_600_000, 20],
    ] as const) {
      const redemption = accepting({ lookupBackoff });
      redemption.at(1).receives({ ...emptyResponse(429), retryAfterMs });
      redemption.waits("lookup", 0, [seconds, seconds]);
      expect(redemption.transaction().state).toBe("waitingToLookUp");
    }
    const hurried = accepting({ lookupBackoff, customerWaitMs: 10 * SECONDS });
    hurried.at(1).receives({ ...emptyResponse(429), retryAfterMs: 12_000 });
    expect(hurried.transaction()).toMatchObject({ state: "lookupFailed", reason: "noAnswer" });
  });

  test("a response at the deadline counts, one after it does not", () => {
    const inTime = accepting();
    inTime.at(60).receives(found);
    expect(inTime.transaction().state).toBe("found");
    const tooLate = accepting({ lookupRetries: 0 });
    tooLate.at(60.001).receives(found);
    expect(tooLate.transaction()).toMatchObject({
      state: "lookupFailed",
      reason: "noAnswer",
      unknown: { cause: "deadline" },
    });
  });

  test("a restart while it is under way: repeated after its deadline", () => {
    const redemption = accepting();
    redemption.at(5).restarts();
    redemption.waits("replyDeadline", 0, [55, 55]);
    redemption.wakesAt(60);
    redemption.waits("lookup", 0, [0.5, 1]);
    expect(redemption.transaction()).toMatchObject({ state: "waitingToLookUp", attempt: 0 });
  });

  test("a restart while the last one is under way: lookupFailed after its deadline", () => {
    const redemption = accepting({ lookupRetries: 0 });
    redemption.at(5).restarts();
    redemption.wakesAt(60);
    redemption.isIn("lookupFailed");
    expect(redemption.transaction()).toMatchObject({
      reason: "noAnswer",
      unknown: { attempt: 0, at: at(60), cause: "interruption" },
    });
  });

  test("customerWaitMs bounds a round of lookups, and begins anew with the till's next intent", () => {
    const redemption = accepting({ customerWaitMs: 20 * SECONDS });
    redemption.sends(lookupVoucher, 0, 20);
    redemption.at(20).timesOut();
    redemption.isIn("lookupFailed");
    redemption.at(100).intends({ type: "lookUp" });
    redemption.sends(lookupVoucher, 1, 120);
    redemption.at(110).receives(emptyResponse(500));
    redemption.waits("lookup", 1, [0.5, 1]);
    redemption.wakesAt(111);
    redemption.sends(lookupVoucher, 2, 120);
    redemption.at(112).receives(found);
    redemption.at(200).intends({ type: "redeem", request: redemptionRequest });
    redemption.sends(redeemVoucher, 3, 220);
    expect(redemption.transaction().state).toBe("redeeming");
  });

  test("no lookup is repeated once customerWaitMs is over, to the millisecond", () => {
    const atOnce = { initialMs: 0, multiplier: 1, maxMs: 0 };
    const inTime = accepting({ customerWaitMs: 20 * SECONDS, lookupBackoff: atOnce });
    inTime.at(19.999).receives(emptyResponse(500));
    expect(inTime.transaction().state).toBe("waitingToLookUp");
    const tooLate = accepting({ customerWaitMs: 20 * SECONDS, lookupBackoff: atOnce });
    tooLate.at(20).receives(emptyResponse(500));
    expect(tooLate.transaction().state).toBe("lookupFailed");
  });

  test("cancelled before anything is redeemed: abandoned, and nothing is owed", () => {
    const redemption = accepting();
    redemption.at(1).receives(found);
    redemption.at(5).intends({ type: "cancel" });
    redemption.isIn("abandoned");
    expect(redemption.state()).toEqual({ state: "abandoned", at: at(5), reconciliation: [] });
    expect(isFinal(redemption.transaction())).toBe(true);
    redemption.at(6).intendsAgain({ type: "cancel" });
    redemption.isRefused(
      { type: "redeem", request: redemptionRequest },
      { type: "alreadyDecided", decision: { outcome: "reverse", by: "till", at: at(5) } },
    );
    redemption.isRefused({ type: "lookUp" }, { type: "wrongState", intent: "lookUp", state: "abandoned" });
  });

  test("only the voucher that was looked up is redeemed, and only after a successful lookup", () => {
    const redemption = accepting();
    redemption.isRefused(
      { type: "redeem", request: redemptionRequest },
      { type: "wrongState", intent: "redeem", state: "lookingUp" },
    );
    redemption.at(1).receives(found);
    redemption.isRefused(
      { type: "redeem", request: { ...redemptionRequest, id: FOREIGN_ID } },
      { type: "lookupMismatch", field: "id" },
    );
    redemption.isRefused(
      { type: "redeem", request: { ...redemptionRequest, voucher: { code: `${CODE}0` } } },
      { type: "lookupMismatch", field: "voucher.code" },
    );
    redemption.intends({ type: "redeem", request: redemptionRequest });
    expect(redemption.transaction().state).toBe("redeeming");
  });

  test.each([
    { voucherSerialNumber: "S-1" },
    { voucherSerialNumber: "S-1", voucherCode: "" },
    { provisionRequestId: FOREIGN_ID },
  ])(
    "looked up by $voucherSerialNumber $provisionRequestId, the voucher that was found is the one that is redeemed",
    (asked) => {
      const redemption = accepting({}, asked);
      redemption.at(1).receives(found);
      redemption.isRefused(
        { type: "redeem", request: { ...redemptionRequest, voucher: { code: `${CODE}0` } } },
        { type: "lookupMismatch", field: "voucher.code" },
      );
      redemption.intends({ type: "redeem", request: redemptionRequest });
      expect(redemption.transaction().state).toBe("redeeming");
    },
  );

  test("if the lookup's response names no code, the till's word is taken", () => {
    const redemption = accepting({}, { voucherSerialNumber: "S-1" });
    redemption.at(1).receives(jsonResponse(200, { voucher: { serialNumber: "S-1" } }));
    redemption.intends({ type: "redeem", request: { ...redemptionRequest, voucher: { code: "any" } } });
    expect(redemption.transaction().state).toBe("redeeming");
  });

  test("if the lookup's response names no code, the code that was asked for is the one that is redeemed", () => {
    const redemption = accepting();
    redemption.at(1).receives(jsonResponse(200, { voucher: { serialNumber: "S-1" } }));
    redemption.isRefused(
      { type: "redeem", request: { ...redemptionRequest, voucher: { code: `${CODE}0` } } },
      { type: "lookupMismatch", field: "voucher.code" },
    );
    redemption.intends({ type: "redeem", request: redemptionRequest });
    expect(redemption.transaction().state).toBe("redeeming");
  });

  test("a lookup of one's own transaction is refused while that is open, and says from when it is allowed", () => {
    const redemption = redeeming({ lookupAfterMs: 30 * SECONDS });
    const lookUpAt = (second: number) => mayLookUp(redemption.transaction(), at(second));
    expect(lookUpAt(20)._unsafeUnwrapErr()).toEqual({
      type: "lookupTooEarly",
      state: "redeeming",
      allowedFrom: at(100),
    });
    redemption.at(12).receives(errorResponse(400, "VOUCHER_ALREADY_REDEEMED", ID));
    expect(lookUpAt(41)._unsafeUnwrapErr()).toEqual({ type: "lookupTooEarly", state: "declined", allowedFrom: at(42) });
    expect(lookUpAt(42).isOk()).toBe(true);
  });

  test("it is allowed if the clock was set back since the end: how long ago that was is not known", () => {
    const redemption = redeeming({ lookupAfterMs: 30 * SECONDS });
    redemption.at(12).receives(errorResponse(400, "VOUCHER_ALREADY_REDEEMED", ID));
    const lookUpAt = (moment: number) => mayLookUp(redemption.transaction(), moment);
    expect(lookUpAt(at(12) - 60 * SECONDS).isErr()).toBe(true);
    expect(lookUpAt(at(12) - 60 * SECONDS - 1).isOk()).toBe(true);
  });
});
