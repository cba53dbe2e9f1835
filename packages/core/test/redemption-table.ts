import {
  accepted,
  allTimersBut,
  approvals,
  deadlinePassed,
  declines,
  everyAdviceResponse,
  everyEnd,
  everyTimer,
  lateApprovals,
  lateNoApprovals,
  notAcknowledged,
  otherAttempts,
  noResponses,
  unknownResponses,
} from "./event-groups.ts";
import type { RedemptionEvent } from "./redemption-events.ts";
import type { RedemptionSituation } from "./redemption-situations.ts";
import type { Row } from "./specification.ts";

type Situations = readonly RedemptionSituation[];
type Events = readonly RedemptionEvent[];

const lookingUp: Situations = ["lookingUp", "lookingUp for the last time", "lookingUp, impatient"];
const lookupFailed: Situations = ["lookupFailed, declined", "lookupFailed, unknown"];
const found: Situations = ["found", "found by serial number"];
const beforeRedeem: Situations = [...lookingUp, "waitingToLookUp", ...lookupFailed, ...found, "abandoned"];

const redeemingNotCancelled: Situations = ["redeeming", "redeeming, decides in time", "redeeming, single"];
const redeemingCancelled: Situations = ["redeeming, cancelled", "redeeming, single, cancelled"];
const redeeming: Situations = [...redeemingNotCancelled, ...redeemingCancelled];
const redeemed: Situations = ["redeemed", "redeemed, decides in time"];
const declinedOrCompleted: Situations = ["completed", "declined", "declined, cancelled"];

const reversing: Situations = ["reversing, cancelled", "reversing, in doubt", "reversing, Stellr"];
const reversed: Situations = ["reversed", "reversed, with an item"];
const disputed: Situations = ["disputed confirmation", "disputed reversal"];
const resolved: Situations = ["resolved confirmation", "resolved reversal"];
const confirmedInTheEnd: Situations = ["confirming", "confirmed", "disputed confirmation", "resolved confirmation"];
const reversedInTheEnd: Situations = [...reversing, ...reversed, "disputed reversal", "resolved reversal"];
const settling: Situations = [...confirmedInTheEnd, ...reversedInTheEnd];

const afterRedeem: Situations = [...redeeming, ...redeemed, ...declinedOrCompleted, ...settling];
const every: Situations = [...beforeRedeem, ...afterRedeem];

const redeems: Events = ["redeem", "redeem, other content", "redeem, another id", "redeem, another voucher"];
const confirms: Events = ["confirm", "confirm, an amount", "confirm, too much"];
const resolves: Events = ["resolve as confirmed", "resolve as reversed"];

/** The response to a lookup has no id. */
const foundAnswers: Events = [...approvals, "unknown: foreign id"];
/** An error with another id says nothing of this message; a response to a lookup has no id to compare. */
const notFoundAnswers: Events = [...declines, "unknown: foreign decline"];
const unknownLookups: Events = [...unknownResponses, "unknown: no voucher", ...noResponses, ...deadlinePassed];
/** The response to an approved redemption needs no voucher. */
const redeemedAnswers: Events = [...approvals, "unknown: no voucher"];
const unknownRedeems: Events = [...unknownResponses, "unknown: foreign id", "unknown: foreign decline"];

/** Events that may be evidence that a redemption took effect. An earlier attempt is a lookup, which is no evidence. */
const lateRedeems: Events = [
  ...lateApprovals.filter((each) => each !== "approved, earlier attempt"),
  "unknown: no voucher",
];
const noLateRedeems: Events = [
  ...lateNoApprovals.filter((each) => each !== "unknown: no voucher"),
  "approved, earlier attempt",
];

/**
 * The redemption, complete: what each event does in each situation. The command of the step comes after a colon: a message to send,
 * with its attempt or its reason, or a timer and its attempt. A reconciliation item comes after a plus.
 */
