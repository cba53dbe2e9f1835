import { type Policy, startRefund, stellr, type Transaction } from "../src/index.ts";
import type { Event } from "./events.ts";
import { refundStart, SECONDS } from "./messages.ts";
import { refundEvents as event } from "./refund-events.ts";
import { after } from "./specification.ts";
import { unwrap } from "./unwrap.ts";

const refunding =
  (choices: Partial<Policy>, ...events: readonly Event[]): (() => Transaction) =>
  () =>
    after(unwrap(startRefund(refundStart(choices))).transaction, ...events);

const noResponse = event["no response: deadline"];
const decides = { decisionDeadlineMs: 300 * SECONDS };
const { approved, confirm, cancel } = event;
const accepted = event["advice accepted"];

/** A refund in every state, in each variant that matters there. */
export const refundSituations = {
  requesting: refunding({}),
  "requesting, cancelled": refunding({}, cancel),
  "requesting, decides in time": refunding(decides),
  "requesting, single": refunding({ messaging: "single" }),
  "requesting, single, cancelled": refunding({ messaging: "single" }, cancel),
  refunded: refunding({}, approved),
  "refunded, decides in time": refunding(decides, approved),
  "refunded, paying": refunding(decides, approved, event["payment started"]),
  "refunded, overdue": refunding(decides, approved, event["payment started"], event["decision timer"]),
  completed: refunding({ messaging: "single" }, approved),
  declined: refunding({}, event.declined),
  "declined, cancelled": refunding({}, cancel, event.declined),
  confirming: refunding({}, approved, confirm),
  "confirming, held": refunding({}, approved, confirm, event.hold),
  "reversing, cancelled": refunding({}, approved, cancel),
  "reversing, in doubt": refunding({}, noResponse),
  "reversing, held": refunding({}, noResponse, event.hold),
  "reversing, approved late": refunding({}, noResponse, approved),
  "reversing, Stellr": refunding({ provider: stellr }, noResponse),
  confirmed: refunding({}, approved, confirm, accepted),
  reversed: refunding({}, approved, cancel, accepted),
  "reversed, with an item": refunding({}, noResponse, accepted, approved),
  "reversed, with an item that is settled": refunding({}, noResponse, accepted, approved, event["reconcile all"]),
  "disputed confirmation": refunding({}, approved, confirm, event["advice refused"]),
  "disputed reversal": refunding({}, noResponse, event["advice contradicted"]),
  "resolved confirmation": refunding({}, approved, confirm, event["advice refused"], event["resolve as confirmed"]),
  "resolved reversal": refunding({}, noResponse, event["advice contradicted"], event["resolve as confirmed"]),
} satisfies Record<string, () => Transaction>;

export type RefundSituation = keyof typeof refundSituations;
