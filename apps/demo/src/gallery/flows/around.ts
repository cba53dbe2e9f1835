import {
  allEnd,
  cancel,
  cancelAt,
  confirm,
  confirmSale,
  electrumIsAway,
  lookUpSale,
  lookUpSaleTooEarly,
  sell,
  sellAndCancelMeanwhile,
  tillNotices,
} from "../acts.ts";
import type { Flow } from "../flow.ts";
import { recover, sellUntilKilled } from "../killed-till.ts";
import { scaled } from "../scale.ts";
import { answerLost, answersError, answersLate } from "./faults.ts";

const sold = {
  states: ["requesting", "issued", "confirming", "confirmed"],
  electrum: "confirmed",
  voucher: "CONFIRMED_PROVISIONED",
} as const;

const threeSales = [sell, sell, sell];

export const aroundFlows: readonly Flow[] = [
  {
    name: "A lookup refused while processing is open",
    rule: "A transaction must not be looked up before its end: the runtime sends nothing. Afterwards it may.",
    acts: [sell, lookUpSaleTooEarly, confirm, allEnd, lookUpSale, cancel, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "201"],
        ["lookupVoucher", "refused while issued, not sent"],
        ["confirmVoucher", "202"],
        ["lookupVoucher", "200"],
      ],
      provider: ["provisionVoucher", "confirmVoucher", "lookupVoucher"],
      transactions: [sold, { states: ["lookingUp", "found", "abandoned"] }],
    },
  },
  {
    name: "Electrum down while advices are due, delivered in order once it is back",
    rule: "Advices are kept and repeated without end. One at a time finds out when Electrum is back; then all go, oldest first.",
    acts: [
      ...threeSales,
      electrumIsAway(scaled(30_000)),
      confirmSale(0),
      tillNotices,
      cancelAt(1),
      confirmSale(2),
      allEnd,
    ],
    expected: {
      till: [
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["provisionVoucher", "201"],
        ["confirmVoucher", "unreachable", "repeatedly"],
        ["confirmVoucher", "202"],
        ["reverseVoucher", "202"],
        ["confirmVoucher", "202"],
      ],
      provider: [
        ...(["provisionVoucher", "provisionVoucher", "provisionVoucher"] as const),
        ...(["confirmVoucher", "reverseVoucher", "confirmVoucher"] as const),
      ],
      transactions: [
        sold,
        { states: ["requesting", "issued", "reversing", "reversed"], electrum: "reversed", voucher: "REVERSED" },
        sold,
      ],
    },
  },
  {
    name: "The till killed (SIGKILL) right after the request was sent, recovered by a new process",
    rule: "A request is never sent again. A new process waits for its deadline, and then undoes it: its customer has gone.",
    given: { policy: { retries: 0 }, faults: [answerLost("provisionVoucher")] },
    acts: [
      sellUntilKilled(async ({ electrum, ids: [id = ""] }) => (await electrum.transaction(id)) !== undefined),
      recover,
    ],
    expected: {
      till: [
        ["provisionVoucher", "the till was killed"],
        ["reverseVoucher", "202"],
      ],
      provider: ["provisionVoucher", "reverseVoucher"],
      transactions: [{ states: ["requesting", "reversing", "reversed"], electrum: "reversed", voucher: "REVERSED" }],
    },
  },
  {
    name: "The till killed (SIGKILL) with an advice queued, delivered by a new process",
    rule: "The advice lies in the database since the moment of the decision: any process that opens it delivers it.",
    given: { faults: [answersError("confirmVoucher", 503, "UPSTREAM_UNAVAILABLE", false)] },
    acts: [
      sellUntilKilled(async ({ events }) =>
        events.some((event) => event.type === "adviceRepeats" && event.operation === "confirmVoucher"),
      ),
      recover,
    ],
    expected: {
      till: [
        ["provisionVoucher", "201"],
        ["confirmVoucher", "503 UPSTREAM_UNAVAILABLE"],
        ["confirmVoucher", "202"],
      ],
      provider: ["provisionVoucher", "confirmVoucher"],
      transactions: [sold],
    },
  },
  {
    name: "The customer walks away while the request is under way",
    rule: "What is under way goes on; its approval is then undone, and no voucher is handed out.",
    given: { faults: [answersLate("provisionVoucher", scaled(20_000))] },
    acts: [sellAndCancelMeanwhile, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "201"],
        ["reverseVoucher", "202"],
      ],
      provider: ["provisionVoucher", "reverseVoucher"],
      transactions: [{ states: ["requesting", "reversing", "reversed"], electrum: "reversed", voucher: "REVERSED" }],
    },
  },
  {
    name: "Nobody decides in time",
    rule: "A policy may bound the till's decision: after its deadline an approval is reversed.",
    given: { policy: { decisionDeadlineMs: scaled(30_000) } },
    acts: [sell, allEnd],
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
  {
    name: "A success without a voucher",
    rule: "A success counts only with its voucher in it; without, the outcome is unknown and the till retries.",
    given: { faults: [{ when: { operation: "provisionVoucher" }, fault: { kind: "emptyBody" } }] },
    acts: [sell, confirm, allEnd],
    expected: {
      till: [
        ["provisionVoucher", "201"],
        ["retryProvisionVoucher", "200"],
        ["confirmVoucher", "202"],
      ],
      provider: ["provisionVoucher", "confirmVoucher"],
      transactions: [
        { ...sold, states: ["requesting", "waitingToRetry", "requesting", "issued", "confirming", "confirmed"] },
      ],
    },
  },
];
