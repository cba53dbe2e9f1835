import type { Fault } from "../faults/fault.ts";
import type { FaultRule } from "../faults/plan.ts";
import type { SwitchOperation } from "../switch/operations.ts";
import type { ExamCase } from "./exam-case.ts";

const lost: Fault = { kind: "reset", processed: true };

const meets = (operation: SwitchOperation, fault: Fault, times: FaultRule["times"] = 1): FaultRule => ({
  match: { operation },
  fault,
  times,
});

const refusal = (status: number, errorType: string): Fault => ({ kind: "error", status, errorType, processed: false });

/** A sale whose first answer leaves the outcome open: it must be asked for again, and confirmed. */
const unknownAnswer = (name: string, fault: Fault): ExamCase => ({
  name: `sale, ${name}`,
  rule: "The outcome is unknown: ask again with the retry, then confirm.",
  faults: [meets("provisionVoucher", fault)],
  steps: ["sell", "confirm"],
  outcome: "issued",
  expects: ["provisionVoucher", "retryProvisionVoucher", "confirmVoucher"],
  forbids: ["reverseVoucher"],
});

const declinedSale = (status: 400 | 404): ExamCase => ({
  name: `sale, declined by ${status}`,
  rule: "A decline of the first request ends the sale: nothing more is sent.",
  faults: [meets("provisionVoucher", refusal(status, "DO_NOT_HONOUR"))],
  steps: ["sell"],
  outcome: "declined",
  expects: ["provisionVoucher"],
  forbids: ["retryProvisionVoucher", "confirmVoucher", "reverseVoucher"],
});

const sales: readonly ExamCase[] = [
  {
    name: "sale, confirmed",
    rule: "An approval is confirmed once the customer has paid.",
    steps: ["sell", "confirm"],
    outcome: "issued",
    expects: ["provisionVoucher", "confirmVoucher"],
    forbids: ["retryProvisionVoucher", "reverseVoucher"],
  },
  {
    name: "sale, given up by the customer",
    rule: "An approval that is not wanted is reversed.",
    steps: ["sell", "cancel"],
    outcome: "issued",
    expects: ["provisionVoucher", "reverseVoucher"],
    forbids: ["confirmVoucher"],
  },
  unknownAnswer("no answer", lost),
  unknownAnswer("500", refusal(500, "GENERAL_ERROR")),
  unknownAnswer("503 UPSTREAM_UNAVAILABLE", refusal(503, "UPSTREAM_UNAVAILABLE")),
  unknownAnswer("504 UPSTREAM_UNAVAILABLE", refusal(504, "UPSTREAM_UNAVAILABLE")),
  unknownAnswer("400 VOUCHER_STATUS_UNKNOWN", refusal(400, "VOUCHER_STATUS_UNKNOWN")),
  unknownAnswer("an answer without its body", { kind: "emptyBody" }),
  {
    name: "sale, no answer to any attempt",
    rule: "After the last retry the sale is reversed, and no voucher is handed out.",
    faults: [meets("provisionVoucher", lost), meets("retryProvisionVoucher", lost, "always")],
    steps: ["sell"],
    outcome: "failed",
    expects: ["provisionVoucher", "retryProvisionVoucher", "reverseVoucher"],
    forbids: ["confirmVoucher"],
  },
  declinedSale(400),
  declinedSale(404),
  {
    name: "sale, declined on the retry",
    rule: "The first attempt stays unknown: the sale is reversed.",
    faults: [meets("provisionVoucher", lost), meets("retryProvisionVoucher", refusal(400, "DO_NOT_HONOUR"), "always")],
    steps: ["sell"],
    outcome: "failed",
    expects: ["provisionVoucher", "retryProvisionVoucher", "reverseVoucher"],
    forbids: ["confirmVoucher"],
  },
  {
    name: "sale, a gateway's page instead of an answer",
    rule: "Only an ErrorDetail declines: a 403 with HTML leaves the outcome unknown.",
    faults: [meets("provisionVoucher", { kind: "status", status: 403, processed: true })],
    steps: ["sell"],
    expects: ["provisionVoucher"],
    expectsOneOf: ["retryProvisionVoucher", "reverseVoucher"],
  },
];

const advices: readonly ExamCase[] = [
  {
    name: "confirmation, unanswered twice",
    rule: "An advice is repeated, unaltered, until it is acknowledged.",
    faults: [
      meets("confirmVoucher", lost),
      {
        match: { operation: "confirmVoucher", nth: 2 },
        fault: refusal(503, "UPSTREAM_UNAVAILABLE"),
      },
    ],
    steps: ["sell", "confirm"],
    expects: ["provisionVoucher", "confirmVoucher"],
    forbids: ["reverseVoucher"],
  },
  {
    name: "confirmation, the till is killed before it is acknowledged",
    rule: "An advice is stored before it is sent, and survives the till.",
    faults: [meets("confirmVoucher", refusal(503, "UPSTREAM_UNAVAILABLE"), 2)],
    steps: ["sell", "confirm", "kill"],
    expects: ["provisionVoucher", "confirmVoucher"],
    forbids: ["reverseVoucher"],
  },
  {
    name: "reversal, the till is killed before it is acknowledged",
    rule: "An advice is stored before it is sent, and survives the till.",
    faults: [meets("reverseVoucher", refusal(500, "GENERAL_ERROR"), 2)],
    steps: ["sell", "cancel", "kill"],
    expects: ["provisionVoucher", "reverseVoucher"],
    forbids: ["confirmVoucher"],
  },
  {
    name: "sale, the till is killed before the customer has paid",
    rule: "An approval is stored: after a restart it can be confirmed.",
    steps: ["sell", "kill", "confirm"],
    expects: ["provisionVoucher", "confirmVoucher"],
  },
  {
    name: "sale, the till is killed while it waits for the answer",
    rule: "A request is stored before it is sent: after a restart it is asked for again, or reversed.",
    faults: [meets("provisionVoucher", { kind: "noResponse", processed: true })],
    steps: ["sell, killed before it is answered"],
    expects: ["provisionVoucher"],
    expectsOneOf: ["retryProvisionVoucher", "reverseVoucher"],
  },
];

const redemptions: readonly ExamCase[] = [
  {
    name: "redemption, confirmed",
    rule: "A voucher is looked up, redeemed and confirmed.",
    steps: ["redeem", "confirm"],
    outcome: "redeemed",
    expects: ["lookupVoucher", "redeemVoucher", "confirmRedeem"],
    forbids: ["reverseRedeem"],
  },
  {
    name: "redemption, given up by the customer",
    rule: "A redemption that is not wanted is reversed.",
    steps: ["redeem", "cancel"],
    outcome: "redeemed",
    expects: ["redeemVoucher", "reverseRedeem"],
    forbids: ["confirmRedeem"],
  },
  {
    name: "redemption, no answer",
    rule: "There is no retry: an unknown outcome is reversed.",
    faults: [meets("redeemVoucher", lost)],
    steps: ["redeem"],
    outcome: "failed",
    expects: ["redeemVoucher", "reverseRedeem"],
    forbids: ["confirmRedeem"],
  },
  {
    name: "redemption, declined",
    rule: "A decline ends the redemption: nothing more is sent.",
    faults: [meets("redeemVoucher", refusal(400, "DO_NOT_HONOUR"))],
    steps: ["redeem"],
    outcome: "declined",
    expects: ["redeemVoucher"],
    forbids: ["confirmRedeem", "reverseRedeem"],
  },
];

export const examCases: readonly ExamCase[] = [...sales, ...advices, ...redemptions];
