import { simpleRedemption, simpleRefund } from "./configurations.ts";
import { AMBIGUOUS, SETTLEMENT } from "./decision-defects.ts";
import type { Defect } from "./defect.ts";

const SENT_ONCE = "packages/core/src/machines/sent-once.ts";
const REFUND = "packages/core/src/machines/refund.ts";

const UNKNOWN_SENT_ONCE = `        reverse(terms, current, at, {
          inDoubt: addUnknownResponse(undefined, toUnknownOutcome(attempt, at, classified)),
        }),`;
const NO_RESPONSE_SENT_ONCE =
  "  return reverse(terms, current, at, { inDoubt: addNoResponse(undefined, { attempt, at, cause }, deadlineAt) });";
/** Defects in what a redemption and a refund share, and in the refund. */
export const sentOnceDefects: readonly Defect[] = [
  {
    name: "an unknown outcome of a redemption left alone",
    file: SENT_ONCE,
    original: UNKNOWN_SENT_ONCE,
    replacement: `        ({ state: { state: "declined", at, error: { status: 500 } } }),`,
    configuration: simpleRedemption,
    invariant: "agreement",
  },
  {
    name: "an unknown outcome of a refund left alone",
    file: SENT_ONCE,
    original: UNKNOWN_SENT_ONCE,
    replacement: `        ({ state: { state: "declined", at, error: { status: 500 } } }),`,
    configuration: simpleRefund,
    invariant: "agreement",
  },
  {
    name: "a refund that is confirmed after it was reversed",
    file: REFUND,
    original: "    .otherwise((current) => decideFinalization(current, intent))",
    replacement: `    .otherwise((current) => {
      if (intent.type !== "confirm" || current.state !== "reversing") return decideFinalization(current, intent);
      const { decision } = current;
      const { reversalReason, ...message } = current.advice.message;
      const advice = { operation: "confirmRefund", message: { ...message, id: current.start.confirmationId } };
      const approval = { attempt: 0, at: 0, response: {} };
      const command = { type: "queueAdvice", advice, notBefore: current.notBefore };
      return ok({ state: { state: "confirming", decision, approval, advice }, command });
    })`,
    configuration: simpleRefund,
    invariant: "decisionKept",
  },
  {
    name: "an ambiguous confirmation of a refund that is not listed for reconciliation",
    file: SETTLEMENT,
    original: AMBIGUOUS,
    replacement: "",
    configuration: simpleRefund,
    invariant: "reconciliationListed",
  },
  {
    name: "a redemption that is sent once more",
    file: SENT_ONCE,
    original: NO_RESPONSE_SENT_ONCE,
    replacement: `  return {
    state: { state: "redeeming", deadlineAt: at + 2 },
    command: { type: "sendRequest", attempt: 2, request: terms.request, deadlineAt: at + 2 },
  };`,
    configuration: simpleRedemption,
    invariant: "policyKept",
  },
  {
    name: "a refund that is sent once more",
    file: SENT_ONCE,
    original: NO_RESPONSE_SENT_ONCE,
    replacement: `  return {
    state: { state: "requesting", attempt: 1, deadlineAt: at + 2 },
    command: { type: "sendRequest", attempt: 1, request: terms.request, deadlineAt: at + 2 },
  };`,
    configuration: simpleRefund,
    invariant: "policyKept",
  },
];
