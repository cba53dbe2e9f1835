import {
  accepted,
  allTimersBut,
  approvals,
  asRequested,
  deadlinePassed,
  declines,
  everyAdviceResponse,
  everyEnd,
  everyEndButAnotherVoucher,
  everyTimer,
  foreignPages,
  foreignResponses,
  lateApprovals,
  lateNoApprovals,
  noResponses,
  notAcknowledged,
  notAsRequested,
  notFound,
  otherAttempts,
  unknownResponses,
  unnamed,
  unnamedForADay,
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

/** The approval completes it: the policy said so from the start, or since the lookup has told the provider. */
const redeemingSingle: Situations = ["redeeming, single", "redeeming, single since redeem"];
const redeemingNotCancelled: Situations = ["redeeming", "redeeming, decides in time", ...redeemingSingle];
const redeemingCancelled: Situations = ["redeeming, cancelled", "redeeming, single, cancelled"];
const redeeming: Situations = [...redeemingNotCancelled, ...redeemingCancelled];
const redeemed: Situations = ["redeemed", "redeemed, decides in time"];
const declinedOrCompleted: Situations = ["completed", "declined", "declined, cancelled"];

const reversingStellr: Situations = ["reversing, Stellr", "reversing, Stellr since redeem"];
const reversingInDoubt: Situations = ["reversing, in doubt", "reversing, approved late", ...reversingStellr];
const reversing: Situations = ["reversing, cancelled", ...reversingInDoubt];
/** Electrum takes the reversal, and the provider too. */
const reversingInFull: Situations = ["reversing, cancelled", "reversing, in doubt", "reversing, approved late"];
/** Electrum has approved what is reversed. */
const reversingApproved: Situations = ["reversing, cancelled", "reversing, approved late"];
const reversed: Situations = ["reversed", "reversed, with an item"];
const disputed: Situations = ["disputed confirmation", "disputed reversal"];
const resolved: Situations = ["resolved confirmation", "resolved reversal"];
const confirmedInTheEnd: Situations = ["confirming", "confirmed", "disputed confirmation", "resolved confirmation"];
const reversedInTheEnd: Situations = [...reversing, ...reversed, "disputed reversal", "resolved reversal"];
const settling: Situations = [...confirmedInTheEnd, ...reversedInTheEnd];

const afterRedeem: Situations = [...redeeming, ...redeemed, ...declinedOrCompleted, ...settling];
const every: Situations = [...beforeRedeem, ...afterRedeem];

/** What is redeemed, whatever the policy from then on. */
const sameRedeems: Events = ["redeem", "redeem, single messaging", "redeem, Stellr"];
const redeems: Events = [...sameRedeems, "redeem, other content", "redeem, another id", "redeem, another voucher"];
const confirms: Events = ["confirm", "confirm, an amount", "confirm, too much"];
const resolves: Events = ["resolve as confirmed", "resolve as reversed"];

/** The response to a lookup has no id. */
const foundResponses: Events = [...approvals, "foreign: id"];
const unknownLookups: Events = [...unknownResponses, "unknown: no voucher", ...noResponses, ...deadlinePassed];
/** The response to an approved redemption needs no voucher. */
const redeemedAsRequested: Events = [...asRequested, "unknown: no voucher"];
const redeemedResponses: Events = [...redeemedAsRequested, ...notAsRequested];
const unknownRedeems: Events = [...unknownResponses, ...foreignResponses];

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
  [lookingUp, foundResponses, "found"],
  [lookingUp, "declined, 404", "lookupFailed, noSuchVoucher"],
  [lookingUp, "declined, 501", "lookupFailed, notOffered"],
  // An error has no id to compare either: it is about the lookup, whatever it names.
  [
    lookingUp,
    ["declined", "declined, unnamed", "declined, credentials", "foreign: decline", "foreign: unpublished type"],
    "lookupFailed, refused",
  ],
  ["lookingUp", [...unknownLookups, ...foreignPages], "waitingToLookUp: lookup timer 0"],
  [["lookingUp for the last time", "lookingUp, impatient"], unknownLookups, "lookupFailed, noAnswer"],
  [["lookingUp for the last time", "lookingUp, impatient"], foreignPages, "lookupFailed, foreign"],
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
  [found, [...sameRedeems, "redeem, other content"], "redeeming: redeemVoucher 1"],
  [found, "redeem, another id", "refused: lookupMismatch id"],
  ["found", "redeem, another voucher", "refused: lookupMismatch voucher.code"],
  ["found by serial number", "redeem, another voucher", "redeeming: redeemVoucher 1"],
  [[...lookingUp, "waitingToLookUp", ...lookupFailed], redeems, "refused: wrongState"],
  ["abandoned", redeems, "refused: reverse was decided by the till"],
  [[...lookingUp, "waitingToLookUp", ...lookupFailed, ...found], "cancel", "abandoned"],
  ["abandoned", "cancel", "accepted"],
  [beforeRedeem, [...confirms, "resend", ...resolves], "refused: wrongState"],

  // There is no retry for a redemption: an unknown outcome is reversed. A hard decline owes nothing.
  ["redeeming", redeemedAsRequested, "redeemed"],
  ["redeeming", notAsRequested, "redeemed + approvedOtherAmount"],
  ["redeeming, decides in time", redeemedAsRequested, "redeemed: decision timer 1"],
  ["redeeming, decides in time", notAsRequested, "redeemed: decision timer 1 + approvedOtherAmount"],
  [redeemingSingle, redeemedAsRequested, "completed"],
  [redeemingSingle, notAsRequested, "completed + approvedOtherAmount"],
  [redeemingCancelled, redeemedResponses, "reversing: reverseRedeem CANCELLED"],
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
  [redeemed, everyEndButAnotherVoucher, "ignored: late"],
  [redeemed, "approved, another voucher", "ignored: late + secondVoucher"],
  [redeemed, [...allTimersBut("decision timer"), ...everyAdviceResponse], "ignored: unexpected"],

  // Ended, with nothing owed. An approval after a decline is an item for an operator.
  [["declined", "declined, cancelled"], lateRedeems, "ignored: late + lateApproval"],
  [["declined", "declined, cancelled"], noLateRedeems, "ignored: late"],
  [["declined", "declined, cancelled"], "cancel", "accepted"],
  ["declined", confirms, "refused: wrongState"],
  ["declined, cancelled", confirms, "refused: reverse was decided by the till"],
  ["completed", everyEndButAnotherVoucher, "ignored: late"],
  ["completed", "approved, another voucher", "ignored: late + secondVoucher"],
  ["completed", [...confirms, "cancel"], "refused: wrongState"],
  [declinedOrCompleted, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],

  // A confirmation is delivered. VOUCHER_NOT_REDEEMED may be the response to a repeat of one that had arrived; it does not tell.
  ["confirming", accepted, "confirmed"],
  ["confirming", unnamedForADay, "confirmed + acknowledgedUnnamed"],
  ["confirming", "advice not redeemed", "confirmed + confirmationAmbiguous"],
  ["confirming", [...notFound, "advice contradicted", "advice refused"], "disputed"],
  [
    "confirming",
    [...unnamed, ...notAcknowledged, "advice not found, no body", "advice not found, no body, two days later"],
    "ignored: notAcknowledged",
  ],
  ["confirming", "another advice accepted", "ignored: unexpected"],

  // A reversal likewise. If Electrum does not know the request, there is nothing to undo. But if it had approved the request, and
  // this is the first delivery of the reversal, it has lost something.
  [reversingInFull, accepted, "reversed"],
  ["reversing, in doubt", notFound, "reversed"],
  [reversingApproved, ["advice not found", "advice not found, first delivery"], "reversed + reversalNotFound"],
  [reversingApproved, "advice not found, repeated", "reversed"],
  [reversingInFull, "advice not found, no body, two days later", "reversed + reversalNotFound"],
  [reversingInFull, unnamedForADay, "reversed + acknowledgedUnnamed"],
  [reversingStellr, [...accepted, ...notFound], "reversed + providerTakesNoReversals"],
  [
    reversingStellr,
    "advice not found, no body, two days later",
    "reversed + providerTakesNoReversals + reversalNotFound",
  ],
  [reversingStellr, unnamedForADay, "reversed + providerTakesNoReversals + acknowledgedUnnamed"],
  [reversing, ["advice contradicted", "advice refused", "advice not redeemed"], "disputed"],
  [reversing, [...unnamed, ...notAcknowledged, "advice not found, no body"], "ignored: notAcknowledged"],
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

  // A decision never changes, and late facts only add evidence.
  [afterRedeem, sameRedeems, "accepted"],
  [afterRedeem, ["redeem, other content", "redeem, another id", "redeem, another voucher"], "refused: contentDiffers"],
  [afterRedeem, "lookUp", "refused: wrongState"],
  [confirmedInTheEnd, "confirm", "accepted"],
  [confirmedInTheEnd, ["confirm, an amount", "confirm, too much"], "refused: contentDiffers"],
  [confirmedInTheEnd, "cancel", "refused: confirm was decided by the till"],
  [reversedInTheEnd, "cancel", "accepted"],
  [["reversing, cancelled", "reversed"], confirms, "refused: reverse was decided by the till"],
  [
    [...reversingInDoubt, "reversed, with an item", "disputed reversal", "resolved reversal"],
    confirms,
    "refused: reverse was decided by the protocol",
  ],
  [["confirmed", ...reversed, ...disputed, ...resolved], everyAdviceResponse, "ignored: late"],
  [["reversed", ...disputed], lateRedeems, "ignored: late + lateApproval"],
  [["reversed", ...disputed], noLateRedeems, "ignored: late"],
  [["reversing, cancelled", "reversing, in doubt", ...reversingStellr], lateRedeems, "ignored: late, remembered"],
  [reversing.filter((each) => each !== "reversing, approved late"), noLateRedeems, "ignored: late"],
  [["confirming", "confirmed", "reversing, approved late"], everyEndButAnotherVoucher, "ignored: late"],
  [
    ["confirming", "confirmed", "reversing, approved late"],
    "approved, another voucher",
    "ignored: late + secondVoucher",
  ],
  [["reversed, with an item", ...resolved], everyEnd, "ignored: late"],
  [settling, everyTimer, "ignored: unexpected"],

  // Intents that no redemption takes, or that break Electrum's schema, in every situation.
  [every, "confirm with tenders", "refused: wrongKind"],
  [every, "redeem, broken request", "refused: invalidMessage time"],
  [every, "confirm, broken amount", "refused: invalidMessage amounts.approvedAmount.amount"],
];
