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
import type { ProvisionEvent } from "./provision-events.ts";
import type { ProvisionSituation } from "./provision-situations.ts";
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
const retrying: Situations = [
  "retrying after no response",
  "retrying after no response, single",
  "retrying after a response",
];
const requestingCancelled: Situations = [...firstCancelled, "retrying after no response, cancelled"];
const requestingNotCancelled: Situations = [...first, ...firstAndOnly, ...retrying, "retrying for the last time"];
const requesting: Situations = [...requestingNotCancelled, ...requestingCancelled];
const doubtfulSinceSilence: Situations = [
  "retrying after no response",
  "retrying after no response, single",
  "retrying after no response, cancelled",
  "retrying for the last time",
];
const waiting: Situations = ["waitingToRetry after no response", "waitingToRetry after a response"];
const issued: Situations = ["issued", "issued, decides in time", "issued by a retry"];
const reversing: Situations = ["reversing, cancelled", "reversing, in doubt", "reversing, Stellr"];
const reversed: Situations = ["reversed", "reversed, with an item"];
const disputed: Situations = ["disputed confirmation", "disputed reversal"];
const resolved: Situations = ["resolved confirmation", "resolved reversal"];
const confirmedInTheEnd: Situations = ["confirming", "confirmed", "disputed confirmation", "resolved confirmation"];
const reversedInTheEnd: Situations = [...reversing, ...reversed, "disputed reversal", "resolved reversal"];
const declinedOrCompleted: Situations = ["completed", "declined", "declined, cancelled"];

/** Every situation before an advice is owed. */
const owesNothingYet: Situations = [...requesting, ...waiting, ...issued, ...declinedOrCompleted];
const every: Situations = [...owesNothingYet, ...confirmedInTheEnd, ...reversedInTheEnd];

