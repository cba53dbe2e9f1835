import { allEnd, confirmRedemption, lookUp, providerIs, redeem } from "../acts.ts";
import type { Flow } from "../flow.ts";
import { scaled } from "../scale.ts";
import { answerLost, answersError } from "./faults.ts";

export const redemptionFlows: readonly Flow[] = [
  {
    name: "Redemption: success, dual messaging",
    rule: "A voucher is looked up first; the redemption is confirmed like a sale.",
    given: { voucher: true },
    acts: [lookUp, redeem, confirmRedemption, allEnd],
    expected: {
      till: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["confirmRedeem", "202"],
      ],
      provider: ["lookupVoucher", "redeemVoucher", "confirmRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "redeemed", "confirming", "confirmed"],
          electrum: "confirmed",
          voucher: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: success, single messaging",
    rule: "The approval is the end: nothing more is sent.",
    given: { voucher: true, policy: { messaging: "single" } },
    acts: [lookUp, redeem],
    expected: {
      till: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
      ],
      provider: ["lookupVoucher", "redeemVoucher"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "completed"],
          electrum: "completed",
          voucher: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: time-out at the till, reversal",
    rule: "Electrum knows no retry of a redemption: an unknown outcome goes straight to its reversal.",
    given: { voucher: true, faults: [answerLost("redeemVoucher")] },
    acts: [lookUp, redeem, allEnd],
    expected: {
      till: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "no answer"],
        ["reverseRedeem", "202"],
      ],
      provider: ["lookupVoucher", "redeemVoucher", "reverseRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "reversing", "reversed"],
          electrum: "reversed",
          voucher: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Redemption: error upstream, the consumer tries again",
    rule: "A decline ends the redemption; another try is a new one, under a new id.",
    given: { voucher: true, faults: [answersError("redeemVoucher", 400, "DO_NOT_HONOUR", false)] },
    acts: [lookUp, redeem, lookUp, redeem, confirmRedemption, allEnd],
    expected: {
      till: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "400 DO_NOT_HONOUR"],
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["confirmRedeem", "202"],
      ],
      provider: ["lookupVoucher", "lookupVoucher", "redeemVoucher", "confirmRedeem"],
      transactions: [
        { states: ["lookingUp", "found", "redeeming", "declined"] },
        {
          states: ["lookingUp", "found", "redeeming", "redeemed", "confirming", "confirmed"],
          electrum: "confirmed",
          voucher: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
  {
    name: "Redemption: time-out upstream, reversal",
    rule: "Electrum got no answer from the provider: the voucher may be redeemed, so the till reverses.",
    given: { voucher: true },
    acts: [lookUp, providerIs({ state: "slow", delayMs: scaled(36_000) }), redeem, allEnd],
    expected: {
      till: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "504 UPSTREAM_UNAVAILABLE"],
        ["reverseRedeem", "202"],
      ],
      provider: ["lookupVoucher", "redeemVoucher", "reverseRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "reversing", "reversed"],
          electrum: "reversed",
          voucher: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Redemption: Stellr, advices consumed",
    rule: "The till confirms as always; Electrum acknowledges, and tells Stellr nothing.",
    given: { voucher: true, provider: "Stellr" },
    acts: [lookUp, redeem, confirmRedemption, allEnd],
    expected: {
      till: [
        ["lookupVoucher", "200"],
        ["redeemVoucher", "201"],
        ["confirmRedeem", "202"],
      ],
      provider: ["lookupVoucher", "redeemVoucher"],
      consumed: ["confirmRedeem"],
      transactions: [
        {
          states: ["lookingUp", "found", "redeeming", "redeemed", "confirming", "confirmed"],
          electrum: "confirmed",
          voucher: "CONFIRMED_REDEEMED",
        },
      ],
    },
  },
];
