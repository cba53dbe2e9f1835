import { explainAttention, stellr } from "@electrum-vouchers/core";
import { cancel, confirm, sell, setProvider, waitForAll } from "./actions.ts";
import { loseResponse, respondWithError } from "./faults.ts";
import type { DocumentedFlow } from "./flow.ts";

const threeRetries = [
  "requesting",
  "waitingToRetry",
  "requesting",
  "waitingToRetry",
  "requesting",
  "waitingToRetry",
  "requesting",
] as const;

export const provisionFlows: readonly DocumentedFlow[] = [
  {
    name: "Provision: success, dual messaging",
    rule: "The till confirms each approval; Electrum answers at once and forwards it by store and forward.",
    actions: [sell(), confirm(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        {
          states: ["requesting", "issued", "confirming", "confirmed"],
          switchState: "confirmed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: success, single messaging",
    rule: "The approval is the end: nothing more is sent.",
    given: { policy: { messaging: "single" } },
    actions: [sell()],
    expected: {
      sentMessages: [["provisionVoucher", "201"]],
      providerMessages: ["provisionVoucher"],
      transactions: [
        { states: ["requesting", "completed"], switchState: "completed", voucherState: "CONFIRMED_PROVISIONED" },
      ],
    },
  },
  {
    name: "Provision: time-out at the till, a retry succeeds",
    rule: "No answer means unknown. The retry repeats the same request and brings the voucher already issued.",
    given: { faults: [loseResponse("provisionVoucher")] },
    actions: [sell(), confirm(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["retryProvisionVoucher", "200"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "issued", "confirming", "confirmed"],
          switchState: "confirmed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: time-outs, retries fail, reversal",
    rule: "After the last retry the till reverses: whatever took effect is undone, and no voucher is handed out.",
    given: { faults: [loseResponse("provisionVoucher"), loseResponse("retryProvisionVoucher", 3)] },
    actions: [sell(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["retryProvisionVoucher", "deadline", 3],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        {
          states: [...threeRetries, "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "REVERSED",
        },
      ],
      // No message got a response before the reversal, as if the caller were not on Electrum's allow-list.
      alerts: ["neverAnswered"],
    },
  },
  {
    name: "Provision: transaction failed upstream (hard decline)",
    rule: "A hard decline of the first request owes nothing: neither a confirmation nor a reversal.",
    actions: [setProvider({ state: "declining" }), sell()],
    expected: {
      sentMessages: [["provisionVoucher", "400 TRANSACTION_DECLINED"]],
      providerMessages: ["provisionVoucher"],
      transactions: [{ states: ["requesting", "declined"], switchState: "declined" }],
    },
  },
  {
    name: "Provision: unknown outcome upstream, a retry succeeds",
    rule: "UPSTREAM_UNAVAILABLE leaves the outcome open, whatever the status: the till retries.",
    given: { faults: [respondWithError("provisionVoucher", 504, "UPSTREAM_UNAVAILABLE", true)] },
    actions: [sell(), confirm(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "504 UPSTREAM_UNAVAILABLE"],
        ["retryProvisionVoucher", "200"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "issued", "confirming", "confirmed"],
          switchState: "confirmed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: unknown outcome, retries fail, reversal",
    rule: "Electrum acknowledges the reversal at once, and keeps it until the provider is back.",
    actions: [setProvider({ state: "down" }), sell(), waitForAll, setProvider({ state: "up" })],
    expected: {
      sentMessages: [
        ["provisionVoucher", "503 UPSTREAM_UNAVAILABLE"],
        ["retryProvisionVoucher", "503 UPSTREAM_UNAVAILABLE", 3],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["reverseVoucher"],
      transactions: [
        {
          states: [...threeRetries, "reversing", "reversed"],
          switchState: "reversed",
        },
      ],
    },
  },
  {
    name: "Provision: hard decline of a retry, reversal",
    rule: "A declined retry says nothing of the first attempt, which may have taken effect: a reversal is owed.",
    given: {
      faults: [
        loseResponse("provisionVoucher"),
        respondWithError("retryProvisionVoucher", 400, "TRANSACTION_DECLINED", false),
      ],
    },
    actions: [sell(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["retryProvisionVoucher", "400 TRANSACTION_DECLINED"],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "REVERSED",
        },
      ],
    },
  },
  {
    name: "Provision: Netcare, no retry, reversal",
    rule: "Netcare takes no retries, so an unknown outcome goes straight to its reversal.",
    given: { provider: "Netcare", faults: [loseResponse("provisionVoucher")] },
    actions: [sell(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        { states: ["requesting", "reversing", "reversed"], switchState: "reversed", voucherState: "REVERSED" },
      ],
    },
  },
  {
    name: "Provision: Stellr, no retry, reversal consumed, marked for reconciliation",
    rule: explainAttention("provision", "providerTakesNoReversals", "reversed", stellr).meaning,
    given: { provider: "Stellr", faults: [loseResponse("provisionVoucher")] },
    actions: [sell(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher"],
      consumedAdvices: ["reverseVoucher"],
      transactions: [
        {
          states: ["requesting", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "CONFIRMED_PROVISIONED",
          reconciliation: ["providerTakesNoReversals"],
        },
      ],
      alerts: ["attention"],
    },
  },
  {
    name: "Provision: the customer walks away after the voucher was issued, reversal",
    rule: "An approval that the till does not want is reversed: CANCELLED.",
    actions: [sell(), cancel(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        {
          states: ["requesting", "issued", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "REVERSED",
        },
      ],
    },
  },
];