const unknown: Events = [...unknownResponses, "unknown: foreign id", "unknown: foreign decline", "unknown: no voucher"];
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
  [["requesting", ...firstAndOnly], approvals, "issued"],
  ["requesting, decides in time", approvals, "issued: decision timer 0"],
  ["requesting, single", approvals, "completed"],
  [[...first, ...firstAndOnly], declines, "declined"],
  [first, [...unknown, ...noResponses, ...deadlinePassed], "waitingToRetry: retry timer 0"],
  [firstAndOnly, unknown, "reversing: reverseVoucher RESPONSE_NOT_FINAL"],
  [firstAndOnly, noResponses, "reversing: reverseVoucher TIMEOUT once the deadline is past"],
  [firstAndOnly, deadlinePassed, "reversing: reverseVoucher TIMEOUT"],

  // Cancelled while under way: if it may have taken effect, it is reversed.
  [firstCancelled, approvals, "reversing: reverseVoucher CANCELLED"],
  [firstCancelled, declines, "declined, cancelled"],
  [firstCancelled, unknown, "reversing: reverseVoucher RESPONSE_NOT_FINAL"],
  [firstCancelled, noResponses, "reversing: reverseVoucher TIMEOUT once the deadline is past"],
  [firstCancelled, deadlinePassed, "reversing: reverseVoucher TIMEOUT"],

  // A retry. A hard decline does not end it: the first attempt is still unknown.
  [["retrying after no response", "retrying after a response", "retrying for the last time"], approvals, "issued"],
  ["retrying after no response, single", approvals, "completed"],
  ["retrying after no response, cancelled", approvals, "reversing: reverseVoucher CANCELLED"],
  [doubtfulSinceSilence, declines, "reversing: reverseVoucher TIMEOUT"],
  ["retrying after a response", declines, "reversing: reverseVoucher RESPONSE_NOT_FINAL"],
  [retrying, [...unknown, ...noResponses, ...deadlinePassed], "waitingToRetry: retry timer 1"],
  [
    ["retrying after no response, cancelled", "retrying for the last time"],
    [...unknown, ...deadlinePassed],
    "reversing: reverseVoucher TIMEOUT",
  ],
  [
    ["retrying after no response, cancelled", "retrying for the last time"],
    noResponses,
    "reversing: reverseVoucher TIMEOUT once the deadline is past",
  ],

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
  ["waitingToRetry after a response", "cancel", "reversing: reverseVoucher RESPONSE_NOT_FINAL"],
  [waiting, everyEnd, "ignored: late"],
  [waiting, [...allTimersBut("retry timer"), ...everyAdviceResponse], "ignored: unexpected"],
  [waiting, [...confirms, "resend", ...resolves], "refused: wrongState"],

  // A voucher is issued. The till decides, or its decision deadline ends.
  [issued, ["confirm", "confirm, other tenders", "confirm, an amount"], "confirming: confirmVoucher"],
  [issued, ["confirm, too much", "confirm, other currency"], "refused: notAuthorised"],
  [issued, "cancel", "reversing: reverseVoucher CANCELLED"],
  ["issued, decides in time", "decision timer", "reversing: reverseVoucher CANCELLED"],
  [["issued", "issued by a retry"], "decision timer", "ignored: unexpected"],
  [issued, everyEnd, "ignored: late"],
  [issued, [...allTimersBut("decision timer"), ...everyAdviceResponse], "ignored: unexpected"],
  [issued, ["resend", ...resolves], "refused: wrongState"],

  // Ended, with nothing owed. An approval after a decline is an item for an operator.
  [["declined", "declined, cancelled"], lateApprovals, "ignored: late + lateApproval"],
  [["declined", "declined, cancelled"], lateNoApprovals, "ignored: late"],
  [["declined", "declined, cancelled"], "cancel", "accepted"],
  ["declined", confirms, "refused: wrongState"],
  ["declined, cancelled", confirms, "refused: reverse was decided by the till"],
  ["completed", everyEnd, "ignored: late"],
  ["completed", [...confirms, "cancel"], "refused: wrongState"],
  [declinedOrCompleted, [...everyTimer, ...everyAdviceResponse], "ignored: unexpected"],
  [declinedOrCompleted, ["resend", ...resolves], "refused: wrongState"],

  // A confirmation is delivered until it is acknowledged. If Electrum does not accept it, an operator must look.
  ["confirming", [...accepted, "advice already done", "advice duplicate"], "confirmed"],
  ["confirming", ["advice not found", "advice contradicted", "advice refused", "advice not redeemed"], "disputed"],
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
  ["disputed confirmation", "resend", "confirming: confirmVoucher as before"],
  ["disputed reversal", "resend", "reversing: reverseVoucher TIMEOUT as before"],
  [disputed, resolves, "resolved"],
  [resolved, "resolve as confirmed", "accepted"],
  [resolved, "resolve as reversed", "refused: contentDiffers"],
  [["confirming", ...reversing], "resend", "accepted"],
  [["confirmed", ...reversed, ...resolved], "resend", "refused: wrongState"],
  [["confirming", "confirmed", ...reversing, ...reversed], resolves, "refused: wrongState"],

  // A decision never changes, and late facts only add items.
  [confirmedInTheEnd, "confirm", "accepted"],
  [confirmedInTheEnd, othersThanConfirm, "refused: contentDiffers"],
  [confirmedInTheEnd, "cancel", "refused: confirm was decided by the till"],
  [reversedInTheEnd, "cancel", "accepted"],
  [["reversing, cancelled", "reversed"], confirms, "refused: reverse was decided by the till"],
  [
    ["reversing, in doubt", "reversing, Stellr", "reversed, with an item", "disputed reversal", "resolved reversal"],
    confirms,
    "refused: reverse was decided by the protocol",
  ],
  [["confirmed", ...reversed, ...disputed, ...resolved], everyAdviceResponse, "ignored: late"],
  [["reversed", ...disputed], lateApprovals, "ignored: late + lateApproval"],
  [["reversed, with an item", "confirming", "confirmed", ...reversing, ...resolved], lateApprovals, "ignored: late"],
  [[...confirmedInTheEnd, ...reversedInTheEnd], lateNoApprovals, "ignored: late"],
  [[...confirmedInTheEnd, ...reversedInTheEnd], everyTimer, "ignored: unexpected"],

  // Intents that no provision takes, or that break Electrum's schema, in every situation.
  [every, wrongKinds, "refused: wrongKind"],
  [every, "confirm, broken tender", "refused: invalidMessage tenders.0.amount.currency"],
];
