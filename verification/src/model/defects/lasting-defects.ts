import { saleHandedOver, saleThatTracksPrinting, simpleRedemption, simpleSale } from "./configurations.ts";
import type { Defect } from "./defect.ts";

const PROVISION = "packages/core/src/machines/provision.ts";
const HANDING_OVER = "packages/core/src/machines/handing-over.ts";
const DIGEST = "packages/core/src/storage/digest.ts";
const EXCLUSIVE = "packages/core/src/exclusive.ts";

/** Defects in what lasts beyond a transaction's end or concerns others: its hand-over, its repeats, and what it holds. */
export const lastingDefects: readonly Defect[] = [
  {
    name: "a hand-over that is not recorded",
    file: HANDING_OVER,
    original: "return ok(withMark(transaction, { ...(by === undefined ? {} : { by }), at, copies: 0 }));",
    replacement: "return ok(transaction);",
    configuration: saleHandedOver,
    invariant: "handOverMarked",
  },
  {
    name: "a voucher that is handed over twice, and not as a copy",
    file: HANDING_OVER,
    original: "  return isCopy\n    ? ok(",
    replacement: "  return isCopy || true\n    ? ok(",
    configuration: saleHandedOver,
    invariant: "handOverMarked",
  },
  {
    name: "a till that may print again after it has said that it has printed",
    file: HANDING_OVER,
    original: "policyInForce(transaction).tracksPrinting && printedAt === undefined;",
    replacement: "policyInForce(transaction).tracksPrinting;",
    configuration: saleThatTracksPrinting,
    invariant: "outboxAccurate",
  },
  {
    name: "a mark of handing over that the next step forgets",
    file: PROVISION,
    original: "  ...(handedOver === undefined ? {} : { handedOver }),\n",
    replacement: "",
    configuration: saleHandedOver,
    invariant: "handOverMarked",
  },
  {
    name: "a redemption that lets another one redeem its voucher before it is reversed",
    file: EXCLUSIVE,
    original: '    case "reversed":\n',
    replacement: '    case "reversed":\n    case "reversing":\n',
    configuration: simpleRedemption,
    invariant: "outboxAccurate",
  },
  {
    name: "a sale that was redacted, and is sold anew if it is repeated",
    file: DIGEST,
    original: '(again) => digestsOf(id, again)("start", message)',
    replacement: '(again) => digestsOf(id, again)("start", [message])',
    configuration: simpleSale,
    invariant: "repeatsKnown",
  },
  {
    name: "another voucher under the same id that is taken for a repeat",
    file: DIGEST,
    original: 'digestAgain(digester).value === kept.value ? "same" : "different"',
    replacement: '"same"',
    configuration: simpleRedemption,
    invariant: "repeatsKnown",
  },
  {
    name: "a digest under another key that proves a difference",
    file: DIGEST,
    original: " || kept.keyId !== digester.keyId",
    replacement: "",
    configuration: simpleRedemption,
    invariant: "repeatsKnown",
  },
];
