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
import { handOverRows, operatorRows, paymentRows } from "./mark-rows.ts";
import type { Row } from "./specification.ts";

type Situations = readonly RedemptionSituation[];
type Events = readonly RedemptionEvent[];

const firstLookup: Situations = ["lookingUp", "lookingUp, impatient"];
const lookingUp: Situations = [...firstLookup, "lookingUp for the last time"];
const lookupFailed: Situations = ["lookupFailed, declined", "lookupFailed, unknown"];
const found: Situations = ["found", "found by serial number"];
const beforeRedeem: Situations = [...lookingUp, "waitingToLookUp", ...lookupFailed, ...found, "abandoned"];

/** The approval completes it: the policy said so from the start, or since the lookup has told the provider. */
const redeemingSingle: Situations = ["redeeming, single", "redeeming, single since redeem"];
const redeemingNotCancelled: Situations = ["redeeming", "redeeming, decides in time", ...redeemingSingle];
const redeemingCancelled: Situations = ["redeeming, cancelled", "redeeming, single, cancelled"];
const redeeming: Situations = [...redeemingNotCancelled, ...redeemingCancelled];
const redeemedUnpaid: Situations = ["redeemed", "redeemed, decides in time"];
/** A payment has started, so that nothing is reversed by itself. */
const paying: Situations = ["redeemed, paying", "redeemed, overdue"];
const redeemed: Situations = [...redeemedUnpaid, ...paying];
const declinedOrCompleted: Situations = ["completed", "declined", "declined, cancelled"];

const reversingStellr: Situations = ["reversing, Stellr", "reversing, Stellr since redeem"];
const reversingInDoubt: Situations = [
  "reversing, in doubt",
  "reversing, held",
  "reversing, approved late",
  ...reversingStellr,
];
const reversing: Situations = ["reversing, cancelled", ...reversingInDoubt];
/** An operator wants the advice not to be sent for now. */
/** Electrum takes the reversal, and the provider too. */
const reversingInFull: Situations = [
  "reversing, cancelled",
  "reversing, in doubt",
  "reversing, held",
  "reversing, approved late",
];
/** Electrum has approved what is reversed. */
const reversingApproved: Situations = ["reversing, cancelled", "reversing, approved late"];
const reversedWithItem: Situations = ["reversed, with an item", "reversed, with an item that is settled"];
const reversed: Situations = ["reversed", ...reversedWithItem];
const disputed: Situations = ["disputed confirmation", "disputed reversal"];
const resolved: Situations = ["resolved confirmation", "resolved reversal"];
const confirming: Situations = ["confirming", "confirming, held"];
const confirmedInTheEnd: Situations = [...confirming, "confirmed", "disputed confirmation", "resolved confirmation"];
const reversedInTheEnd: Situations = [...reversing, ...reversed, "disputed reversal", "resolved reversal"];
const settling: Situations = [...confirmedInTheEnd, ...reversedInTheEnd];

const afterRedeem: Situations = [...redeeming, ...redeemed, ...declinedOrCompleted, ...settling];
/** What an operator may settle items of, and has none yet. */
const endedWithoutItem: Situations = [
  "abandoned",
  ...declinedOrCompleted,
  "confirmed",
  "reversed",
  ...disputed,
  ...resolved,
];
const every: Situations = [...beforeRedeem, ...afterRedeem];

/** What is redeemed, whatever the policy from then on. */
const sameRedeems: Events = ["redeem", "redeem, single messaging", "redeem, Stellr"];
const redeems: Events = [...sameRedeems, "redeem, other content", "redeem, another id", "redeem, another voucher"];
const confirms: Events = ["confirm", "confirm, an amount", "confirm, too much"];
const resolves: Events = ["resolve as confirmed", "resolve as reversed"];

/** The response to a lookup has no id: its voucher is what ties it to the question. */
const foundResponses: Events = [...approvals.filter((each) => each !== "approved, another voucher"), "foreign: id"];
/** An error has no id to compare either: it is about the lookup, whatever it names. */
const refusedLookups: Events = [
  "declined",
  "declined, unnamed",
  "declined, credentials",
  "foreign: decline",
  "foreign: unpublished type",
];
const foreignLookups: Events = [...foreignPages, "approved, another voucher"];
const unknownLookups: Events = [...unknownResponses, "unknown: no voucher", ...noResponses, ...deadlinePassed];
/** The response to an approved redemption needs no voucher. */
const redeemedAsRequested: Events = [...asRequested, "unknown: no voucher"];
const redeemedResponses: Events = [...redeemedAsRequested, ...notAsRequested];
const unknownRedeems: Events = [...unknownResponses, ...foreignResponses];

