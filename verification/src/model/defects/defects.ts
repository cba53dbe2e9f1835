import { redemption, sale } from "../configuration.ts";
import type { Defect } from "./defect.ts";

const PROVISION = "packages/core/src/provision/transition.ts";
const REDEMPTION = "packages/core/src/redemption/transition.ts";
const SETTLEMENT = "packages/core/src/settlement.ts";
const TRANSACTION = "packages/core/src/transaction.ts";
const REPLY = "packages/core/src/reply.ts";
const ACKNOWLEDGEMENT = "packages/core/src/acknowledgement.ts";
const DRIVE = "packages/runtime/src/drive.ts";

const simpleSale = sale({ retries: 0 });
const saleWithRetry = sale({ retries: 1 });
const anySale = sale({ retries: 1 }, { answers: "every" });
const singleSale = sale({ messaging: "single", retries: 1 }, { answers: "every" });
const anyRedemption = redemption({ lookupRepeats: 1 }, { answers: "every" });
const simpleRedemption = redemption({ lookupRepeats: 0 });
const twoOwners = sale({ retries: 0 }, { owners: 2 });

/** Each of them must be caught: a check that nothing fails shows nothing. */
export const defects: readonly Defect[] = [
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
    name: "acting before the commit",
    file: DRIVE,
    right: "if (entry === undefined || transaction === before) return act(step, { transaction, version });",
    wrong: "return act(step, { transaction, version });",
    configuration: simpleSale,
    breaks: "commitFirst",
  },
  {
    name: "acting after a commit that came too late",
    file: DRIVE,
    right: "if (result.isOk()) return act(step, { transaction, version });",
    wrong: 'if (result.isOk() || result.error.type === "conflict") return act(step, { transaction, version });',
    configuration: twoOwners,
    breaks: "commitFirst",
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
    name: "counting a 404 to a confirmation as done",
    file: ACKNOWLEDGEMENT,
    right: 'operations[advice.operation].kind === "reversal"\n    ?',
    wrong: "true\n    ?",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "counting a web page to a reversal as done",
    file: ACKNOWLEDGEMENT,
    right: "if (error.errorType === undefined && !isEmpty) return",
    wrong: "if (false) return",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "counting an advice as done that contradicts what Electrum holds",
    file: ACKNOWLEDGEMENT,
    right: 'return { outcome: "contradicted", error };\n  switch',
    wrong: 'return { outcome: "acknowledged", how: "already" };\n  switch',
    configuration: anySale,
    breaks: "agreement",
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
    name: "DUPLICATE_RECORD read as a decline",
    file: REPLY,
    right: '    case "DUPLICATE_RECORD":\n',
    wrong: "",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "a 504 read as a decline",
    file: REPLY,
    right: "status === 501 || (status >= 400 && status < 500",
    wrong: "(status >= 400 && status < 600",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "the status goes before the error type",
    file: REPLY,
    right: '    case "UPSTREAM_UNAVAILABLE":\n',
    wrong: "",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "a success without a voucher is one",
    file: REPLY,
    right: "return hasCode(body",
    wrong: "return true || hasCode(body",
    configuration: singleSale,
    breaks: "agreement",
  },
  {
    name: "a success about another transaction is one",
    file: REPLY,
    right: 'case "redeemVoucher":\n      return isAbout(request.message.id, body)',
    wrong: 'case "redeemVoucher":\n      return true',
    configuration: anyRedemption,
    breaks: "agreement",
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
    name: "an answer journalled at another time",
    file: DRIVE,
    right: "    entry: encodeEntry(entry),",
    wrong:
      '    entry: encodeEntry(entry.type === "fact" ? { ...entry, fact: { ...entry.fact, at: at + 10 } } : entry),',
    configuration: simpleSale,
    breaks: "journalReplays",
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
    name: "scrubbing that leaves the voucher code",
    file: "packages/core/src/redact.ts",
    right: 'voucher: shapeOf("serialNumber expiryDate")',
    wrong: 'voucher: shapeOf("code serialNumber expiryDate")',
    configuration: simpleSale,
    breaks: "noSecret",
  },
  {
    name: "scrubbing that empties the voucher code",
    file: "packages/core/src/redact.ts",
    right: 'const MASK = "***";',
    wrong: 'const MASK = "";',
    configuration: simpleSale,
    breaks: "scrubbedReplays",
  },
];
