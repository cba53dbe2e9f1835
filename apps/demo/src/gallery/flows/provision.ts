import { netcare, stellr } from "@electrum-vouchers/core";
import { allEnd, cancel, confirm, providerIs, sell } from "../acts.ts";
import type { Flow } from "../flow.ts";
import { answerLost, answersError } from "./faults.ts";

const threeRetries = [1, 2, 3].flatMap(() => ["requesting", "waitingToRetry"]).concat("requesting");

export const provisionFlows: readonly Flow[] = [
  {
    name: "Provision: success, dual messaging",
    rule: "The till confirms each approval; Electrum answers at once and forwards it by store and forward.",
    acts: [sell, confirm, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "202"],
      ],
      provider: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        {
          states: ["requesting", "issued", "confirming", "confirmed"],
          electrum: "confirmed",
          voucher: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: success, single messaging",
    rule: "The approval is the end: nothing more is sent.",
    given: { policy: { messaging: "single" } },
    acts: [sell],
    expected: {
      till: [["provisionVoucher", "201"]],
      provider: ["provisionVoucher"],
      transactions: [{ states: ["requesting", "completed"], electrum: "completed", voucher: "CONFIRMED_PROVISIONED" }],
    },
  },
  {
    name: "Provision: time-out at the till, a retry succeeds",
    rule: "No answer means unknown. The retry repeats the same request and brings the voucher already issued.",
    given: { faults: [answerLost("provisionVoucher")] },
    acts: [sell, confirm, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "no answer"],
        ["retryProvisionVoucher", "200"],
        ["confirmVoucher", "202"],
      ],
      provider: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "issued", "confirming", "confirmed"],
          electrum: "confirmed",
          voucher: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: time-outs, retries fail, reversal",
    rule: "After the last retry the till reverses: whatever took effect is undone, and no voucher is handed out.",
    given: { faults: [answerLost("provisionVoucher"), answerLost("retryProvisionVoucher", "always")] },
    acts: [sell, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "no answer"],
        ["retryProvisionVoucher", "no answer", 3],
        ["reverseVoucher", "202"],
      ],
      provider: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        {
          states: [...threeRetries, "reversing", "reversed"],
          electrum: "reversed",
          voucher: "REVERSED",
        },
      ],
    },
  },
  {
    name: "Provision: transaction failed upstream (hard decline)",
    rule: "A hard decline of the first request owes nothing: neither a confirmation nor a reversal.",
    acts: [providerIs({ state: "declining" }), sell],
    expected: {
      till: [["provisionVoucher", "400 TRANSACTION_DECLINED"]],
      provider: ["provisionVoucher"],
      transactions: [{ states: ["requesting", "declined"], electrum: "declined" }],
    },
  },
  {
    name: "Provision: unknown outcome upstream, a retry succeeds",
    rule: "UPSTREAM_UNAVAILABLE leaves the outcome open, whatever the status: the till retries.",
    given: { faults: [answersError("provisionVoucher", 504, "UPSTREAM_UNAVAILABLE", true)] },
    acts: [sell, confirm, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "504 UPSTREAM_UNAVAILABLE"],
        ["retryProvisionVoucher", "200"],
        ["confirmVoucher", "202"],
      ],
      provider: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "issued", "confirming", "confirmed"],
          electrum: "confirmed",
          voucher: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: unknown outcome, retries fail, reversal",
    rule: "Electrum acknowledges the reversal at once, and keeps it until the provider is back.",
    acts: [providerIs({ state: "down" }), sell, allEnd, providerIs({ state: "up" })],
    expected: {
      till: [
        ["provisionVoucher", "503 UPSTREAM_UNAVAILABLE"],
        ["retryProvisionVoucher", "503 UPSTREAM_UNAVAILABLE", 3],
        ["reverseVoucher", "202"],
      ],
      provider: ["reverseVoucher"],
      transactions: [
        {
          states: [...threeRetries, "reversing", "reversed"],
          electrum: "reversed",
        },
      ],
    },
  },
  {
    name: "Provision: hard decline of a retry, reversal",
    rule: "A declined retry says nothing of the first attempt, which may have taken effect: a reversal is owed.",
    given: {
      faults: [
        answerLost("provisionVoucher"),
        answersError("retryProvisionVoucher", 400, "TRANSACTION_DECLINED", false),
      ],
    },
    acts: [sell, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "no answer"],
        ["retryProvisionVoucher", "400 TRANSACTION_DECLINED"],
        ["reverseVoucher", "202"],
      ],
      provider: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "reversing", "reversed"],
          electrum: "reversed",
          voucher: "REVERSED",
        },
      ],
    },
  },
  {
    name: "Provision: Netcare, no retry, reversal",
    rule: "Netcare takes no retries, so an unknown outcome goes straight to its reversal.",
    given: { provider: "Netcare", policy: { provider: netcare }, faults: [answerLost("provisionVoucher")] },
    acts: [sell, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "no answer"],
        ["reverseVoucher", "202"],
      ],
      provider: ["provisionVoucher", "reverseVoucher"],
      transactions: [{ states: ["requesting", "reversing", "reversed"], electrum: "reversed", voucher: "REVERSED" }],
    },
  },
  {
    name: "Provision: Stellr, no retry, reversal consumed, marked for reconciliation",
    rule: "Electrum consumes what Stellr would not take: the voucher may be live, and a person must reconcile.",
    given: { provider: "Stellr", policy: { provider: stellr }, faults: [answerLost("provisionVoucher")] },
    acts: [sell, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "no answer"],
        ["reverseVoucher", "202"],
      ],
      provider: ["provisionVoucher"],
      consumed: ["reverseVoucher"],
      transactions: [
        {
          states: ["requesting", "reversing", "reversed"],
          electrum: "reversed",
          voucher: "CONFIRMED_PROVISIONED",
          marks: ["providerTakesNoReversals"],
        },
      ],
    },
  },
  {
    name: "Provision: the customer walks away after the voucher was issued, reversal",
    rule: "An approval that the till does not want is reversed: CANCELLED.",
    acts: [sell, cancel, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "201"],
        ["reverseVoucher", "202"],
      ],
      provider: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        { states: ["requesting", "issued", "reversing", "reversed"], electrum: "reversed", voucher: "REVERSED" },
      ],
    },
  },
];
