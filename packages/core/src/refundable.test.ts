import { describe, expect, test } from "vitest";
import { AT, AUTHORISED, OTHER_CODE, refundRequest, refundStart } from "../test/messages.ts";
import { provisionSituations } from "../test/provision-situations.ts";
import { redemptionSituations } from "../test/redemption-situations.ts";
import { refundEvents as event } from "../test/refund-events.ts";
import { refundSituations } from "../test/refund-situations.ts";
import { after, namesOf } from "../test/specification.ts";
import { holdsExclusively, refundTextOf } from "./exclusive.ts";
import type { Refund } from "./machines/refund-state.ts";
import { beginRefund } from "./machines/refund.ts";
import type { LedgerAmount } from "./messages/amounts.ts";
import { checkRefundable } from "./refundable.ts";
import { redact } from "./storage/redact.ts";
import type { Transaction } from "./transaction.ts";

const rand = (amount: number): LedgerAmount => ({ amount, currency: "710" });

const requestOf = (amount?: LedgerAmount) => {
  const { amounts: _, ...request } = refundRequest;
  return amount === undefined ? request : { ...request, amounts: { requestAmount: amount } };
};

const isRefund = (transaction: Transaction): transaction is Refund => transaction.kind === "refund";

/** A refund of so much that has come so far. The response approves all that was redeemed, unless it says otherwise. */
function refundOf(amount: LedgerAmount | undefined, approved: LedgerAmount | undefined = amount): Refund {
  const { transaction } = beginRefund(refundStart({ messaging: "single" }, requestOf(amount)));
  const body = JSON.stringify({
    id: refundRequest.id,
    ...(approved === undefined ? {} : { amounts: { approvedAmount: approved } }),
  });
  const completed = after(transaction, () => ({
    type: "fact",
    fact: { type: "response", attempt: 0, status: 201, body, at: AT },
  }));
  if (!isRefund(completed) || completed.state !== "completed") throw new TypeError("it is completed");
  return completed;
}

const redeemed = redemptionSituations.confirmed();

const refusal = (earlier: readonly Refund[], amount?: LedgerAmount, of: Transaction = redeemed) =>
  checkRefundable(of, earlier, requestOf(amount)).match(
    () => undefined,
    (error) => error,
  );

const tooMuch = (left: number) => ({ type: "notRefundable", reason: "tooMuch", refundable: rand(left) });

describe("what may be refunded", () => {
  test("is a redemption that is completed, confirmed or resolved as confirmed", () => {
    const refundable = namesOf(redemptionSituations).filter(
      (name) => refusal([], AUTHORISED, redemptionSituations[name]()) === undefined,
    );
    expect(refundable).toEqual(["completed", "confirmed", "resolved confirmation", "resolved reversal"]);
    expect(refusal([], AUTHORISED, redemptionSituations.confirming())).toEqual({
      type: "notRefundable",
      reason: "notRedeemed",
      state: "confirming",
    });
  });

  test("is no sale and no refund", () => {
    for (const other of [provisionSituations.confirmed(), refundSituations.confirmed()])
      expect(refusal([], AUTHORISED, other)).toEqual({ type: "notRefundable", reason: "noRedemption" });
  });

  test("is what this outbox does not know: it was redeemed elsewhere; but not without end", () => {
    expect(checkRefundable(undefined, [refundOf(undefined)], requestOf()).isOk()).toBe(true);
    const many = Array.from({ length: 100 }, () => refundOf(rand(1)));
    expect(checkRefundable(undefined, many, requestOf(rand(1)))._unsafeUnwrapErr()).toMatchObject({
      reason: "tooMuch",
    });
  });

  test("is the voucher that was redeemed, however its code is spelled", () => {
    const check = (code: string, of = redeemed) =>
      checkRefundable(of, [], { ...refundRequest, voucher: { code } }).mapErr(({ reason }) => reason);
    const { code } = refundRequest.voucher;
    expect(check(`${code.slice(0, 4)} ${code.slice(4)}`).isOk()).toBe(true);
    expect(check(OTHER_CODE)._unsafeUnwrapErr()).toBe("otherVoucher");
    // A redacted redemption does not know its code any more.
    expect(check(OTHER_CODE, redact(redeemed)).isOk()).toBe(true);
  });
});

