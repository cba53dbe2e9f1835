import type { Defect } from "./defect.ts";
import {
  redemptionWithEveryFault,
  saleWithEveryFault,
  simpleRedemption,
  simpleSale,
  singleSaleWithEveryFault,
} from "./configurations.ts";

const REPLY = "packages/core/src/responses/request-outcome.ts";
const ACKNOWLEDGEMENT = "packages/core/src/responses/advice-outcome.ts";

/** Defects in how responses are classified. */
export const responseDefects: readonly Defect[] = [
  {
    name: "counting a 404 to a confirmation as done",
    file: ACKNOWLEDGEMENT,
    original: 'isReversal(advice) ? { outcome: "acknowledged"',
    replacement: 'true ? { outcome: "acknowledged"',
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "counting a web page to a reversal as done",
    file: ACKNOWLEDGEMENT,
    original: 'if (speakerOf(body, idsOf(advice)) === "foreign") {',
    replacement: 'if (body !== undefined && speakerOf(body, idsOf(advice)) === "foreign") {',
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "counting a success that names no message as an acknowledgement",
    file: ACKNOWLEDGEMENT,
    original: 'return mayBeElectrums ? { outcome: "unnamed", acknowledgement: "unnamed", status }',
    replacement: 'return mayBeElectrums ? { outcome: "acknowledged", acknowledgement: "accepted" }',
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "a 404 without a body ends a reversal",
    file: ACKNOWLEDGEMENT,
    original: '? { outcome: "unnamed", acknowledgement: "notFound", status }',
    replacement: '? { outcome: "acknowledged", acknowledgement: "notFound" }',
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "a firewall's refusal read as a decline",
    file: REPLY,
    original: 'if (speaker === "foreign") return',
    replacement: 'if (speaker === "foreign" && !isDecline(status)) return',
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "counting an advice as done that contradicts what Electrum holds",
    file: ACKNOWLEDGEMENT,
    original: 'return { outcome: "contradicted", error };\n  switch',
    replacement: 'return { outcome: "acknowledged", acknowledgement: "already" };\n  switch',
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "DUPLICATE_RECORD read as a decline",
    file: REPLY,
    original: '    case "DUPLICATE_RECORD":\n',
    replacement: "",
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "a 504 read as a decline",
    file: REPLY,
    original: "status === 501 || (status >= 400 && status < 500",
    replacement: "(status >= 400 && status < 600",
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "the status goes before the error type",
    file: REPLY,
    original: '    case "UPSTREAM_UNAVAILABLE":\n',
    replacement: "",
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "a success without a voucher is one",
    file: REPLY,
    original: "return hasCode(body",
    replacement: "return true || hasCode(body",
    configuration: singleSaleWithEveryFault,
    invariant: "outboxAccurate",
  },
  {
    name: "a success about another transaction is one",
    file: REPLY,
    original: 'case "redeemVoucher":\n    case "refundVoucher":\n      return isAbout(request.message.id, body)',
    replacement: 'case "redeemVoucher":\n    case "refundVoucher":\n      return true',
    configuration: redemptionWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "a reversal of what is not known needs the operator",
    file: ACKNOWLEDGEMENT,
    original: '? { outcome: "acknowledged", acknowledgement: "notFound" }',
    replacement: '? { outcome: "contradicted", error }',
    configuration: simpleSale,
    invariant: "noOperatorNeeded",
  },
  {
    name: "VOUCHER_NOT_REDEEMED to a repeated confirmation needs the operator",
    file: ACKNOWLEDGEMENT,
    original: `return advice.operation === "confirmRedeem"
`,
    replacement: `return advice.operation === "reverseRedeem"
`,
    configuration: simpleRedemption,
    invariant: "noOperatorNeeded",
  },
  {
    name: "an error about another message declines this one",
    file: REPLY,
    original: "(isLookup(request) ? [] : [request.message.id]);",
    replacement: "[];",
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "a 404 to another's reversal ends ours",
    file: ACKNOWLEDGEMENT,
    original: "=> [message.id, message.requestId];",
    replacement: "=> [];",
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "a success that names an error is one",
    file: ACKNOWLEDGEMENT,
    original: 'if (isAnothers || typeof errorType === "string") return',
    replacement: "if (isAnothers) return",
    configuration: saleWithEveryFault,
    invariant: "agreement",
  },
  {
    name: "VOUCHER_ALREADY_REDEEMED to a reversal counts as done",
    file: ACKNOWLEDGEMENT,
    original: `but this does not say by which transaction: an operator must look.
      return { outcome: "contradicted", error };`,
    replacement: `but this does not say by which transaction: an operator must look.
      return { outcome: "acknowledged", acknowledgement: "already" };`,
    configuration: redemptionWithEveryFault,
    invariant: "agreement",
  },
];
