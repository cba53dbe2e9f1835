import { describe, expect, test } from "vitest";
import { fullVoucherLookup } from "../../test/full-messages.ts";
import {
  CODE,
  CONFIRMATION_ID,
  ID,
  provisionRequest,
  redemptionRequest,
  refundRequest,
  tenders,
  timeAt,
} from "../../test/messages.ts";
import { type OutgoingMessage, operations, toHttp } from "./operations.ts";

const advice = { id: CONFIRMATION_ID, requestId: ID, time: timeAt(0), thirdPartyIdentifiers: [] };

const cases: readonly (readonly [outgoing: OutgoingMessage, method: string, target: string])[] = [
  [{ operation: "provisionVoucher", message: provisionRequest }, "POST", "/vouchers"],
  [{ operation: "retryProvisionVoucher", message: provisionRequest }, "POST", `/vouchers/${ID}/retry`],
  [{ operation: "confirmVoucher", message: { ...advice, tenders } }, "POST", "/vouchers/confirmations"],
  [{ operation: "reverseVoucher", message: { ...advice, reversalReason: "TIMEOUT" } }, "POST", "/vouchers/reversals"],
  [{ operation: "redeemVoucher", message: redemptionRequest }, "POST", "/redemptions"],
  [{ operation: "confirmRedeem", message: advice }, "POST", "/redemptions/confirmations"],
  [
    { operation: "reverseRedeem", message: { ...advice, reversalReason: "CANCELLED" } },
    "POST",
    "/redemptions/reversals",
  ],
  [{ operation: "refundVoucher", message: refundRequest }, "POST", "/refunds"],
  [{ operation: "confirmRefund", message: advice }, "POST", "/refunds/confirmations"],
  [{ operation: "reverseRefund", message: { ...advice, reversalReason: "TIMEOUT" } }, "POST", "/refunds/reversals"],
];

describe("an outgoing message as an HTTP request", () => {
  test.each(cases)("$operation", (outgoing, method, target) => {
    expect(toHttp(outgoing)).toEqual({ method, target, body: JSON.stringify(outgoing.message) });
  });

  test("lookupVoucher has a query, each value escaped, and no body", () => {
    expect(toHttp({ operation: "lookupVoucher", message: { voucherCode: CODE } })).toEqual({
      method: "GET",
      target: `/vouchers?voucherCode=${CODE}`,
    });
    expect(toHttp({ operation: "lookupVoucher", message: fullVoucherLookup }).target).toBe(
      `/vouchers?voucherCode=${CODE}&provisionRequestId=${ID}&voucherSerialNumber=S-1&receiverInstId=30&settlementEntityInstId=20`,
    );
    expect(
      toHttp({ operation: "lookupVoucher", message: { voucherCode: "a b&c=d/é?#", receiverInstId: "" } }).target,
    ).toBe("/vouchers?voucherCode=a%20b%26c%3Dd%2F%C3%A9%3F%23&receiverInstId=");
  });

  test("lookupRedemption has its id in the path, and no body", () => {
    expect(toHttp({ operation: "lookupRedemption", message: { requestId: "a/b" } })).toEqual({
      method: "GET",
      target: "/redemptions/a%2Fb",
    });
  });

  test("lookupProducts has no query, and no body", () => {
    expect(toHttp({ operation: "lookupProducts", message: {} })).toEqual({ method: "GET", target: "/products" });
  });
});

test("each operation is a request, a confirmation or a reversal", () => {
  expect(Object.fromEntries(Object.entries(operations).map(([name, { kind }]) => [name, kind]))).toEqual({
    provisionVoucher: "request",
    retryProvisionVoucher: "request",
    confirmVoucher: "confirmation",
    reverseVoucher: "reversal",
    lookupVoucher: "request",
    redeemVoucher: "request",
    confirmRedeem: "confirmation",
    reverseRedeem: "reversal",
    lookupRedemption: "request",
    refundVoucher: "request",
    confirmRefund: "confirmation",
    reverseRefund: "reversal",
    lookupProducts: "request",
  });
});
