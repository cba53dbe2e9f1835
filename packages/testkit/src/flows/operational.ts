import { cancel, confirm, lookUpSale, sell, sellAndCancel, waitForAll } from "./actions.ts";
import { delayResponse, loseResponse, respondWithError, respondWithoutBody } from "./faults.ts";
import type { DocumentedFlow } from "./flow.ts";

const sold = {
  states: ["requesting", "issued", "confirming", "confirmed"],
  switchState: "confirmed",
  voucherState: "CONFIRMED_PROVISIONED",
} as const;

export const operationalFlows: readonly DocumentedFlow[] = [
  {
    name: "A lookup refused while processing is open",
    rule: "A transaction must not be looked up before its end: the runtime sends nothing. Afterwards it may.",
    actions: [sell(), lookUpSale(1, "tooEarly"), confirm(), waitForAll, lookUpSale(1, "inTime"), cancel(1), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["lookupVoucher", "tooEarly"],
        ["confirmVoucher", "202"],
        ["lookupVoucher", "200"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher", "lookupVoucher"],
      transactions: [sold, { states: ["lookingUp", "found", "abandoned"] }],
    },
  },
  {
    name: "Electrum down while advices are due, delivered in order once it is back",
    rule: "Advices are kept and repeated without end. One at a time finds out when Electrum is back; then all go, oldest first.",
    actions: [
      sell(0),
      sell(1),
      sell(2),
      { type: "takeElectrumDown", durationMs: 30_000 },
      confirm(0),
      { type: "waitUntilProbing" },
      cancel(1),
      confirm(2),
      waitForAll,
    ],
    expected: {
      advicesMayVary: true,
      sentMessages: [
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["confirmVoucher", "unreachable", "repeatedly"],
        ["confirmVoucher", "202"],
        ["reverseVoucher", "202"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: [
        ...(["provisionVoucher", "provisionVoucher", "provisionVoucher"] as const),
        ...(["confirmVoucher", "reverseVoucher", "confirmVoucher"] as const),
      ],
      transactions: [
        sold,
        {
          states: ["requesting", "issued", "reversing", "reversed"],
          switchState: "reversed",
          voucherState: "REVERSED",
        },
        sold,
      ],
    },
  },
  {
    name: "The till killed (SIGKILL) right after the request was sent, recovered by a new process",
    rule: "A request is never sent again. A new process waits for its deadline, and then undoes it: its customer has gone.",
    given: { policy: { retries: 0 }, faults: [loseResponse("provisionVoucher")] },
    actions: [{ type: "sellUntilKilled", transaction: 0, moment: "requestProcessed" }, { type: "recover" }],
    expected: {
      sentMessages: [
        ["provisionVoucher", "tillKilled"],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        { states: ["requesting", "reversing", "reversed"], switchState: "reversed", voucherState: "REVERSED" },
      ],
    },
  },
  {
    name: "The till killed (SIGKILL) with an advice queued, delivered by a new process",
    rule: "The advice lies in the database since the moment of the decision: any process that opens it delivers it.",
    given: { faults: [respondWithError("confirmVoucher", 503, "UPSTREAM_UNAVAILABLE", false)] },
    actions: [{ type: "sellUntilKilled", transaction: 0, moment: "adviceRepeated" }, { type: "recover" }],
    expected: {
      advicesMayVary: true,
      sentMessages: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "503 UPSTREAM_UNAVAILABLE"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [sold],
    },
  },
  {
    name: "The customer walks away while the request is under way",
    rule: "What is under way goes on; its approval is then undone, and no voucher is handed out.",
    given: { faults: [delayResponse("provisionVoucher", 20_000)] },
    actions: [sellAndCancel(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["reverseVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "reverseVoucher"],
      transactions: [
        { states: ["requesting", "reversing", "reversed"], switchState: "reversed", voucherState: "REVERSED" },
      ],
    },
  },
  {
    name: "Nobody decides in time",
    rule: "A policy may bound the till's decision: after its deadline an approval is reversed.",
    given: { policy: { decisionDeadlineMs: 30_000 } },
    actions: [sell(), waitForAll],
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
  {
    name: "A success without a voucher",
    rule: "A success counts only with its voucher in it; without, the outcome is unknown and the till retries.",
    given: { faults: [respondWithoutBody("provisionVoucher")] },
    actions: [sell(), confirm(), waitForAll],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["retryProvisionVoucher", "200"],
        ["confirmVoucher", "202"],
      ],
      providerMessages: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        { ...sold, states: ["requesting", "waitingToRetry", "requesting", "issued", "confirming", "confirmed"] },
      ],
      // It has no body, so it names no request, and a gateway may have sent it.
      alerts: ["notElectrum"],
    },
  },
];
