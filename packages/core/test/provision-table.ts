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
import type { ProvisionEvent } from "./provision-events.ts";
import type { ProvisionSituation } from "./provision-situations.ts";
import { handOverRows, operatorRows, paymentRows } from "./mark-rows.ts";
import type { Row } from "./specification.ts";

type Situations = readonly ProvisionSituation[];
type Events = readonly ProvisionEvent[];

const first: Situations = ["requesting", "requesting, decides in time", "requesting, single"];
const firstCancelled: Situations = ["requesting, cancelled", "requesting, single, cancelled"];
const firstAndOnly: Situations = [
  "requesting, no retries",
  "requesting, Netcare",
  "requesting, Stellr",
  "requesting, impatient",
];
const retryingAfterElectrum: Situations = [
  "retrying after no response",
  "retrying after no response, single",
  "retrying after a response",
];
const retrying: Situations = [...retryingAfterElectrum, "retrying after a foreign response"];
const requestingCancelled: Situations = [...firstCancelled, "retrying after no response, cancelled"];
const requestingNotCancelled: Situations = [...first, ...firstAndOnly, ...retrying, "retrying for the last time"];
const requesting: Situations = [...requestingNotCancelled, ...requestingCancelled];
const doubtfulSinceSilence: Situations = [
  "retrying after no response",
  "retrying after no response, single",
  "retrying after no response, cancelled",
  "retrying for the last time",
];
const waitingAfterResponse: Situations = ["waitingToRetry after a response", "waitingToRetry after a foreign response"];
const waiting: Situations = ["waitingToRetry after no response", ...waitingAfterResponse];
const issuedUnpaid: Situations = ["issued", "issued, decides in time", "issued, alerts in time", "issued by a retry"];
/** A payment has started, so that nothing is reversed by itself. */
const paying: Situations = ["issued, paying", "issued, overdue"];
const issued: Situations = [...issuedUnpaid, ...paying];
const reversingInDoubt: Situations = [
  "reversing, in doubt",
  "reversing, held",
  "reversing, approved late",
  "reversing, Stellr",
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
const declinedOrCompleted: Situations = ["completed", "declined", "declined, cancelled"];

/** Every situation before an advice is owed. */
const owesNothingYet: Situations = [...requesting, ...waiting, ...issued, ...declinedOrCompleted];
/** What an operator may settle items of, and has none yet. */
const endedWithoutItem: Situations = [...declinedOrCompleted, "confirmed", "reversed", ...disputed, ...resolved];
const every: Situations = [...owesNothingYet, ...confirmedInTheEnd, ...reversedInTheEnd];

/** What repeats an approval that came up before. */
const sameApproval: Events = ["approved", "approved at the deadline", "approved after the deadline"];

const unknown: Events = [...unknownResponses, "unknown: no voucher"];
const open: Events = [...unknown, ...foreignResponses];
const wrongKinds: Events = ["confirm, no tenders", "lookUp", "redeem"];
const othersThanConfirm: Events = [
  "confirm, other tenders",
  "confirm, an amount",
  "confirm, too much",
  "confirm, other currency",
];
const confirms: Events = ["confirm", ...othersThanConfirm];
const resolves: Events = ["resolve as confirmed", "resolve as reversed"];

/**
 * The provision, complete: what each event does in each situation. The command of the step comes after a colon: a message to send,
 * with its attempt or its reason, or a timer and its attempt. A reconciliation item comes after a plus.
 */
export const provisionTable: readonly Row<ProvisionSituation, ProvisionEvent>[] = [
  // The first attempt. A hard decline owes nothing. An unknown outcome is retried if the provider takes retries, else reversed.
  [["requesting", ...firstAndOnly], asRequested, "issued"],
  [["requesting", ...firstAndOnly], notAsRequested, "issued + approvedOtherAmount"],
  ["requesting, decides in time", asRequested, "issued: decision timer 0"],
  ["requesting, decides in time", notAsRequested, "issued: decision timer 0 + approvedOtherAmount"],
  ["requesting, single", asRequested, "completed"],
  ["requesting, single", notAsRequested, "completed + approvedOtherAmount"],
  [[...first, ...firstAndOnly], declines, "declined"],
  [first, [...open, ...noResponses, ...deadlinePassed], "waitingToRetry: retry timer 0"],
  [firstAndOnly, open, "reversing: reverseVoucher RESPONSE_NOT_FINAL"],
  [firstAndOnly, noResponses, "reversing: reverseVoucher TIMEOUT once the deadline is past"],
  [firstAndOnly, deadlinePassed, "reversing: reverseVoucher TIMEOUT"],

  // Cancelled while under way: if it may have taken effect, it is reversed.
  [firstCancelled, approvals, "reversing: reverseVoucher CANCELLED"],
  [firstCancelled, declines, "declined, cancelled"],
  [firstCancelled, open, "reversing: reverseVoucher RESPONSE_NOT_FINAL"],
  [firstCancelled, noResponses, "reversing: reverseVoucher TIMEOUT once the deadline is past"],
  [firstCancelled, deadlinePassed, "reversing: reverseVoucher TIMEOUT"],

  // A retry. A hard decline does not end it: the first attempt is still unknown.
  [
    [
      "retrying after no response",
      "retrying after a response",
      "retrying after a foreign response",
      "retrying for the last time",
    ],
    asRequested,
    "issued",
  ],
  [
    [
      "retrying after no response",
      "retrying after a response",
      "retrying after a foreign response",
      "retrying for the last time",
    ],
    notAsRequested,
    "issued + approvedOtherAmount",
  ],
  ["retrying after no response, single", asRequested, "completed"],
  ["retrying after no response, single", notAsRequested, "completed + approvedOtherAmount"],
  ["retrying after no response, cancelled", approvals, "reversing: reverseVoucher CANCELLED"],
  [doubtfulSinceSilence, declines, "reversing: reverseVoucher TIMEOUT"],
  [
    ["retrying after a response", "retrying after a foreign response"],
    declines,
    "reversing: reverseVoucher RESPONSE_NOT_FINAL",
  ],
  [retrying, [...unknown, ...noResponses, ...deadlinePassed], "waitingToRetry: retry timer 1"],
  [
    ["retrying after no response, cancelled", "retrying for the last time"],
    [...open, ...deadlinePassed],
    "reversing: reverseVoucher TIMEOUT",
  ],
  [
    ["retrying after no response, cancelled", "retrying for the last time"],
    noResponses,
    "reversing: reverseVoucher TIMEOUT once the deadline is past",
  ],

  // A response that is not Electrum's. That may be over soon, so there is one more attempt, but not a third.
  [retryingAfterElectrum, foreignResponses, "waitingToRetry: retry timer 1"],
  ["retrying after a foreign response", foreignResponses, "reversing: reverseVoucher RESPONSE_NOT_FINAL"],

  // The attempt goes on, whatever comes from another attempt.
  [requestingNotCancelled, "cancel", "requesting, cancelled"],
  [requestingCancelled, "cancel", "accepted"],
  [requesting, otherAttempts, "ignored: late"],
  [requesting, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  [requestingNotCancelled, [...confirms, "resend", ...resolves], "refused: wrongState"],
  [requestingCancelled, confirms, "refused: reverse was decided by the till"],
  [requestingCancelled, ["resend", ...resolves], "refused: wrongState"],

  // Between two attempts. Not even a late approval acts: the retry brings the same voucher.
  [waiting, "retry timer", "requesting: retryProvisionVoucher 1"],
  ["waitingToRetry after no response", "cancel", "reversing: reverseVoucher TIMEOUT"],
  [waitingAfterResponse, "cancel", "reversing: reverseVoucher RESPONSE_NOT_FINAL"],
  [waiting, everyEnd, "ignored: late"],
  [waiting, [...allTimersBut("retry timer"), ...everyAdviceResponse], "ignored: unexpected"],
  [waiting, [...confirms, "resend", ...resolves], "refused: wrongState"],

  // A voucher is issued. The till decides, or its decision deadline ends.
  [issued, ["confirm", "confirm, other tenders", "confirm, an amount"], "confirming: confirmVoucher"],
  [issued, ["confirm, too much", "confirm, other currency"], "refused: notAuthorised"],
  [issued, "cancel", "reversing: reverseVoucher CANCELLED"],
  ["issued, decides in time", "decision timer", "reversing: reverseVoucher CANCELLED"],
  // A payment may have been made: an operator must look. So too if the policy says so.
  [["issued, paying", "issued, alerts in time"], "decision timer", "issued, overdue"],
  [["issued", "issued, overdue", "issued by a retry"], "decision timer", "ignored: unexpected"],
  [issued, everyEndButAnotherVoucher, "ignored: late"],
  [issued, "approved, another voucher", "ignored: late + secondVoucher"],
  [issued, [...allTimersBut("decision timer"), ...everyAdviceResponse], "ignored: unexpected"],
  [issued, ["resend", ...resolves], "refused: wrongState"],

  // Ended, with nothing owed. An approval after a decline is an item for an operator.
  [["declined", "declined, cancelled"], lateApprovals, "ignored: late + lateApproval"],
  [["declined", "declined, cancelled"], lateNoApprovals, "ignored: late"],
  [["declined", "declined, cancelled"], "cancel", "accepted"],
  ["declined", confirms, "refused: wrongState"],
  ["declined, cancelled", confirms, "refused: reverse was decided by the till"],
  ["completed", everyEndButAnotherVoucher, "ignored: late"],
  ["completed", "approved, another voucher", "ignored: late + secondVoucher"],
  ["completed", [...confirms, "cancel"], "refused: wrongState"],
  [declinedOrCompleted, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  [declinedOrCompleted, ["resend", ...resolves], "refused: wrongState"],

  // A confirmation is delivered until it is acknowledged. If Electrum does not accept it, an operator must look.
  [confirming, accepted, "confirmed"],
  [confirming, unnamedForADay, "confirmed + acknowledgedUnnamed"],
  [
    confirming,
    [...notFound, "advice contradicted", "advice refused", "advice not redeemed", "advice not refunded"],
    "disputed",
  ],
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
  ["disputed confirmation", "resend", "confirming: confirmVoucher as before"],
  ["disputed reversal", "resend", "reversing: reverseVoucher TIMEOUT as before"],
  [disputed, resolves, "resolved"],
  [resolved, "resolve as confirmed", "accepted"],
  [resolved, "resolve as reversed", "refused: contentDiffers"],
  [[...confirming, ...reversing], "resend", "accepted"],
  [["confirmed", ...reversed, ...resolved], "resend", "refused: wrongState"],
  [[...confirming, "confirmed", ...reversing, ...reversed], resolves, "refused: wrongState"],

  // A decision never changes, and late facts only add items.
  [confirmedInTheEnd, "confirm", "accepted"],
  [confirmedInTheEnd, othersThanConfirm, "refused: contentDiffers"],
  [confirmedInTheEnd, "cancel", "refused: confirm was decided by the till"],
  [reversedInTheEnd, "cancel", "accepted"],
  [["reversing, cancelled", "reversed"], confirms, "refused: reverse was decided by the till"],
  [
    [...reversingInDoubt, ...reversedWithItem, "disputed reversal", "resolved reversal"],
    confirms,
    "refused: reverse was decided by the protocol",
  ],
  [["confirmed", ...reversed, ...disputed, ...resolved], everyAdviceResponse, "ignored: late"],
  [["reversed", ...disputed], lateApprovals, "ignored: late + lateApproval"],
  [
    ["reversing, cancelled", "reversing, in doubt", "reversing, held", "reversing, Stellr"],
    lateApprovals,
    "ignored: late, remembered",
  ],
  [
    [...confirming, "confirmed", "reversing, approved late"],
    lateApprovals.filter((each) => each !== "approved, another voucher"),
    "ignored: late",
  ],
  [
    [...confirming, "confirmed", "reversing, approved late"],
    "approved, another voucher",
    "ignored: late + secondVoucher",
  ],
  [["reversed, with an item", ...resolved], lateApprovals, "ignored: late"],
  // An item that is settled does not come up again by a repeat of the same response. Another response is another item.
  ["reversed, with an item that is settled", sameApproval, "ignored: late"],
  [
    "reversed, with an item that is settled",
    lateApprovals.filter((each) => !sameApproval.includes(each)),
    "ignored: late + lateApproval",
  ],
  [[...confirmedInTheEnd, ...reversedInTheEnd], lateNoApprovals, "ignored: late"],
  [[...confirmedInTheEnd, ...reversedInTheEnd], everyTimer, "ignored: unexpected"],

  // The clock was set back. Each wait begins anew, and a confirmation is due at once.
  [every, "clock right", "ignored: unexpected"],
  [
    every.filter((each) => each.startsWith("requesting") && !each.endsWith("cancelled")),
    "clock set back",
    "requesting: replyDeadline timer 0",
  ],
  [
    ["requesting, cancelled", "requesting, single, cancelled"],
    "clock set back",
    "requesting, cancelled: replyDeadline timer 0",
  ],
  [
    [
      "retrying after no response",
      "retrying after no response, single",
      "retrying after a response",
      "retrying after a foreign response",
    ],
    "clock set back",
    "requesting: replyDeadline timer 1",
  ],
  ["retrying after no response, cancelled", "clock set back", "requesting, cancelled: replyDeadline timer 1"],
  ["retrying for the last time", "clock set back", "requesting: replyDeadline timer 2"],
  [every.filter((each) => each.startsWith("waitingToRetry")), "clock set back", "waitingToRetry: retry timer 0"],
  [["issued, decides in time", "issued, alerts in time"], "clock set back", "issued: decision timer 0"],
  ["issued, paying", "clock set back", "issued, paying: decision timer 0"],
  ["issued by a retry", "clock set back", "issued"],
  ["confirming", "clock set back", "confirming: confirmVoucher"],
  ["confirming, held", "clock set back", "confirming, held"],
  ["reversing, cancelled", "clock set back", "reversing: reverseVoucher CANCELLED once the deadline is past"],
  ["reversing, held", "clock set back", "reversing, held"],
  [
    reversingInDoubt.filter((each) => each !== "reversing, held"),
    "clock set back",
    "reversing: reverseVoucher TIMEOUT once the deadline is past",
  ],
  [disputed, "clock set back", "disputed"],
  [
    [
      "issued",
      "issued, overdue",
      "completed",
      "declined",
      "declined, cancelled",
      "confirmed",
      ...reversed,
      ...resolved,
    ],
    "clock set back",
    "ignored: unexpected",
  ],

  ...paymentRows<ProvisionSituation>({
    unpaid: issuedUnpaid,
    unpaidBecomes: "issued, paying",
    paying,
    early: [...requestingNotCancelled, ...waiting, "completed", "declined"],
    confirmed: confirmedInTheEnd,
    reversedByTill: [...requestingCancelled, "declined, cancelled", "reversing, cancelled", "reversed"],
    reversedByProtocol: [...reversingInDoubt, ...reversedWithItem, "disputed reversal", "resolved reversal"],
  }),
  ...operatorRows<ProvisionSituation>({
    every,
    confirming: "confirming",
    confirmingHeld: "confirming, held",
    confirmingUnheld: "confirming: confirmVoucher",
    reversing,
    reversingHeld: "reversing, held",
    reversingUnheld: "reversing: reverseVoucher TIMEOUT as before",
    endedWithoutItem,
    withItem: "reversed, with an item",
    withSettledItem: "reversed, with an item that is settled",
  }),

  ...handOverRows<ProvisionSituation>({
    every,
    undecided: [...requesting, ...waiting, ...issued],
    undone: ["declined", "declined, cancelled", ...reversedInTheEnd],
  }),

  // Intents that no provision takes, or that break Electrum's schema, in every situation.
  [every, wrongKinds, "refused: wrongKind"],
  [every, "confirm, broken tender", "refused: invalidMessage tenders.0.amount.currency"],
];
