import { explainAttention, stellr } from "@electrum-vouchers/core";
import { cancel, confirmRedemption, lookUp, recover, redeem, setProvider, waitForAll } from "./actions.ts";
import { loseResponse, respondWithError } from "./faults.ts";
import type { DocumentedFlow } from "./flow.ts";

export const redemptionFlows: readonly DocumentedFlow[] = [
  {
    name: "Redemption: success, dual messaging",
    rule: "A voucher is looked up first; the redemption is confirmed like a sale.",
    given: { hasVoucher: true },
    actions: [lookUp(), redeem(), confirmRedemption(), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["confirmRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher", "confirmRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "redeemed", "confirming", "confirmed"],
          switchState: "confirmed",
          voucherState: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: success, single messaging",
    rule: "The approval is the end: nothing more is sent.",
    given: { hasVoucher: true, policy: { messaging: "single" } },
    actions: [lookUp(), redeem()],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "completed"],
          switchState: "completed",
          voucherState: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: time-out at the till, reversal",
    rule: "Electrum knows no retry of a redemption: an unknown outcome goes straight to its reversal.",
    given: { hasVoucher: true, faults: [loseResponse("redeemVoucher")] },
    actions: [lookUp(), redeem(), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "deadline"],
        ["reverseRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher", "reverseRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Redemption: error upstream, the consumer tries again",
    rule: "A decline ends the redemption; another try is a new one, under a new id.",
    given: { hasVoucher: true, faults: [respondWithError("redeemVoucher", 400, "DO_NOT_HONOUR", false)] },
    actions: [lookUp(0), redeem(0), lookUp(1), redeem(1), confirmRedemption(1), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "400 DO_NOT_HONOUR"],
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["confirmRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "lookupVoucher", "redeemVoucher", "confirmRedeem"],
      transactions: [
        { states: ["lookingUp", "found", "redeeming", "declined"] },
        {
          states: ["lookingUp", "found", "redeeming", "redeemed", "confirming", "confirmed"],
          switchState: "confirmed",
          voucherState: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: time-out upstream, reversal",
    rule: "Electrum got no answer from the provider: the voucher may be redeemed, so the till reverses.",
    given: { hasVoucher: true },
    actions: [lookUp(), setProvider({ state: "slow", delayMs: 36_000 }), redeem(), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "504 UPSTREAM_UNAVAILABLE"],
        ["reverseRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher", "reverseRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Redemption: Stellr, advices consumed",
    rule: "The till confirms as always; Electrum acknowledges, and tells Stellr nothing.",
    given: { hasVoucher: true, provider: "Stellr" },
    actions: [lookUp(), redeem(), confirmRedemption(), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["confirmRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher"],
      consumedAdvices: ["confirmRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "redeemed", "confirming", "confirmed"],
          switchState: "confirmed",
          voucherState: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: error upstream, the consumer aborts",
    rule: "A decline ends the redemption. Nothing is owed for it, and the consumer keeps the voucher.",
    given: { hasVoucher: true },
    actions: [lookUp(), setProvider({ state: "declining" }), redeem()],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "400 TRANSACTION_DECLINED"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher"],
      transactions: [{ states: ["lookingUp", "found", "redeeming", "declined"], switchState: "declined" }],
    },
  },
  {
    name: "Redemption: an error at the till after the approval, reversal",
    rule: "The till cannot finish what was approved, so it reverses: the voucher can be used again.",
    given: { hasVoucher: true },
    actions: [lookUp(), redeem(), cancel(), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["reverseRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher", "reverseRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "redeemed", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Redemption: Stellr, time-out, reversal consumed, marked for reconciliation",
    rule: explainAttention("redemption", "providerTakesNoReversals", "reversed", stellr).meaning,
    given: { hasVoucher: true, provider: "Stellr", faults: [loseResponse("redeemVoucher")] },
    actions: [lookUp(), redeem(), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "deadline"],
        ["reverseRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher"],
      consumedAdvices: ["reverseRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "CONFIRMED_REDEEMED",
          reconciliation: ["providerTakesNoReversals"],
        },
      ],
      alerts: ["attention"],
    },
  },
  {
    name: "Redemption: a lookup is repeated",
    rule: "A lookup changes nothing, so one without a response is repeated, and owes nothing.",
    given: { hasVoucher: true, faults: [loseResponse("lookupVoucher")] },
    actions: [lookUp(), redeem(), confirmRedemption(), waitForAll],
    expected: {
      sentMessages: [
        ["lookupVoucher", "deadline"],
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["confirmRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "lookupVoucher", "redeemVoucher", "confirmRedeem"],
      transactions: [
        {
          states: [
            ...(["lookingUp", "waitingToLookUp", "lookingUp", "found"] as const),
            ...(["redeeming", "redeemed", "confirming", "confirmed"] as const),
          ],
          switchState: "confirmed",
          voucherState: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: a lookup that never succeeds",
    rule: "Without a successful lookup nothing is redeemed. The till gives up, and owes nothing.",
    given: { hasVoucher: true, faults: [respondWithError("lookupVoucher", 503, "UPSTREAM_UNAVAILABLE", false, 3)] },
    actions: [lookUp(), cancel()],
    expected: {
      sentMessages: [["lookupVoucher", "503 UPSTREAM_UNAVAILABLE", 3]],
      providerMessages: [],
      transactions: [
        {
          states: [
            ...(["lookingUp", "waitingToLookUp", "lookingUp", "waitingToLookUp"] as const),
            ...(["lookingUp", "lookupFailed", "abandoned"] as const),
          ],
        },
      ],
    },
  },
  {
    name: "Redemption: the till killed (SIGKILL) right after the request was sent, recovered by a new process",
    rule: "A redemption is never sent again. A new process waits for its deadline, and then undoes it.",
    given: { hasVoucher: true, faults: [loseResponse("redeemVoucher")] },
    actions: [{ type: "redeemUntilKilled", transaction: 0 }, recover],
    expected: {
      sentMessages: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "tillKilled"],
        ["reverseRedeem", "202"],
      ],
      providerMessages: ["lookupVoucher", "redeemVoucher", "reverseRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
];