describe("all refunds of a redemption", () => {
  test("are no more than was redeemed, in its currency", () => {
    expect(refusal([])).toBeUndefined();
    expect(refusal([], rand(AUTHORISED.amount + 1))).toEqual(tooMuch(AUTHORISED.amount));
    expect(refusal([], { amount: 1, currency: "840" })).toEqual(tooMuch(AUTHORISED.amount));
  });

  test("are no more together: what is left of the redemption may be refunded, and no cent more", () => {
    const earlier = [refundOf(rand(2_000)), refundOf(rand(1_000))];
    expect(refusal(earlier, rand(2_000))).toBeUndefined();
    expect(refusal(earlier, rand(2_001))).toEqual(tooMuch(2_000));
    expect(refusal(earlier)).toEqual(tooMuch(2_000));
    expect(refusal([refundOf(undefined)], rand(1))).toEqual(tooMuch(0));
  });

  test("count for what was approved or confirmed in the end, and not for what was asked", () => {
    expect(refusal([refundOf(rand(2_000), rand(3_000))], rand(2_001))).toEqual(tooMuch(2_000));
    expect(refusal([refundOf(rand(2_000), { amount: 1, currency: "840" })], rand(1))).toEqual(tooMuch(0));
    const confirmed = after(refundSituations.refunded(), () => ({
      type: "intent",
      intent: { type: "confirm", amounts: { approvedAmount: rand(1_500) }, at: AT },
    }));
    expect(isRefund(confirmed) && refusal([confirmed], rand(3_501))).toEqual(tooMuch(3_500));
  });

  test("are left to Electrum if it is not known how much was redeemed; but all is refunded once", () => {
    if (redeemed.kind !== "redemption" || redeemed.state !== "confirmed") throw new TypeError("it is confirmed");
    const { amounts: _, ...request } = redeemed.redeem.request;
    const unknown: Transaction = {
      ...redeemed,
      redeem: { ...redeemed.redeem, request },
      approval: { ...redeemed.approval, response: {} },
    };
    expect(refusal([], undefined, unknown)).toBeUndefined();
    expect(refusal([refundOf(rand(2_000))], rand(9_000), unknown)).toBeUndefined();
    for (const [earlier, wanted] of [
      [refundOf(rand(2_000)), undefined],
      [refundOf(undefined), rand(1)],
    ] as const)
      expect(refusal([earlier], wanted, unknown)).toEqual({ type: "notRefundable", reason: "tooMuch" });
  });
});

describe("a refund holds its number", () => {
  test("as long as it counts: until it is declined, reversed or resolved as reversed, else for ever", () => {
    const released = namesOf(refundSituations).filter((name) => !holdsExclusively(refundSituations[name]()));
    expect(released).toEqual([
      "declined",
      "declined, cancelled",
      "reversed",
      "reversed, with an item",
      "reversed, with an item that is settled",
    ]);
    const resolved = after(refundSituations["disputed reversal"](), event["resolve as reversed"]);
    expect(holdsExclusively(resolved)).toBe(false);
  });

  test("only if it names its redemption", () => {
    const { redemptionId: _, ...request } = refundRequest;
    expect(holdsExclusively(beginRefund(refundStart({}, request)).transaction)).toBe(false);
  });

  test("of one redemption, in whatever case its id is written", () => {
    expect(refundTextOf("AB", 1)).toBe(refundTextOf("ab", 1));
    expect(new Set([refundTextOf("ab", 1), refundTextOf("ab", 2), refundTextOf("cd", 1)]).size).toBe(3);
  });
});
