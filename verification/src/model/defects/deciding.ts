import { netcare } from "@electrum-vouchers/core";
import { sale } from "../configuration.ts";
import type { Defect } from "./defect.ts";
import { anySale, saleWithRetry, simpleRedemption, simpleSale, twoOwners } from "./worlds.ts";

const PROVISION = "packages/core/src/provision/transition.ts";
const REDEMPTION = "packages/core/src/redemption/transition.ts";
const SETTLEMENT = "packages/core/src/settlement.ts";
const TRANSACTION = "packages/core/src/transaction.ts";

/** In what the machines decide. */
export const decidingDefects: readonly Defect[] = [
  {
    name: "no reversal after a declined retry",
    file: PROVISION,
    right: "doubt === undefined\n        ?",
    wrong: "true\n        ?",
    configuration: saleWithRetry,
    breaks: "agreement",
  },
  {
    name: "a new advice id for each repeat",
    file: SETTLEMENT,
    right: "  advice: state.advice,\n  notBefore:",
    wrong:
      "  advice: { ...state.advice, message: { ...state.advice.message, id: String(Math.random()) } },\n  notBefore:",
    configuration: simpleSale,
    breaks: "oneAdvice",
  },
  {
    name: "a resent advice says when it was resent",
    file: SETTLEMENT,
    right: "return ok({ state: current.of, command: queue(current.of) });",
    wrong: `const advice = { ...current.of.advice, message: { ...current.of.advice.message, time: toDateTime(0) } };
  const state = { ...current.of, advice };
  return ok({ state, command: queue(state) });`,
    configuration: anySale,
    breaks: "oneAdvice",
  },
  {
    name: "handing out a voucher that nobody has confirmed",
    file: "packages/core/src/hand-over.ts",
    right: '(transaction.state === "confirming" ||',
    wrong: '(transaction.state === "issued" || transaction.state === "confirming" ||',
    configuration: simpleSale,
    breaks: "handOver",
  },
  {
    name: "handing out a late voucher",
    file: SETTLEMENT,
    right:
      '  return { state, ignored: "late", mark: { reason: "lateApproval", at, attempt, response: reading.response } };',
    wrong: '  return { state: { state: "completed", approval: { attempt, at, response: reading.response } } };',
    configuration: twoOwners,
    breaks: "oneFinalState",
  },
  {
    name: "acting on a late decline",
    file: PROVISION,
    right: 'if (fact.attempt !== current.attempt) return { state: current, ignored: "late" };',
    wrong: 'if (fact.attempt !== current.attempt && fact.status !== 400) return { state: current, ignored: "late" };',
    configuration: sale({ retries: 1 }, { owners: 2 }),
    breaks: "reversalWaits",
  },
  {
    name: "an acknowledgement that settles nothing",
    file: SETTLEMENT,
    right: '.with({ outcome: "acknowledged" }, ({ how }) => acknowledge(terms, current, how, at))',
    wrong: '.with({ outcome: "acknowledged" }, () => ({ state: current, ignored: "notAcknowledged" }))',
    configuration: simpleSale,
    breaks: "itEnds",
  },
  {
    name: "sending the reversal while its request may be under way",
    file: SETTLEMENT,
    right: "notBefore: Math.max(at, doubt?.unansweredUntil ?? at),",
    wrong: "notBefore: at,",
    configuration: saleWithRetry,
    breaks: "reversalWaits",
  },
  {
    name: "sending a request after its deadline",
    file: PROVISION,
    right: "request: requestOf(head, attempt), deadlineAt };",
    wrong: "request: requestOf(head, attempt), deadlineAt: deadlineAt + 1_000 };",
    configuration: simpleSale,
    breaks: "onTime",
  },
  {
    name: "sending a request again after a restart",
    file: TRANSACTION,
    right: "const command = commandOf(transaction);\n  return { transaction, commands:",
    wrong: `const { state, attempt, start, deadlineAt } = transaction;
  const request = { operation: "provisionVoucher", message: start.request };
  const command = state === "requesting"
    ? { type: "sendRequest", attempt, request, deadlineAt: deadlineAt + 1_000 }
    : commandOf(transaction);
  return { transaction, commands:`,
    configuration: simpleSale,
    breaks: "onTime",
  },
  {
    name: "a cancelled sale goes on once it is approved",
    file: PROVISION,
    right: "if (current.cancelledAt !== undefined) return reverse(current, approval.at, { approval, ...doubt });",
    wrong: "",
    configuration: simpleSale,
    breaks: "decisionStands",
  },
  {
    name: "a cancel after a confirm reverses",
    file: SETTLEMENT,
    right: ': err({ type: "alreadyDecided", decision: decisionOf(current) });\n    case "resend"',
    wrong: ': ok({ state: { ...current, state: "reversing", notBefore: intent.at } });\n    case "resend"',
    configuration: simpleSale,
    breaks: "handOver",
  },
  {
    name: "one more retry after the reversal",
    file: SETTLEMENT,
    right: 'if (fact.type === "adviceAnswered") return observeAnswer(terms, current, fact);',
    wrong: `if (fact.type === "adviceAnswered" && fact.status === 500)
    return { state: current, command: { type: "sendRequest", attempt: 1, request, deadlineAt: fact.at + 1 } };
  if (fact.type === "adviceAnswered") return observeAnswer(terms, current, fact);`,
    configuration: simpleSale,
    breaks: "nothingAfterAdvice",
  },
  {
    name: "a retry under the number of the attempt before",
    file: PROVISION,
    right: "return request(current, current.attempt + 1, fact.at, current.doubt);",
    wrong: "return request(current, current.attempt, fact.at, current.doubt);",
    configuration: saleWithRetry,
    breaks: "sentOnce",
  },
  {
    name: "a retry under another time",
    file: PROVISION,
    right: "  message: head.start.request,\n",
    wrong: "  message: { ...head.start.request, time: `${1970 + attempt}-01-01T00:00:00.000Z` },\n",
    configuration: saleWithRetry,
    breaks: "sameRequest",
  },
  {
    name: "the identifiers of the request go back instead of those of the response",
    file: SETTLEMENT,
    right: "identifiersOf(response) ?? terms.thirdPartyIdentifiers",
    wrong: "terms.thirdPartyIdentifiers",
    configuration: simpleSale,
    breaks: "identifiersEchoed",
  },
  {
    name: "a retry that nobody wakes up for",
    file: TRANSACTION,
    right: 'return timer("retry", transaction.attempt, transaction.retryAt);',
    wrong: "return undefined;",
    configuration: saleWithRetry,
    breaks: "itEnds",
  },
  {
    name: "a decision deadline that decides nothing",
    file: SETTLEMENT,
    right: 'fact.timer === "decision" && fact.attempt === approval.attempt && decideBy !== undefined',
    wrong: 'fact.timer === "decision" && fact.attempt === approval.attempt && decideBy === undefined',
    configuration: sale({ retries: 0, decisionDeadlineMs: 1 }),
    breaks: "itEnds",
  },
  {
    name: "an unknown outcome of a redemption left alone",
    file: REDEMPTION,
    right: `        reverse(current, at, { doubt: answeredInDoubt(undefined, unknownAnswer(attempt, at, reading)) }),`,
    wrong: `        ({ state: { state: "declined", at, error: { status: 500 } } }),`,
    configuration: simpleRedemption,
    breaks: "agreement",
  },
  {
    name: "a connection that was refused counts as a message never sent",
    file: PROVISION,
    right: "if (cancelledAt !== undefined || !maySendAgain) return reverse(current, at, { doubt });",
    wrong: `if (doubt.first.cause === "unreachable") return { state: { state: "declined", at, error: { status: 0 } } };
  if (cancelledAt !== undefined || !maySendAgain) return reverse(current, at, { doubt });`,
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "every approval is reversed",
    file: PROVISION,
    right: "if (current.cancelledAt !== undefined) return reverse(current, approval.at, { approval, ...doubt });",
    wrong: "return reverse(current, approval.at, { approval, ...doubt });",
    configuration: simpleSale,
    breaks: "itSucceeds",
  },
  {
    name: "one retry more than the policy allows",
    file: PROVISION,
    right: "attempt < policy.retries",
    wrong: "attempt <= policy.retries",
    configuration: simpleSale,
    breaks: "policyKept",
  },
  {
    name: "retries for a provider that takes none",
    file: PROVISION,
    right: "policy.provider.takesRetries && ",
    wrong: "",
    configuration: sale({ provider: netcare, retries: 1 }),
    breaks: "policyKept",
  },
  {
    name: "a decision deadline ten times as long",
    file: SETTLEMENT,
    right: "const decideBy = at + policy.decisionDeadlineMs;",
    wrong: "const decideBy = at + 10 * policy.decisionDeadlineMs;",
    configuration: sale({ retries: 0, decisionDeadlineMs: 1 }),
    breaks: "policyKept",
  },
  {
    name: "a retry that is sent as the first request again",
    file: PROVISION,
    right: 'operation: attempt === 0 ? "provisionVoucher" : "retryProvisionVoucher",',
    wrong: 'operation: "provisionVoucher",',
    configuration: saleWithRetry,
    breaks: "sameRequest",
  },
  {
    name: "a confirm after a reversal is told that it stands",
    file: SETTLEMENT,
    right: 'if (decision.outcome === "reverse") return err({ type: "alreadyDecided", decision });',
    wrong: 'if (decision.outcome === "reverse") return ok({ state: current });',
    configuration: simpleSale,
    breaks: "decisionStands",
  },
  {
    name: "handing out the voucher of any sale",
    file: "packages/core/src/hand-over.ts",
    right: `transaction.kind === "provision" &&
`,
    wrong: `transaction.kind === "provision" ||
`,
    configuration: simpleSale,
    breaks: "handOver",
  },
  {
    name: "a late approval that nobody is told of",
    file: SETTLEMENT,
    right:
      'return { state, ignored: "late", mark: { reason: "lateApproval", at, attempt, response: reading.response } };',
    wrong: 'return { state, ignored: "late" };',
    configuration: twoOwners,
    breaks: "marked",
  },
  {
    name: "an ambiguous confirmation that nobody is told of",
    file: SETTLEMENT,
    right: '...(how === "notRedeemed" ? { mark } : {}),',
    wrong: "",
    configuration: simpleRedemption,
    breaks: "marked",
  },
  {
    name: "a second answer that changes how an advice was acknowledged",
    file: SETTLEMENT,
    right:
      'if (current.state !== "confirming" && current.state !== "reversing") return { state: current, ignored: "late" };',
    wrong: `if (current.state === "confirmed") return { state: { ...current, at: fact.at + 1 } };
  if (current.state !== "confirming" && current.state !== "reversing") return { state: current, ignored: "late" };`,
    configuration: twoOwners,
    breaks: "oneFinalState",
  },
  {
    name: "a person is asked about every confirmation",
    file: SETTLEMENT,
    right: '...(how === "notRedeemed" ? { mark } : {}),',
    wrong: "mark,",
    configuration: simpleSale,
    breaks: "marked",
  },
  {
    name: "a reply deadline longer than the policy's",
    file: PROVISION,
    right: "const deadlineAt = Math.min(at + head.start.policy.replyDeadlineMs,",
    wrong: "const deadlineAt = Math.min(at + 2 * head.start.policy.replyDeadlineMs,",
    configuration: simpleSale,
    breaks: "policyKept",
  },
  {
    name: "a redemption that is sent once more",
    file: REDEMPTION,
    right: "  return reverse(current, at, { doubt: unanswered(undefined, { attempt, at, cause }, deadlineAt) });",
    wrong: `  if (attempt > 1) return reverse(current, at, { doubt: unanswered(undefined, { attempt, at, cause }, deadlineAt) });
  return {
    state: { state: "redeeming", deadlineAt: at + 2, redeem: { ...redeem, attempt: 2 } },
    command: { type: "sendRequest", attempt: 2, request: requestOf(current), deadlineAt: at + 2 },
  };`,
    configuration: simpleRedemption,
    breaks: "policyKept",
  },
  {
    name: "a late answer that changes what a final state says",
    file: SETTLEMENT,
    right: `    : { state: current, ignored: lateOr(fact) };
}

function observeAnswer`,
    wrong: `    : current.state === "confirmed"
      ? { state: { ...current, how: "duplicate" } }
      : { state: current, ignored: lateOr(fact) };
}

function observeAnswer`,
    configuration: sale({ retries: 1 }, { owners: 2 }),
    breaks: "oneFinalState",
  },
];
