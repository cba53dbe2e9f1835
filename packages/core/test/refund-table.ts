import {
  accepted,
  allTimersBut,
  asRequested,
  deadlinePassed,
  declines,
  everyAdviceResponse,
  everyEnd,
  everyEndButAnotherVoucher,
  everyTimer,
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
import { handOverRows, operatorRows, paymentRows } from "./mark-rows.ts";
import type { RefundEvent } from "./refund-events.ts";
import type { RefundSituation } from "./refund-situations.ts";
import type { Row } from "./specification.ts";

type Situations = readonly RefundSituation[];
type Events = readonly RefundEvent[];

const requestingNotCancelled: Situations = ["requesting", "requesting, decides in time", "requesting, single"];
const requestingCancelled: Situations = ["requesting, cancelled", "requesting, single, cancelled"];
const requesting: Situations = [...requestingNotCancelled, ...requestingCancelled];
const refundedUnpaid: Situations = ["refunded", "refunded, decides in time"];
const paying: Situations = ["refunded, paying", "refunded, overdue"];
const refunded: Situations = [...refundedUnpaid, ...paying];
const declined: Situations = ["declined", "declined, cancelled"];
const declinedOrCompleted: Situations = ["completed", ...declined];

const confirming: Situations = ["confirming", "confirming, held"];
const reversingInDoubt: Situations = [
  "reversing, in doubt",
  "reversing, held",
  "reversing, approved late",
  "reversing, Stellr",
];
const reversing: Situations = ["reversing, cancelled", ...reversingInDoubt];
/** Electrum takes the reversal, and the provider too. */
const reversingInFull: Situations = reversing.filter((each) => each !== "reversing, Stellr");
/** Electrum has approved what is reversed. */
const reversingApproved: Situations = ["reversing, cancelled", "reversing, approved late"];
const reversedWithItem: Situations = ["reversed, with an item", "reversed, with an item that is settled"];
const reversed: Situations = ["reversed", ...reversedWithItem];
const disputed: Situations = ["disputed confirmation", "disputed reversal"];
const resolved: Situations = ["resolved confirmation", "resolved reversal"];
const confirmedInTheEnd: Situations = [...confirming, "confirmed", "disputed confirmation", "resolved confirmation"];
const reversedInTheEnd: Situations = [...reversing, ...reversed, "disputed reversal", "resolved reversal"];
const settling: Situations = [...confirmedInTheEnd, ...reversedInTheEnd];
/** What an operator may settle items of, and has none yet. */
const endedWithoutItem: Situations = [...declinedOrCompleted, "confirmed", "reversed", ...disputed, ...resolved];
const every: Situations = [...requesting, ...refunded, ...declinedOrCompleted, ...settling];

const confirms: Events = ["confirm", "confirm, an amount", "confirm, too much"];
const resolves: Events = ["resolve as confirmed", "resolve as reversed"];

/** The response to an approved refund needs no voucher. */
const refundedAsRequested: Events = [...asRequested, "unknown: no voucher"];
const refundedResponses: Events = [...refundedAsRequested, ...notAsRequested];

/** What repeats an approval that came up before. */
const sameApproval: Events = ["approved", "approved at the deadline", "approved after the deadline"];

/** Events that may be evidence that a refund took effect. */
const lateRefunds: Events = [...lateApprovals, "unknown: no voucher"];
const noLateRefunds: Events = lateNoApprovals.filter((each) => each !== "unknown: no voucher");

/** The refund, complete: what each event does in each situation. It reads as the redemption's table does. */
export const refundTable: readonly Row<RefundSituation, RefundEvent>[] = [
  // There is no retry for a refund: an unknown outcome is reversed. A hard decline owes nothing.
  ["requesting", refundedAsRequested, "refunded"],
  ["requesting", notAsRequested, "refunded + approvedOtherAmount"],
  ["requesting, decides in time", refundedAsRequested, "refunded: decision timer 0"],
  ["requesting, decides in time", notAsRequested, "refunded: decision timer 0 + approvedOtherAmount"],
  ["requesting, single", refundedAsRequested, "completed"],
  ["requesting, single", notAsRequested, "completed + approvedOtherAmount"],
  [requestingCancelled, refundedResponses, "reversing: reverseRefund CANCELLED"],
  [requestingNotCancelled, declines, "declined"],
  [requestingCancelled, declines, "declined, cancelled"],
  [requesting, [...unknownResponses, ...foreignResponses], "reversing: reverseRefund RESPONSE_NOT_FINAL"],
  [requesting, noResponses, "reversing: reverseRefund TIMEOUT once the deadline is past"],
  [requesting, deadlinePassed, "reversing: reverseRefund TIMEOUT"],

  // The attempt goes on, whatever comes from another attempt.
  [requestingNotCancelled, "cancel", "requesting, cancelled"],
  [requestingCancelled, "cancel", "accepted"],
  [requesting, otherAttempts, "ignored: late"],
  [requesting, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  [requestingNotCancelled, confirms, "refused: wrongState"],
  [requestingCancelled, confirms, "refused: reverse was decided by the till"],

  // The voucher is refunded. The till decides, or its decision deadline ends.
  [refunded, ["confirm", "confirm, an amount"], "confirming: confirmRefund"],
  [refunded, "confirm, too much", "refused: notAuthorised"],
  [refunded, "cancel", "reversing: reverseRefund CANCELLED"],
  ["refunded, decides in time", "decision timer", "reversing: reverseRefund CANCELLED"],
  ["refunded, paying", "decision timer", "refunded, overdue"],
  [["refunded", "refunded, overdue"], "decision timer", "ignored: unexpected"],
  [refunded, everyEndButAnotherVoucher, "ignored: late"],
  [refunded, "approved, another voucher", "ignored: late + secondVoucher"],
  [refunded, [...allTimersBut("decision timer"), ...everyAdviceResponse], "ignored: unexpected"],

  // Ended, with nothing owed. An approval after a decline is an item for an operator.
  [declined, lateRefunds, "ignored: late + lateApproval"],
  [declined, noLateRefunds, "ignored: late"],
  [declined, "cancel", "accepted"],
  ["declined", confirms, "refused: wrongState"],
  ["declined, cancelled", confirms, "refused: reverse was decided by the till"],
  ["completed", everyEndButAnotherVoucher, "ignored: late"],
  ["completed", "approved, another voucher", "ignored: late + secondVoucher"],
  ["completed", [...confirms, "cancel"], "refused: wrongState"],
  [declinedOrCompleted, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],

  // A confirmation is delivered. VOUCHER_NOT_REFUNDED may be the response to a repeat of one that had arrived; it does not tell.
  [confirming, accepted, "confirmed"],
  [confirming, unnamedForADay, "confirmed + acknowledgedUnnamed"],
  [confirming, "advice not refunded", "confirmed + confirmationAmbiguous"],
  [confirming, [...notFound, "advice contradicted", "advice refused", "advice not redeemed"], "disputed"],
  [
    confirming,
    [...unnamed, ...notAcknowledged, "advice not found, no body", "advice not found, no body, two days later"],
    "ignored: notAcknowledged",
  ],
  [confirming, "another advice accepted", "ignored: unexpected"],

  // A reversal likewise.
  [reversingInFull, accepted, "reversed"],
  [["reversing, in doubt", "reversing, held"], notFound, "reversed"],
  [reversingApproved, ["advice not found", "advice not found, first delivery"], "reversed + reversalNotFound"],
  [reversingApproved, "advice not found, repeated", "reversed"],
  [reversingInFull, "advice not found, no body, two days later", "reversed + reversalNotFound"],
  [reversingInFull, unnamedForADay, "reversed + acknowledgedUnnamed"],
  ["reversing, Stellr", [...accepted, ...notFound], "reversed + providerTakesNoReversals"],
  [
    "reversing, Stellr",
    "advice not found, no body, two days later",
    "reversed + providerTakesNoReversals + reversalNotFound",
  ],
  ["reversing, Stellr", unnamedForADay, "reversed + providerTakesNoReversals + acknowledgedUnnamed"],
  [reversing, ["advice contradicted", "advice refused", "advice not redeemed", "advice not refunded"], "disputed"],
  [reversing, [...unnamed, ...notAcknowledged, "advice not found, no body"], "ignored: notAcknowledged"],
  [reversing, "another advice accepted", "ignored: unexpected"],

  // An operator resends it, or resolves it.
  ["disputed confirmation", "resend", "confirming: confirmRefund as before"],
  ["disputed reversal", "resend", "reversing: reverseRefund TIMEOUT as before"],
  [disputed, resolves, "resolved"],
  [resolved, "resolve as confirmed", "accepted"],
  [resolved, "resolve as reversed", "refused: contentDiffers"],
  [[...confirming, ...reversing], "resend", "accepted"],
  [["confirmed", ...reversed, ...resolved], "resend", "refused: wrongState"],
  [[...confirming, "confirmed", ...reversing, ...reversed], resolves, "refused: wrongState"],
  [[...requesting, ...refunded, ...declinedOrCompleted], ["resend", ...resolves], "refused: wrongState"],

  // A decision never changes, and late facts only add evidence.
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
  [["reversed", ...disputed], lateRefunds, "ignored: late + lateApproval"],
  [["reversed", ...disputed], noLateRefunds, "ignored: late"],
  [
    ["reversing, cancelled", "reversing, in doubt", "reversing, held", "reversing, Stellr"],
    lateRefunds,
    "ignored: late, remembered",
  ],
  [reversing.filter((each) => each !== "reversing, approved late"), noLateRefunds, "ignored: late"],
  [[...confirming, "confirmed", "reversing, approved late"], everyEndButAnotherVoucher, "ignored: late"],
  [
    [...confirming, "confirmed", "reversing, approved late"],
    "approved, another voucher",
    "ignored: late + secondVoucher",
  ],
  [["reversed, with an item", ...resolved], everyEnd, "ignored: late"],
  // An item that is settled does not come up again by a repeat of the same response. Another response is another item.
  ["reversed, with an item that is settled", [...noLateRefunds, ...sameApproval], "ignored: late"],
  [
    "reversed, with an item that is settled",
    lateRefunds.filter((each) => !sameApproval.includes(each)),
    "ignored: late + lateApproval",
  ],
  [settling, everyTimer, "ignored: unexpected"],

  // The clock was set back. Each wait begins anew, and a confirmation is due at once.
  [every, "clock right", "ignored: unexpected"],
  [requestingNotCancelled, "clock set back", "requesting: replyDeadline timer 0"],
  [requestingCancelled, "clock set back", "requesting, cancelled: replyDeadline timer 0"],
  ["refunded, decides in time", "clock set back", "refunded: decision timer 0"],
  ["refunded, paying", "clock set back", "refunded, paying: decision timer 0"],
  ["confirming", "clock set back", "confirming: confirmRefund"],
  ["confirming, held", "clock set back", "confirming, held"],
  ["reversing, cancelled", "clock set back", "reversing: reverseRefund CANCELLED once the deadline is past"],
  ["reversing, held", "clock set back", "reversing, held"],
  [
    reversingInDoubt.filter((each) => each !== "reversing, held"),
    "clock set back",
    "reversing: reverseRefund TIMEOUT once the deadline is past",
  ],
  [disputed, "clock set back", "disputed"],
  [
    ["refunded", "refunded, overdue", ...declinedOrCompleted, "confirmed", ...reversed, ...resolved],
    "clock set back",
    "ignored: unexpected",
  ],

  ...paymentRows<RefundSituation>({
    unpaid: refundedUnpaid,
    unpaidBecomes: "refunded, paying",
    paying,
    early: [...requestingNotCancelled, "completed", "declined"],
    confirmed: confirmedInTheEnd,
    reversedByTill: [...requestingCancelled, "declined, cancelled", "reversing, cancelled", "reversed"],
    reversedByProtocol: [...reversingInDoubt, ...reversedWithItem, "disputed reversal", "resolved reversal"],
  }),
  ...operatorRows<RefundSituation>({
    every,
    confirming: "confirming",
    confirmingHeld: "confirming, held",
    confirmingUnheld: "confirming: confirmRefund",
    reversing,
    reversingHeld: "reversing, held",
    reversingUnheld: "reversing: reverseRefund TIMEOUT as before",
    endedWithoutItem,
    withItem: "reversed, with an item",
    withSettledItem: "reversed, with an item that is settled",
  }),

  ...handOverRows<RefundSituation>({
    every,
    undecided: [...requesting, ...refunded],
    undone: [...declined, ...reversedInTheEnd],
  }),

  // Intents that no refund takes, or that break Electrum's schema, in every situation.
  [every, ["confirm with tenders", "lookUp", "redeem"], "refused: wrongKind"],
  [every, "confirm, below zero", "refused: invalidMessage amounts.approvedAmount.amount"],
];
