import {
  waitUntilAllFinal,
  cancel,
  cancelTransaction,
  confirm,
  confirmSale,
  takeElectrumDown,
  lookUpSale,
  lookUpSaleTooEarly,
  sell,
  sellAndCancelDuringRequest,
  waitUntilTillProbes,
} from "../actions.ts";
import type { Flow } from "../flow.ts";
import { recoverInNewProcess, sellUntilKilled } from "../killed-till.ts";
import { scaled } from "../time-scale.ts";
import { loseResponse, respondWithError, delayResponse } from "./faults.ts";

const sold = {
  states: ["requesting", "issued", "confirming", "confirmed"],
  switchState: "confirmed",
  voucherState: "CONFIRMED_PROVISIONED",
} as const;

const threeSales = [sell, sell, sell];

export const operationalFlows: readonly Flow[] = [
  {
    name: "A lookup refused while processing is open",
    rule: "A transaction must not be looked up before its end: the runtime sends nothing. Afterwards it may.",
    actions: [sell, lookUpSaleTooEarly, confirm, waitUntilAllFinal, lookUpSale, cancel, waitUntilAllFinal],
    expected: {
      sentMessages: [
        ["provisionVoucher", "201"],
        ["lookupVoucher", "refused while issued, not sent"],
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
      ...threeSales,
      takeElectrumDown(scaled(30_000)),
      confirmSale(0),
      waitUntilTillProbes,
      cancelTransaction(1),
      confirmSale(2),
      waitUntilAllFinal,
    ],
    expected: {
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
    setup: { policy: { retries: 0 }, faults: [loseResponse("provisionVoucher")] },
    actions: [
      sellUntilKilled(async ({ switchAdmin, ids: [id = ""] }) => (await switchAdmin.transaction(id)) !== undefined),
      recoverInNewProcess,
    ],
    expected: {
      sentMessages: [
        ["provisionVoucher", "the till was killed"],
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
    setup: { faults: [respondWithError("confirmVoucher", 503, "UPSTREAM_UNAVAILABLE", false)] },
    actions: [
      sellUntilKilled(async ({ events }) =>
        events.some((event) => event.type === "adviceRepeats" && event.operation === "confirmVoucher"),
      ),
      recoverInNewProcess,
    ],
    expected: {
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
    setup: { faults: [delayResponse("provisionVoucher", scaled(20_000))] },
    actions: [sellAndCancelDuringRequest, waitUntilAllFinal],
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
    setup: { policy: { decisionDeadlineMs: scaled(30_000) } },
    actions: [sell, waitUntilAllFinal],
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
    setup: { faults: [{ match: { operation: "provisionVoucher" }, fault: { kind: "emptyBody" } }] },
    actions: [sell, confirm, waitUntilAllFinal],
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
    },
  },
];
