import { explainAttention, netcare, stellr } from "@electrum-vouchers/core";
import { confirm, sell, setProvider, waitForAll } from "./actions.ts";
import { loseResponse, respondWithError } from "./faults.ts";
import type { DocumentedFlow, ExpectedTransaction } from "./flow.ts";

/** The second attempt brings the voucher. */
const soldByRetry: ExpectedTransaction = {
  states: ["requesting", "waitingToRetry", "requesting", "issued", "confirming", "confirmed"],
  switchState: "confirmed",
  voucherState: "CONFIRMED_PROVISIONED",
};

/** The first response says that the outcome is unknown, whatever its status says. */
const soldAfter = (name: string, rule: string, status: number, errorType: string): DocumentedFlow => ({
  name,
  rule,
  given: { faults: [respondWithError("provisionVoucher", status, errorType, true)] },
  actions: [sell(), confirm(), waitForAll],
  expected: {
    sentMessages: [
      ["provisionVoucher", `${status} ${errorType}`],
      ["retryProvisionVoucher", "200"],
      ["confirmVoucher", "202"],
    ],
    providerMessages: ["provisionVoucher", "confirmVoucher"],
    transactions: [soldByRetry],
  },
});

/** Errors of Electrum and of providers, and what each means for a sale. */
export const provisionErrorFlows: readonly DocumentedFlow[] = [
  {
    name: "Provision: single messaging, a retry succeeds",
    rule: "Single messaging retries as well. The approval of the retry is the end: nothing more is sent.",
    given: { policy: { messaging: "single" }, faults: [loseResponse("provisionVoucher")] },
    actions: [sell()],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["retryProvisionVoucher", "200"],
      ],
      providerMessages: ["provisionVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "completed"],
          switchState: "completed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: more than three retries, as the policy says",
    rule: "How often a till retries is its own business rule: three times is the default, and more is allowed.",
    given: {
      policy: { retries: 5 },
      faults: [
        respondWithError("provisionVoucher", 504, "UPSTREAM_UNAVAILABLE", true),
        respondWithError("retryProvisionVoucher", 504, "UPSTREAM_UNAVAILABLE", true, 4),
      ],
    },
    actions: [sell(), confirm(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "504 UPSTREAM_UNAVAILABLE"],
        ["retryProvisionVoucher", "504 UPSTREAM_UNAVAILABLE", 4],
        ["retryProvisionVoucher", "200"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        {
          states: [
            ...Array.from({ length: 5 }, () => ["requesting", "waitingToRetry"] as const).flat(),
            "requesting",
            "issued",
            "confirming",
            "confirmed",
          ],
          switchState: "confirmed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
  {
    name: "Provision: transaction failed upstream, with 404",
    rule: "A 404 with an ErrorDetail is a hard decline, as a 400 is.",
    actions: [setProvider({ state: "declining", status: 404, errorType: "INVALID_VOUCHER" }), sell()],
    expected: {
      sentMessages: [["provisionVoucher", "404 INVALID_VOUCHER"]],
      providerMessages: ["provisionVoucher"],
      transactions: [{ states: ["requesting", "declined"], switchState: "declined" }],
    },
  },
  soldAfter(
    "Provision: 400 with an unknown outcome, a retry succeeds",
    "VOUCHER_STATUS_UNKNOWN leaves the outcome open, though a 400 would decline.",
    400,
    "VOUCHER_STATUS_UNKNOWN",
  ),
  soldAfter(
    "Provision: 404 with an unknown outcome, a retry succeeds",
    "UPSTREAM_UNAVAILABLE leaves the outcome open, though a 404 would decline.",
    404,
    "UPSTREAM_UNAVAILABLE",
  ),
  soldAfter(
    "Provision: 500, a retry succeeds",
    "A 500 leaves the outcome open, whatever its error type is.",
    500,
    "GENERAL_ERROR",
  ),
  {
    name: "Provision: the provider takes no retries, a retry is declined, reversal",
    rule: "Electrum declines every retry for Netcare. A till that retries all the same learns nothing by it, and reverses.",
    given: {
      provider: "Netcare",
      policy: { provider: { ...netcare, takesRetries: true } },
      faults: [loseResponse("provisionVoucher")],
    },
    actions: [sell(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["retryProvisionVoucher", "400 FUNCTION_NOT_SUPPORTED"],
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
    name: "Provision: Stellr, a retry is declined, reversal consumed, marked for reconciliation",
    rule: explainAttention("provision", "providerTakesNoReversals", "reversed", stellr).meaning,
    given: {
      provider: "Stellr",
      policy: { provider: { ...stellr, takesRetries: true } },
      faults: [loseResponse("provisionVoucher")],
    },
    actions: [sell(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "deadline"],
        ["retryProvisionVoucher", "400 FUNCTION_NOT_SUPPORTED"],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher"],
      consumedAdvices: ["reverseVoucher"],
      transactions: [
        {
          states: ["requesting", "waitingToRetry", "requesting", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "CONFIRMED_PROVISIONED",
          reconciliation: ["providerTakesNoReversals"],
        },
      ],
      alerts: ["attention"],
    },
  },
  {
    name: "Provision: Stellr, confirmation consumed",
    rule: "The till confirms as always; Electrum acknowledges, and tells Stellr nothing.",
    given: { provider: "Stellr" },
    actions: [sell(), confirm(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher"],
      consumedAdvices: ["confirmVoucher"],
      transactions: [
        {
          states: ["requesting", "issued", "confirming", "confirmed"],
          switchState: "confirmed",
          voucherState: "CONFIRMED_PROVISIONED",
        },
      ],
    },
  },
];
