import type { Defect } from "./defect.ts";
import { anyRedemption, anySale, simpleRedemption, simpleSale, singleSale } from "./worlds.ts";

const REPLY = "packages/core/src/reply.ts";
const ACKNOWLEDGEMENT = "packages/core/src/acknowledgement.ts";

/** In how answers are read. */
export const readingDefects: readonly Defect[] = [
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
    name: "a reversal of what is not known asks a person",
    file: ACKNOWLEDGEMENT,
    right: '? { outcome: "acknowledged", how: "notFound" }',
    wrong: '? { outcome: "contradicted", error }',
    configuration: simpleSale,
    breaks: "asksNobody",
  },
  {
    name: "VOUCHER_NOT_REDEEMED to a repeated confirmation asks a person",
    file: ACKNOWLEDGEMENT,
    right: `return advice.operation === "confirmRedeem"
`,
    wrong: `return advice.operation === "reverseRedeem"
`,
    configuration: simpleRedemption,
    breaks: "asksNobody",
  },
  {
    name: "an error about another message declines this one",
    file: REPLY,
    right: 'if (failedAnother(request, body)) return { outcome: "unknown", cause: "foreignId", error };',
    wrong: "",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "a 404 to another's reversal ends ours",
    file: ACKNOWLEDGEMENT,
    right: "if (failedAnother(advice, body)) return repeat(answer, true);",
    wrong: "",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "a success that names an error is one",
    file: ACKNOWLEDGEMENT,
    right: "const isAccepted = error.errorType === undefined && (",
    wrong: "const isAccepted = (",
    configuration: anySale,
    breaks: "agreement",
  },
  {
    name: "VOUCHER_ALREADY_REDEEMED to a reversal counts as done",
    file: ACKNOWLEDGEMENT,
    right: `and not what became of our transaction: a person must look.
      return { outcome: "contradicted", error };`,
    wrong: `and not what became of our transaction: a person must look.
      return { outcome: "acknowledged", how: "already" };`,
    configuration: anyRedemption,
    breaks: "agreement",
  },
];
