import { netcare, stellr } from "@electrum-vouchers/core";
import { sale } from "../configuration.ts";
import type { Defect } from "./defect.ts";
import {
  saleWithEveryFault,
  saleWithRetry,
  simpleRedemption,
  simpleSale,
  saleWithTwoOwners,
} from "./configurations.ts";

const PROVISION = "packages/core/src/machines/provision.ts";
export const SETTLEMENT = "packages/core/src/machines/finalization.ts";
const RECONCILE = "packages/core/src/machines/reconcile.ts";
const DECISION = "packages/core/src/machines/decision.ts";
const LATE = "packages/core/src/machines/late-responses.ts";
const TRANSACTION = "packages/core/src/transaction.ts";
const HANDING_OVER = "packages/core/src/machines/handing-over.ts";

export const AMBIGUOUS = `if (acknowledgement === "notRedeemed" || acknowledgement === "notRefunded")
    return [{ reason: "confirmationAmbiguous", at }];`;

/** Defects in what the machines decide. */
export const decisionDefects: readonly Defect[] = [
  {
    name: "no reversal after a declined retry",
    file: PROVISION,
    original: "inDoubt === undefined\n        ?",
    replacement: "true\n        ?",
    configuration: saleWithRetry,
    invariant: "agreement",
  },
  {
    name: "a new advice id for each repeat",
    file: SETTLEMENT,
    original: "  advice: state.advice,\n  notBefore:",
    replacement:
      "  advice: { ...state.advice, message: { ...state.advice.message, id: String(Math.random()) } },\n  notBefore:",
    configuration: simpleSale,
    invariant: "oneAdvice",
  },
  {
    name: "a resent advice says when it was resent",
    file: SETTLEMENT,
    original: "return ok({ state: current.finalizing, command: queueAdviceFor(current.finalizing) });",
    replacement: `const advice = { ...current.finalizing.advice, message: { ...current.finalizing.advice.message, time: toDateTime(0) } };
  const state = { ...current.finalizing, advice };
  return ok({ state, command: queueAdviceFor(state) });`,
    configuration: saleWithEveryFault,
    invariant: "oneAdvice",
  },
  {
    name: "handing over a voucher that is not confirmed",
    file: HANDING_OVER,
    original: '    case "completed":\n',
    replacement: '    case "issued":\n    case "completed":\n',
    configuration: simpleSale,
    invariant: "outboxAccurate",
  },
  {
    name: "handing out a late voucher",
    file: LATE,
    original: '  return { state, ignored: "late", items: [{ reason: "lateApproval", ...approval }] };',
    replacement: '  return { state: { state: "completed", approval } };',
    configuration: saleWithTwoOwners,
    invariant: "oneFinalState",
  },
  {
    name: "acting on a late decline",
    file: PROVISION,
    original: 'if (fact.attempt !== current.attempt) return { state: current, ignored: "late" };',
    replacement:
      'if (fact.attempt !== current.attempt && fact.status !== 400) return { state: current, ignored: "late" };',
    configuration: sale({ retries: 1 }, { owners: 2 }),
    invariant: "reversalWaits",
  },
  {
    name: "an acknowledgement that settles nothing",
    file: SETTLEMENT,
    original:
      '.with({ outcome: "acknowledged" }, ({ acknowledgement }) => acknowledge(terms, current, acknowledgement, fact))',
    replacement: '.with({ outcome: "acknowledged" }, () => ({ state: current, ignored: "notAcknowledged" }))',
    configuration: simpleSale,
    invariant: "terminates",
  },
  {
    name: "sending the reversal while its request may be under way",
    file: SETTLEMENT,
    original: "notBefore: Math.max(content.at, inDoubt?.latestDeadlineAt ?? content.at),",
    replacement: "notBefore: content.at,",
    configuration: saleWithRetry,
    invariant: "reversalWaits",
  },
  {
    name: "sending a request after its deadline",
    file: PROVISION,
    original: "request: requestOf(head, attempt), deadlineAt };",
    replacement: "request: requestOf(head, attempt), deadlineAt: deadlineAt + 1_000 };",
    configuration: simpleSale,
    invariant: "sentBeforeDeadline",
  },
  {
    name: "sending a request again after a restart",
    file: TRANSACTION,
    original: "const command = commandOf(transaction);\n  return { transaction, commands:",
    replacement: `const { state, attempt, start, deadlineAt } = transaction;
  const request = { operation: "provisionVoucher", message: start.request };
  const command = state === "requesting"
    ? { type: "sendRequest", attempt, request, deadlineAt: deadlineAt + 1_000 }
    : commandOf(transaction);
  return { transaction, commands:`,
    configuration: simpleSale,
    invariant: "sentBeforeDeadline",
  },
  {
    name: "a cancelled sale goes on once it is approved",
    file: PROVISION,
    original: "if (current.cancelledAt !== undefined) return reverse(current, approval.at, { approval, ...inDoubt });",
    replacement: "",
    configuration: simpleSale,
    invariant: "decisionKept",
  },
  {
    name: "a cancel after a confirm reverses",
    file: SETTLEMENT,
    original: '  if (decision.outcome !== "reverse") return err({ type: "alreadyDecided", decision });',
    replacement: `  if (decision.outcome !== "reverse" && "advice" in current) {
    const message = { ...current.advice.message, reversalReason: "CANCELLED" };
    return ok({ state: { state: "reversing", decision, notBefore: decision.at, advice: { operation: "reverseVoucher", message } } });
  }`,
    configuration: simpleSale,
    invariant: "handOver",
  },
  {
    name: "one more retry after the reversal",
    file: SETTLEMENT,
    original: 'if (fact.type === "adviceResponse") return observeAdviceResponse(terms, current, fact);',
    replacement: `if (fact.type === "adviceResponse" && fact.status === 500)
    return { state: current, command: { type: "sendRequest", attempt: 1, request, deadlineAt: fact.at + 1 } };
  if (fact.type === "adviceResponse") return observeAdviceResponse(terms, current, fact);`,
    configuration: simpleSale,
    invariant: "nothingAfterAdvice",
  },
  {
    name: "a retry under the number of the attempt before",
    file: PROVISION,
    original: "return startAttempt(current, current.attempt + 1, fact.at, current.inDoubt);",
    replacement: "return startAttempt(current, current.attempt, fact.at, current.inDoubt);",
    configuration: saleWithRetry,
    invariant: "sentOnce",
  },
  {
    name: "a retry under another time",
    file: PROVISION,
    original: "  message: head.start.request,\n",
    replacement: "  message: { ...head.start.request, time: `${1970 + attempt}-01-01T00:00:00.000Z` },\n",
    configuration: saleWithRetry,
    invariant: "sameRequest",
  },
  {
    name: "the identifiers of the request go back instead of those of the response",
    file: SETTLEMENT,
    original: "identifiersOf(response) ?? message.thirdPartyIdentifiers",
    replacement: "message.thirdPartyIdentifiers",
    configuration: simpleSale,
    invariant: "identifiersEchoed",
  },
  {
    name: "a retry without a timer",
    file: TRANSACTION,
    original: 'return timer("retry", transaction.attempt, transaction.retryAt);',
    replacement: "return undefined;",
    configuration: saleWithRetry,
    invariant: "terminates",
  },
  {
    name: "a decision deadline that decides nothing",
    file: DECISION,
    original: 'fact.timer === "decision" && fact.attempt === approval.attempt && decideBy !== undefined',
    replacement: 'fact.timer === "decision" && fact.attempt === approval.attempt && decideBy === undefined',
    configuration: sale({ retries: 0, decisionDeadlineMs: 1 }),
    invariant: "terminates",
  },
  {
    name: "a connection that was refused counts as a message never sent",
    file: PROVISION,
    original: "if (cancelledAt !== undefined || !maySendAgain) return reverse(current, at, { inDoubt });",
    replacement: `if (inDoubt.first.cause === "unreachable") return { state: { state: "declined", at, error: { status: 0 } } };
  if (cancelledAt !== undefined || !maySendAgain) return reverse(current, at, { inDoubt });`,
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "every approval is reversed",
    file: PROVISION,
    original: "if (current.cancelledAt !== undefined) return reverse(current, approval.at, { approval, ...inDoubt });",
    replacement: "return reverse(current, approval.at, { approval, ...inDoubt });",
    configuration: simpleSale,
    invariant: "succeeds",
  },
  {
    name: "one retry more than the policy allows",
    file: PROVISION,
    original: "attempt < policy.retries",
    replacement: "attempt <= policy.retries",
    configuration: simpleSale,
    invariant: "policyKept",
  },
  {
    name: "retries for a provider that takes none",
    file: PROVISION,
    original: "policy.provider.takesRetries &&",
    replacement: "",
    configuration: sale({ provider: netcare, retries: 1 }),
    invariant: "policyKept",
  },
  {
    name: "a decision deadline ten times as long",
    file: DECISION,
    original: "const decideBy = at + policy.decisionDeadlineMs;",
    replacement: "const decideBy = at + 10 * policy.decisionDeadlineMs;",
    configuration: sale({ retries: 0, decisionDeadlineMs: 1 }),
    invariant: "policyKept",
  },
  {
    name: "a retry that is sent as the first request again",
    file: PROVISION,
    original: 'operation: attempt === 0 ? "provisionVoucher" : "retryProvisionVoucher",',
    replacement: 'operation: "provisionVoucher",',
    configuration: saleWithRetry,
    invariant: "sameRequest",
  },
  {
    name: "a confirm after a reversal is told that it stands",
    file: SETTLEMENT,
    original: 'if (decision.outcome === "reverse") return err({ type: "alreadyDecided", decision });',
    replacement: 'if (decision.outcome === "reverse") return ok({ state: current });',
    configuration: simpleSale,
    invariant: "decisionKept",
  },
  {
    name: "handing out the voucher of any sale",
    file: "packages/core/src/hand-over.ts",
    original: "  reasonAgainst(transaction) === undefined;",
    replacement: '  transaction.kind === "provision" || reasonAgainst(transaction) === undefined;',
    configuration: simpleSale,
    invariant: "handOver",
  },
  {
    name: "a late approval that is not listed for reconciliation",
    file: LATE,
    original: 'return { state, ignored: "late", items: [{ reason: "lateApproval", ...approval }] };',
    replacement: 'return { state, ignored: "late" };',
    configuration: saleWithTwoOwners,
    invariant: "reconciliationListed",
  },
  {
    name: "an ambiguous confirmation that is not listed for reconciliation",
    file: SETTLEMENT,
    original: AMBIGUOUS,
    replacement: "",
    configuration: simpleRedemption,
    invariant: "reconciliationListed",
  },
  {
    name: "a second response that changes how an advice was acknowledged",
    file: SETTLEMENT,
    original:
      'if (current.state !== "confirming" && current.state !== "reversing") return { state: current, ignored: "late" };',
    replacement: `if (current.state === "confirmed") return { state: { ...current, at: fact.at + 1 } };
  if (current.state !== "confirming" && current.state !== "reversing") return { state: current, ignored: "late" };`,
    configuration: saleWithTwoOwners,
    invariant: "oneFinalState",
  },
  {
    name: "the operator is needed for every confirmation",
    file: SETTLEMENT,
    original: AMBIGUOUS,
    replacement: 'if (acknowledgement !== "unnamed") return [{ reason: "confirmationAmbiguous", at }];',
    configuration: simpleSale,
    invariant: "reconciliationListed",
  },
  {
    name: "a reply deadline longer than the policy's",
    file: PROVISION,
    original: "const deadlineAt = Math.min(at + head.start.policy.replyDeadlineMs,",
    replacement: "const deadlineAt = Math.min(at + 2 * head.start.policy.replyDeadlineMs,",
    configuration: simpleSale,
    invariant: "policyKept",
  },
  {
    name: "a late response that changes what a final state says",
    file: SETTLEMENT,
    original: `    case "confirmed":
      return recordSecondVoucher(request, current, fact);`,
    replacement: `      return recordSecondVoucher(request, current, fact);
    case "confirmed":
      return { state: { ...current, acknowledgement: "duplicate" } };`,
    configuration: sale({ retries: 1 }, { owners: 2 }),
    invariant: "oneFinalState",
  },
  {
    name: "an item that is settled is dropped",
    file: RECONCILE,
    original: "item.settled === undefined ? { ...item, settled } : item,\n    ),",
    replacement:
      "item.settled === undefined ? { ...item, settled } : item,\n    ).filter((item) => item.settled === undefined),",
    configuration: sale({ provider: stellr, retries: 0 }),
    invariant: "reconciliationListed",
  },
  {
    name: "what a customer may be paying for is reversed at its deadline",
    file: DECISION,
    original: 'payment !== undefined || onDecisionDeadline === "alert"',
    replacement: 'onDecisionDeadline === "alert"',
    configuration: sale({ retries: 0, decisionDeadlineMs: 1 }),
    invariant: "policyKept",
  },
  {
    name: "an advice that is held is sent",
    file: TRANSACTION,
    original: "    return transaction.held === undefined\n",
    replacement: "    return true\n",
    configuration: simpleSale,
    invariant: "outboxAccurate",
  },
  {
    name: "a transaction that is held needs nobody",
    file: TRANSACTION,
    original: '("held" in transaction && transaction.held !== undefined) ||',
    replacement: "",
    configuration: simpleSale,
    invariant: "outboxAccurate",
  },
];
