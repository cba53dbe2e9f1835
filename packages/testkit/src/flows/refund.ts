import { cancel, confirmRedemption, confirmRefund, lookUp, redeem, refund, waitForAll } from "./actions.ts";
import { loseResponse, respondWithError } from "./faults.ts";
import type { DocumentedFlow, ExpectedMessage, ExpectedTransaction } from "./flow.ts";

/** The customer has redeemed a voucher, and brings the goods back. */
const redeemed = [lookUp(0), redeem(0), confirmRedemption(0), waitForAll];
const redeemedAtOnce = [lookUp(0), redeem(0)];

const redeemMessages: readonly ExpectedMessage[] = [
  ["lookupVoucher", "200"],
  ["redeemVoucher", "201"],
  ["confirmRedeem", "202"],
];
const redeemAtProvider = ["lookupVoucher", "redeemVoucher", "confirmRedeem"] as const;

/** The redemption, with what has become of its voucher in the end. */
const redemptionWith = (voucherState: "CONFIRMED_PROVISIONED" | "CONFIRMED_REDEEMED"): ExpectedTransaction => ({
  states: ["lookingUp", "found", "redeeming", "redeemed", "confirming", "confirmed"],
  switchState: "confirmed",
  voucherState,
});

const refunded: ExpectedTransaction = {
  states: ["requesting", "refunded", "confirming", "confirmed"],
  switchState: "confirmed",
  voucherState: "CONFIRMED_PROVISIONED",
};

const reversed: ExpectedTransaction = {
  states: ["requesting", "reversing", "reversed"],
  switchState: "reversed",
  voucherState: "CONFIRMED_REDEEMED",
};

export const refundFlows: readonly DocumentedFlow[] = [
  {
    name: "Refund: success, dual messaging",
    rule: "A refund names its redemption, and is confirmed like one: the customer's voucher is usable again.",
    given: { hasVoucher: true },
    actions: [...redeemed, refund(1, 0), confirmRefund(1), waitForAll],
    expected: {
      sentMessages: [...redeemMessages, ["refundVoucher", "201"], ["confirmRefund", "202"]],
      providerMessages: [...redeemAtProvider, "refundVoucher", "confirmRefund"],
      transactions: [redemptionWith("CONFIRMED_PROVISIONED"), refunded],
    },
  },
  {
    name: "Refund: success, single messaging",
    rule: "The approval is the end: nothing more is sent.",
    given: { hasVoucher: true, policy: { messaging: "single" } },
    actions: [...redeemedAtOnce, refund(1, 0)],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["refundVoucher", "201"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher", "refundVoucher"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "completed"],
          switchState: "completed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
        { states: ["requesting", "completed"], switchState: "completed", voucherState: "CONFIRMED_PROVISIONED" },
      ],
    },
  },
  {
    name: "Refund: a part of what was redeemed",
    rule: "requestAmount says how much; what is refunded of a redemption never sums up to more than was redeemed.",
    given: { hasVoucher: true },
    actions: [...redeemed, refund(1, 0, "part"), confirmRefund(1), waitForAll],
    expected: {
      sentMessages: [...redeemMessages, ["refundVoucher", "201"], ["confirmRefund", "202"]],
      providerMessages: [...redeemAtProvider, "refundVoucher", "confirmRefund"],
      transactions: [redemptionWith("CONFIRMED_PROVISIONED"), refunded],
    },
  },
  {
    name: "Refund: declined upstream",
    rule: "A hard decline owes nothing: the redemption stands.",
    given: { hasVoucher: true, faults: [respondWithError("refundVoucher", 400, "TRANSACTION_DECLINED", false)] },
    actions: [...redeemed, refund(1, 0)],
    expected: {
      sentMessages: [...redeemMessages, ["refundVoucher", "400 TRANSACTION_DECLINED"]],
      providerMessages: redeemAtProvider,
      transactions: [redemptionWith("CONFIRMED_REDEEMED"), { states: ["requesting", "declined"] }],
    },
  },
  {
    name: "Refund: time-out at the till, reversal",
    rule: "Electrum knows no retry of a refund: an unknown outcome goes straight to its reversal.",
    given: { hasVoucher: true, faults: [loseResponse("refundVoucher")] },
    actions: [...redeemed, refund(1, 0), waitForAll],
    expected: {
      sentMessages: [...redeemMessages, ["refundVoucher", "deadline"], ["reverseRefund", "202"]],
      providerMessages: [...redeemAtProvider, "refundVoucher", "reverseRefund"],
      transactions: [redemptionWith("CONFIRMED_REDEEMED"), reversed],
    },
  },
  {
    name: "Refund: the customer keeps the goods after all",
    rule: "An approval that the till cancels is reversed.",
    given: { hasVoucher: true },
    actions: [...redeemed, refund(1, 0), cancel(1), waitForAll],
    expected: {
      sentMessages: [...redeemMessages, ["refundVoucher", "201"], ["reverseRefund", "202"]],
      providerMessages: [...redeemAtProvider, "refundVoucher", "reverseRefund"],
      transactions: [
        redemptionWith("CONFIRMED_REDEEMED"),
        { ...reversed, states: ["requesting", "refunded", "reversing", "reversed"] },
      ],
    },
  },
  {
    name: "Refund: the till killed (SIGKILL) while it waits, recovered by a new process",
    rule: "A request is never sent again. A new process waits for its deadline, and then undoes it.",
    given: { hasVoucher: true, faults: [loseResponse("refundVoucher")] },
    actions: [...redeemed, { type: "refundUntilKilled", transaction: 1, of: 0 }, { type: "recover" }],
    expected: {
      sentMessages: [...redeemMessages, ["refundVoucher", "tillKilled"], ["reverseRefund", "202"]],
      providerMessages: [...redeemAtProvider, "refundVoucher", "reverseRefund"],
      transactions: [redemptionWith("CONFIRMED_REDEEMED"), reversed],
    },
  },
];