export const redemptionTable: readonly Row<RedemptionSituation, RedemptionEvent>[] = [
  // A lookup is repeated while its outcome is unknown, within the policy's bounds. It has no effect and owes no advice.
  [lookingUp, foundAnswers, "found"],
  [lookingUp, notFoundAnswers, "lookupFailed"],
  ["lookingUp", unknownLookups, "waitingToLookUp: lookup timer 0"],
  [["lookingUp for the last time", "lookingUp, impatient"], unknownLookups, "lookupFailed"],
  [lookingUp, otherAttempts, "ignored: late"],
  [lookingUp, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  ["waitingToLookUp", "lookup timer", "lookingUp: lookupVoucher 1"],
  ["waitingToLookUp", allTimersBut("lookup timer"), "ignored: unexpected"],
  [["waitingToLookUp", ...lookupFailed, ...found, "abandoned"], everyEnd, "ignored: late"],
  [["waitingToLookUp", ...lookupFailed, ...found, "abandoned"], everyAdviceResponse, "ignored: unexpected"],
  [[...lookupFailed, ...found, "abandoned"], everyTimer, "ignored: unexpected"],

  // The till may look the voucher up again, redeem it, or cancel.
  [lookupFailed, "lookUp", "lookingUp: lookupVoucher 1"],
  [[...lookingUp, "waitingToLookUp", ...found], "lookUp", "accepted"],
  ["abandoned", "lookUp", "refused: wrongState"],
  [found, ["redeem", "redeem, other content"], "redeeming: redeemVoucher 1"],
  [found, "redeem, another id", "refused: lookupMismatch id"],
  ["found", "redeem, another voucher", "refused: lookupMismatch voucher.code"],
  ["found by serial number", "redeem, another voucher", "redeeming: redeemVoucher 1"],
  [[...lookingUp, "waitingToLookUp", ...lookupFailed], redeems, "refused: wrongState"],
  ["abandoned", redeems, "refused: reverse was decided by the till"],
  [[...lookingUp, "waitingToLookUp", ...lookupFailed, ...found], "cancel", "abandoned"],
  ["abandoned", "cancel", "accepted"],
  [beforeRedeem, [...confirms, "resend", ...resolves], "refused: wrongState"],

  // There is no retry for a redemption: an unknown outcome is reversed. A hard decline owes nothing.
  ["redeeming", redeemedAnswers, "redeemed"],
  ["redeeming, decides in time", redeemedAnswers, "redeemed: decision timer 1"],
  ["redeeming, single", redeemedAnswers, "completed"],
  [redeemingCancelled, redeemedAnswers, "reversing: reverseRedeem CANCELLED"],
  [redeemingNotCancelled, declines, "declined"],
  [redeemingCancelled, declines, "declined, cancelled"],
  [redeeming, unknownRedeems, "reversing: reverseRedeem RESPONSE_NOT_FINAL"],
  [redeeming, noResponses, "reversing: reverseRedeem TIMEOUT once the deadline is past"],
  [redeeming, deadlinePassed, "reversing: reverseRedeem TIMEOUT"],

  // The attempt goes on, whatever comes from another attempt.
  [redeemingNotCancelled, "cancel", "redeeming, cancelled"],
  [redeemingCancelled, "cancel", "accepted"],
  [redeeming, otherAttempts, "ignored: late"],
  [redeeming, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  [redeemingNotCancelled, confirms, "refused: wrongState"],
  [redeemingCancelled, confirms, "refused: reverse was decided by the till"],

  // The voucher is redeemed. The till decides, or its decision deadline ends.
  [redeemed, ["confirm", "confirm, an amount"], "confirming: confirmRedeem"],
  [redeemed, "confirm, too much", "refused: notAuthorised"],
  [redeemed, "cancel", "reversing: reverseRedeem CANCELLED"],
  ["redeemed, decides in time", "decision timer", "reversing: reverseRedeem CANCELLED"],
  ["redeemed", "decision timer", "ignored: unexpected"],
  [redeemed, everyEnd, "ignored: late"],
  [redeemed, [...allTimersBut("decision timer"), ...everyAdviceResponse], "ignored: unexpected"],

  // Ended, with nothing owed. An approval after a decline is an item for an operator.
  [["declined", "declined, cancelled"], lateRedeems, "ignored: late + lateApproval"],
  [["declined", "declined, cancelled"], noLateRedeems, "ignored: late"],
  [["declined", "declined, cancelled"], "cancel", "accepted"],
  ["declined", confirms, "refused: wrongState"],
  ["declined, cancelled", confirms, "refused: reverse was decided by the till"],
  ["completed", everyEnd, "ignored: late"],
  ["completed", [...confirms, "cancel"], "refused: wrongState"],
  [declinedOrCompleted, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],

  // A confirmation is delivered. VOUCHER_NOT_REDEEMED may be the response to a repeat of one that had arrived; it does not tell.
  ["confirming", [...accepted, "advice already done", "advice duplicate"], "confirmed"],
  ["confirming", "advice not redeemed", "confirmed + confirmationAmbiguous"],
  ["confirming", ["advice not found", "advice contradicted", "advice refused"], "disputed"],
  ["confirming", notAcknowledged, "ignored: notAcknowledged"],
  ["confirming", "another advice accepted", "ignored: unexpected"],

  // A reversal likewise. If Electrum does not know the request, there is nothing to undo.
  [
    ["reversing, cancelled", "reversing, in doubt"],
    [...accepted, "advice already done", "advice duplicate", "advice not found"],
    "reversed",
  ],
  [
    "reversing, Stellr",
    [...accepted, "advice already done", "advice duplicate", "advice not found"],
    "reversed + providerTakesNoReversals",
  ],
  [reversing, ["advice contradicted", "advice refused", "advice not redeemed"], "disputed"],
  [reversing, notAcknowledged, "ignored: notAcknowledged"],
  [reversing, "another advice accepted", "ignored: unexpected"],

  // An operator resends it, or resolves it.
  ["disputed confirmation", "resend", "confirming: confirmRedeem as before"],
  ["disputed reversal", "resend", "reversing: reverseRedeem TIMEOUT as before"],
  [disputed, resolves, "resolved"],
  [resolved, "resolve as confirmed", "accepted"],
  [resolved, "resolve as reversed", "refused: contentDiffers"],
  [["confirming", ...reversing], "resend", "accepted"],
  [["confirmed", ...reversed, ...resolved], "resend", "refused: wrongState"],
  [["confirming", "confirmed", ...reversing, ...reversed], resolves, "refused: wrongState"],
  [[...redeeming, ...redeemed, ...declinedOrCompleted], ["resend", ...resolves], "refused: wrongState"],

  // A decision never changes, and late facts only add items.
  [afterRedeem, "redeem", "accepted"],
  [afterRedeem, ["redeem, other content", "redeem, another id", "redeem, another voucher"], "refused: contentDiffers"],
  [afterRedeem, "lookUp", "refused: wrongState"],
  [confirmedInTheEnd, "confirm", "accepted"],
  [confirmedInTheEnd, ["confirm, an amount", "confirm, too much"], "refused: contentDiffers"],
  [confirmedInTheEnd, "cancel", "refused: confirm was decided by the till"],
  [reversedInTheEnd, "cancel", "accepted"],
  [["reversing, cancelled", "reversed"], confirms, "refused: reverse was decided by the till"],
  [
    ["reversing, in doubt", "reversing, Stellr", "reversed, with an item", "disputed reversal", "resolved reversal"],
    confirms,
    "refused: reverse was decided by the protocol",
  ],
  [["confirmed", ...reversed, ...disputed, ...resolved], everyAdviceResponse, "ignored: late"],
  [["reversed", ...disputed], lateRedeems, "ignored: late + lateApproval"],
  [["reversed", ...disputed], noLateRedeems, "ignored: late"],
  [["reversed, with an item", "confirming", "confirmed", ...reversing, ...resolved], everyEnd, "ignored: late"],
  [settling, everyTimer, "ignored: unexpected"],

  // Intents that no redemption takes, or that break Electrum's schema, in every situation.
  [every, "confirm with tenders", "refused: wrongKind"],
  [every, "redeem, broken request", "refused: invalidMessage time"],
  [every, "confirm, broken amount", "refused: invalidMessage amounts.approvedAmount.amount"],
];
