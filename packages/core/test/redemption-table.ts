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
const reversed: Situations = ["reversed", "reversed, marked"];
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

/** The answer to a lookup has no id of its own. */
const foundAnswers: Events = [...approvals, "unknown: foreign id"];
/** An error is no answer about a message of which it does not bear the id; that a lookup has none. */
const notFoundAnswers: Events = [...declines, "unknown: foreign decline"];
const unknownLookups: Events = [...unknownResponses, "unknown: no voucher", ...noResponses, ...deadlinePassed];
/** An approved redemption needs no voucher in its answer. */
const redeemedAnswers: Events = [...approvals, "unknown: no voucher"];
const unknownRedeems: Events = [...unknownResponses, "unknown: foreign id", "unknown: foreign decline"];

/** What may be evidence that a redemption took effect after all. An earlier attempt is a lookup, and is none. */
const lateRedeems: Events = [
  ...lateApprovals.filter((each) => each !== "approved, earlier attempt"),
  "unknown: no voucher",
];
const noLateRedeems: Events = [
  ...lateNoApprovals.filter((each) => each !== "unknown: no voucher"),
  "approved, earlier attempt",
];

/**
 * The redemption, whole: what each event does in each situation. After a colon stands the command of the step: a message that
 * goes out, with its attempt or its reason, or a timer and the attempt that it is for. After a plus stands a mark.
 */
export const redemptionTable: readonly Row<RedemptionSituation, RedemptionEvent>[] = [
  // A lookup is repeated while its outcome is unknown, within the policy's bounds; it has no effect and owes no advice.
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

  // The till may look again, redeem what was found, or leave it.
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

  // There is no retry for a redemption: what is unknown is reversed at once. A hard decline owes nothing.
  ["redeeming", redeemedAnswers, "redeemed"],
  ["redeeming, decides in time", redeemedAnswers, "redeemed: decision timer 1"],
  ["redeeming, single", redeemedAnswers, "completed"],
  [redeemingCancelled, redeemedAnswers, "reversing: reverseRedeem CANCELLED"],
  [redeemingNotCancelled, declines, "declined"],
  [redeemingCancelled, declines, "declined, cancelled"],
  [redeeming, unknownRedeems, "reversing: reverseRedeem RESPONSE_NOT_FINAL"],
  [redeeming, noResponses, "reversing: reverseRedeem TIMEOUT once the deadline is past"],
  [redeeming, deadlinePassed, "reversing: reverseRedeem TIMEOUT"],

  // What is under way goes on, whoever says what.
  [redeemingNotCancelled, "cancel", "redeeming, cancelled"],
  [redeemingCancelled, "cancel", "accepted"],
  [redeeming, otherAttempts, "ignored: late"],
  [redeeming, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  [redeemingNotCancelled, confirms, "refused: wrongState"],
  [redeemingCancelled, confirms, "refused: reverse was decided by the till"],

  // Redeemed, and the till decides; or its time is up, where the policy gives it one.
  [redeemed, ["confirm", "confirm, an amount"], "confirming: confirmRedeem"],
  [redeemed, "confirm, too much", "refused: notAuthorised"],
  [redeemed, "cancel", "reversing: reverseRedeem CANCELLED"],
  ["redeemed, decides in time", "decision timer", "reversing: reverseRedeem CANCELLED"],
  ["redeemed", "decision timer", "ignored: unexpected"],
  [redeemed, everyEnd, "ignored: late"],
  [redeemed, [...allTimersBut("decision timer"), ...everyAdviceResponse], "ignored: unexpected"],

  // Over, with nothing owed. An approval after a decline is for a person to look at.
  [["declined", "declined, cancelled"], lateRedeems, "ignored: late + lateApproval"],
  [["declined", "declined, cancelled"], noLateRedeems, "ignored: late"],
  [["declined", "declined, cancelled"], "cancel", "accepted"],
  ["declined", confirms, "refused: wrongState"],
  ["declined, cancelled", confirms, "refused: reverse was decided by the till"],
  ["completed", everyEnd, "ignored: late"],
  ["completed", [...confirms, "cancel"], "refused: wrongState"],
  [declinedOrCompleted, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],

  // A confirmation is on its way. VOUCHER_NOT_REDEEMED may answer a repeat of one that had arrived: that cannot be told.
  ["confirming", [...accepted, "advice already done", "advice duplicate"], "confirmed"],
  ["confirming", "advice not redeemed", "confirmed + confirmationAmbiguous"],
  ["confirming", ["advice not found", "advice contradicted", "advice refused"], "disputed"],
  ["confirming", notAcknowledged, "ignored: notAcknowledged"],
  ["confirming", "another advice accepted", "ignored: unexpected"],

  // A reversal likewise. Of what Electrum does not know there is nothing to undo.
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

  // A person sends it again, or settles it.
  ["disputed confirmation", "resend", "confirming: confirmRedeem as before"],
  ["disputed reversal", "resend", "reversing: reverseRedeem TIMEOUT as before"],
  [disputed, resolves, "resolved"],
  [resolved, "resolve as confirmed", "accepted"],
  [resolved, "resolve as reversed", "refused: contentDiffers"],
  [["confirming", ...reversing], "resend", "accepted"],
  [["confirmed", ...reversed, ...resolved], "resend", "refused: wrongState"],
  [["confirming", "confirmed", ...reversing, ...reversed], resolves, "refused: wrongState"],
  [[...redeeming, ...redeemed, ...declinedOrCompleted], ["resend", ...resolves], "refused: wrongState"],

  // What was decided stays decided, and late facts change nothing but marks.
  [afterRedeem, "redeem", "accepted"],
  [afterRedeem, ["redeem, other content", "redeem, another id", "redeem, another voucher"], "refused: contentDiffers"],
  [afterRedeem, "lookUp", "refused: wrongState"],
  [confirmedInTheEnd, "confirm", "accepted"],
  [confirmedInTheEnd, ["confirm, an amount", "confirm, too much"], "refused: contentDiffers"],
  [confirmedInTheEnd, "cancel", "refused: confirm was decided by the till"],
  [reversedInTheEnd, "cancel", "accepted"],
  [["reversing, cancelled", "reversed"], confirms, "refused: reverse was decided by the till"],
  [
    ["reversing, in doubt", "reversing, Stellr", "reversed, marked", "disputed reversal", "resolved reversal"],
    confirms,
    "refused: reverse was decided by the protocol",
  ],
  [["confirmed", ...reversed, ...disputed, ...resolved], everyAdviceResponse, "ignored: late"],
  [["reversed", ...disputed], lateRedeems, "ignored: late + lateApproval"],
  [["reversed", ...disputed], noLateRedeems, "ignored: late"],
  [["reversed, marked", "confirming", "confirmed", ...reversing, ...resolved], everyEnd, "ignored: late"],
  [settling, everyTimer, "ignored: unexpected"],

  // What no redemption knows, or what breaks Electrum's schema, in whatever situation.
  [every, "confirm with tenders", "refused: wrongKind"],
  [every, "redeem, broken request", "refused: invalidMessage time"],
  [every, "confirm, broken amount", "refused: invalidMessage amounts.approvedAmount.amount"],
];
