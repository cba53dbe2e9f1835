import { confirm, resend, resolve, sell, setProvider, waitForAll } from "./actions.ts";
import { askToWait, respondWithError } from "./faults.ts";
import type { DocumentedFlow, ExpectedTransaction } from "./flow.ts";

const sold: ExpectedTransaction = {
  states: ["requesting", "issued", "confirming", "confirmed"],
  switchState: "confirmed",
  voucherState: "CONFIRMED_PROVISIONED",
};

/** How advices fare: what is repeated, what waits for an operator, and what does not hold up the rest. */
export const adviceFlows: readonly DocumentedFlow[] = [
  {
    name: "The provider's answer to a confirmation is lost, Electrum repeats it",
    rule: "Electrum keeps a confirmation and repeats it until the provider responds. The till is done before that.",
    actions: [sell(), setProvider({ state: "answerLost" }), confirm(), waitForAll, setProvider({ state: "up" })],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      repeatedToProvider: ["confirmVoucher"],
      transactions: [sold],
    },
  },
  {
    name: "A confirmation in dispute, sent again by an operator",
    rule: "Electrum refuses a confirmation for good, so an operator is needed. What was mended at Electrum is sent again as it is.",
    given: { faults: [respondWithError("confirmVoucher", 400, "FORMAT_ERROR", false)] },
    actions: [sell(), confirm(), waitForAll, resend(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "400 FORMAT_ERROR"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        { ...sold, states: ["requesting", "issued", "confirming", "disputed", "confirming", "confirmed"] },
      ],
      alerts: ["attention"],
    },
  },
  {
    name: "A confirmation in dispute, resolved by an operator",
    rule: "Electrum has processed the confirmation and refuses its repeat, so an operator asks Electrum and says what holds.",
    given: { faults: [respondWithError("confirmVoucher", 400, "GENERAL_ERROR", true)] },
    actions: [sell(), confirm(), waitForAll, resolve(0, "confirmed"), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "400 GENERAL_ERROR"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [{ ...sold, states: ["requesting", "issued", "confirming", "disputed", "resolved"] }],
      alerts: ["attention"],
    },
  },
  {
    name: "Wrong credentials halt the advices, and their end is noticed",
    rule: "Two refusals of the credentials halt what is owed, and nothing is lost. Single advices probe until they are right.",
    given: { faults: [respondWithError("confirmVoucher", 401, "AUTHENTICATION_ERROR", false, 3)] },
    actions: [sell(0), sell(1), confirm(0), confirm(1), waitForAll],
    expected: {
      advicesMayVary: true,
      sentMessages: [
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["confirmVoucher", "401 AUTHENTICATION_ERROR", "repeatedly"],
        ["confirmVoucher", "202"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "provisionVoucher", "confirmVoucher", "confirmVoucher"],
      transactions: [sold, sold],
      alerts: ["credentials"],
    },
  },
  {
    name: "Retry-After binds one advice, its neighbour goes at once",
    rule: "What asks for patience asks it for one advice. The next one of the same provider does not wait for it.",
    given: { faults: [askToWait("confirmVoucher", 1)] },
    actions: [sell(0), sell(1), confirm(0), { type: "waitUntilRepeating" }, confirm(1), waitForAll],
    expected: {
      advicesMayVary: true,
      sentMessages: [
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["confirmVoucher", "503", "repeatedly"],
        ["confirmVoucher", "202"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "provisionVoucher", "confirmVoucher", "confirmVoucher"],
      transactions: [sold, sold],
    },
  },
  {
    name: "A failing advice beside healthy ones",
    rule: "An advice that fails backs off by itself. Later ones are delivered before it, and it is delivered in the end.",
    given: { faults: [respondWithError("confirmVoucher", 503, "UPSTREAM_UNAVAILABLE", false, 2)] },
    actions: [
      sell(0),
      sell(1),
      sell(2),
      confirm(0),
      { type: "waitUntilRepeating" },
      confirm(1),
      confirm(2),
      waitForAll,
    ],
    expected: {
      advicesMayVary: true,
      sentMessages: [
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["confirmVoucher", "503 UPSTREAM_UNAVAILABLE", "repeatedly"],
        ["confirmVoucher", "202"],
        ["confirmVoucher", "202"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: [
        ...(["provisionVoucher", "provisionVoucher", "provisionVoucher"] as const),
        ...(["confirmVoucher", "confirmVoucher", "confirmVoucher"] as const),
      ],
      transactions: [sold, sold, sold],
    },
  },
];