/** What repeats an approval that came up before. */
const sameApproval: Events = ["approved", "approved at the deadline", "approved after the deadline"];

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
  [firstLookup, foundResponses, "found: expiry timer 0"],
  ["lookingUp for the last time", foundResponses, "found: expiry timer 1"],
  [firstLookup, "declined, 404", "lookupFailed, noSuchVoucher: expiry timer 0"],
  [firstLookup, "declined, 501", "lookupFailed, notOffered: expiry timer 0"],
  ["lookingUp for the last time", "declined, 404", "lookupFailed, noSuchVoucher: expiry timer 1"],
  ["lookingUp for the last time", "declined, 501", "lookupFailed, notOffered: expiry timer 1"],
  [firstLookup, refusedLookups, "lookupFailed, refused: expiry timer 0"],
  ["lookingUp for the last time", refusedLookups, "lookupFailed, refused: expiry timer 1"],
  ["lookingUp", [...unknownLookups, ...foreignLookups], "waitingToLookUp: lookup timer 0"],
  ["lookingUp for the last time", unknownLookups, "lookupFailed, noAnswer: expiry timer 1"],
  ["lookingUp, impatient", unknownLookups, "lookupFailed, noAnswer: expiry timer 0"],
  ["lookingUp for the last time", foreignLookups, "lookupFailed, foreign: expiry timer 1"],
  ["lookingUp, impatient", foreignLookups, "lookupFailed, foreign: expiry timer 0"],
  [lookingUp, otherAttempts, "ignored: late"],
  [lookingUp, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  ["waitingToLookUp", "lookup timer", "lookingUp: lookupVoucher 1"],
  ["waitingToLookUp", allTimersBut("lookup timer"), "ignored: unexpected"],
  [["waitingToLookUp", ...lookupFailed, ...found, "abandoned"], everyEnd, "ignored: late"],
  [["waitingToLookUp", ...lookupFailed, ...found, "abandoned"], everyAdviceResponse, "ignored: unexpected"],
  // What came of a lookup is given up if the till makes nothing of it.
  [[...lookupFailed, ...found], "expiry timer", "abandoned"],
  [[...lookupFailed, ...found], allTimersBut("expiry timer"), "ignored: unexpected"],
  ["abandoned", everyTimer, "ignored: unexpected"],

  // The till may look the voucher up again, redeem it, or cancel.
  [lookupFailed, "lookUp", "lookingUp: lookupVoucher 1"],
  [[...lookingUp, "waitingToLookUp", ...found], "lookUp", "accepted"],
  ["abandoned", "lookUp", "refused: wrongState"],
  [found, [...sameRedeems, "redeem, other content"], "redeeming: redeemVoucher 1"],
  [found, "redeem, another id", "refused: lookupMismatch id"],
  [found, "redeem, another voucher", "refused: lookupMismatch voucher.code"],
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
  // A payment may have been made: an operator must look.
  ["redeemed, paying", "decision timer", "redeemed, overdue"],
  [["redeemed", "redeemed, overdue"], "decision timer", "ignored: unexpected"],
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
  [confirming, accepted, "confirmed"],
  [confirming, unnamedForADay, "confirmed + acknowledgedUnnamed"],
  [confirming, "advice not redeemed", "confirmed + confirmationAmbiguous"],
  [confirming, [...notFound, "advice contradicted", "advice refused", "advice not refunded"], "disputed"],
  [
    confirming,
    [...unnamed, ...notAcknowledged, "advice not found, no body", "advice not found, no body, two days later"],
    "ignored: notAcknowledged",
  ],
  [confirming, "another advice accepted", "ignored: unexpected"],

  // A reversal likewise. If Electrum does not know the request, there is nothing to undo. But if it had approved the request, and
  // this is the first delivery of the reversal, it has lost something.
  [reversingInFull, accepted, "reversed"],
  [["reversing, in doubt", "reversing, held"], notFound, "reversed"],
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
  [reversing, ["advice contradicted", "advice refused", "advice not redeemed", "advice not refunded"], "disputed"],
  [reversing, [...unnamed, ...notAcknowledged, "advice not found, no body"], "ignored: notAcknowledged"],
  [reversing, "another advice accepted", "ignored: unexpected"],

  // An operator resends it, or resolves it.
  ["disputed confirmation", "resend", "confirming: confirmRedeem as before"],
  ["disputed reversal", "resend", "reversing: reverseRedeem TIMEOUT as before"],
  [disputed, resolves, "resolved"],
  [resolved, "resolve as confirmed", "accepted"],
  [resolved, "resolve as reversed", "refused: contentDiffers"],
  [[...confirming, ...reversing], "resend", "accepted"],
  [["confirmed", ...reversed, ...resolved], "resend", "refused: wrongState"],
  [[...confirming, "confirmed", ...reversing, ...reversed], resolves, "refused: wrongState"],
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
    [...reversingInDoubt, ...reversedWithItem, "disputed reversal", "resolved reversal"],
    confirms,
    "refused: reverse was decided by the protocol",
  ],
  [["confirmed", ...reversed, ...disputed, ...resolved], everyAdviceResponse, "ignored: late"],
  [["reversed", ...disputed], lateRedeems, "ignored: late + lateApproval"],
  [["reversed", ...disputed], noLateRedeems, "ignored: late"],
  [
    ["reversing, cancelled", "reversing, in doubt", "reversing, held", ...reversingStellr],
    lateRedeems,
    "ignored: late, remembered",
  ],
  [reversing.filter((each) => each !== "reversing, approved late"), noLateRedeems, "ignored: late"],
  [[...confirming, "confirmed", "reversing, approved late"], everyEndButAnotherVoucher, "ignored: late"],
  [
    [...confirming, "confirmed", "reversing, approved late"],
    "approved, another voucher",
    "ignored: late + secondVoucher",
  ],
  [["reversed, with an item", ...resolved], everyEnd, "ignored: late"],
  // An item that is settled does not come up again by a repeat of the same response. Another response is another item.
  ["reversed, with an item that is settled", [...noLateRedeems, ...sameApproval], "ignored: late"],
  [
    "reversed, with an item that is settled",
    lateRedeems.filter((each) => !sameApproval.includes(each)),
    "ignored: late + lateApproval",
  ],
  [settling, everyTimer, "ignored: unexpected"],

  // The clock was set back. Each wait begins anew, and a confirmation is due at once.
  [every, "clock right", "ignored: unexpected"],
  [["lookingUp", "lookingUp, impatient"], "clock set back", "lookingUp: replyDeadline timer 0"],
  ["lookingUp for the last time", "clock set back", "lookingUp: replyDeadline timer 1"],
  ["waitingToLookUp", "clock set back", "waitingToLookUp: lookup timer 0"],
  ["lookupFailed, declined", "clock set back", "lookupFailed, refused: expiry timer 0"],
  ["lookupFailed, unknown", "clock set back", "lookupFailed, noAnswer: expiry timer 0"],
  [found, "clock set back", "found: expiry timer 0"],
  [redeemingNotCancelled, "clock set back", "redeeming: replyDeadline timer 1"],
  [redeemingCancelled, "clock set back", "redeeming, cancelled: replyDeadline timer 1"],
  ["redeemed, decides in time", "clock set back", "redeemed: decision timer 1"],
  ["redeemed, paying", "clock set back", "redeemed, paying: decision timer 1"],
  ["confirming", "clock set back", "confirming: confirmRedeem"],
  ["confirming, held", "clock set back", "confirming, held"],
  ["reversing, cancelled", "clock set back", "reversing: reverseRedeem CANCELLED once the deadline is past"],
  ["reversing, held", "clock set back", "reversing, held"],
  [
    reversingInDoubt.filter((each) => each !== "reversing, held"),
    "clock set back",
    "reversing: reverseRedeem TIMEOUT once the deadline is past",
  ],
  [disputed, "clock set back", "disputed"],
  [
    ["abandoned", "redeemed", "redeemed, overdue", ...declinedOrCompleted, "confirmed", ...reversed, ...resolved],
    "clock set back",
    "ignored: unexpected",
  ],

  ...paymentRows<RedemptionSituation>({
    unpaid: redeemedUnpaid,
    unpaidBecomes: "redeemed, paying",
    paying,
    early: [...beforeRedeem, ...redeemingNotCancelled, "completed", "declined"],
    confirmed: confirmedInTheEnd,
    reversedByTill: [...redeemingCancelled, "declined, cancelled", "reversing, cancelled", "reversed"],
    reversedByProtocol: [...reversingInDoubt, ...reversedWithItem, "disputed reversal", "resolved reversal"],
  }),
  ...operatorRows<RedemptionSituation>({
    every,
    confirming: "confirming",
    confirmingHeld: "confirming, held",
    confirmingUnheld: "confirming: confirmRedeem",
    reversing,
    reversingHeld: "reversing, held",
    reversingUnheld: "reversing: reverseRedeem TIMEOUT once the deadline is past",
    endedWithoutItem,
    withItem: "reversed, with an item",
    withSettledItem: "reversed, with an item that is settled",
  }),

  ...handOverRows<RedemptionSituation>({
    every,
    undecided: every.filter((each) => ![...declinedOrCompleted, ...settling, "abandoned"].includes(each)),
    undone: ["abandoned", "declined", "declined, cancelled", ...reversedInTheEnd],
  }),

  // Intents that no redemption takes, or that break Electrum's schema, in every situation.
  [every, "confirm with tenders", "refused: wrongKind"],
  [every, "redeem, broken request", "refused: invalidMessage time"],
  [every, "confirm, broken amount", "refused: invalidMessage amounts.approvedAmount.amount"],
];
