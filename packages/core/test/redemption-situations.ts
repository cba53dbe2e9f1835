import { type Policy, startRedemption, stellr, type Transaction, type VoucherLookup } from "../src/index.ts";
import type { Event } from "./events.ts";
import { lookup, redemptionStart, SECONDS } from "./messages.ts";
import { unwrap } from "./unwrap.ts";
import { redemptionEvents as event } from "./redemption-events.ts";
import { after } from "./specification.ts";

const accepting =
  (choices: Partial<Policy>, ...events: readonly Event[]): (() => Transaction) =>
  () =>
    lookingUp(choices, lookup, events);

const lookingUp = (choices: Partial<Policy>, asked: VoucherLookup, events: readonly Event[]): Transaction =>
  after(unwrap(startRedemption(redemptionStart(choices, asked))).transaction, ...events);

const noResponse = event["no response: deadline"];
const slow = { initialMs: 10 * SECONDS, multiplier: 1, maxMs: 10 * SECONDS };
const decides = { decisionDeadlineMs: 300 * SECONDS };
const { approved: found, approved, redeem } = event;

/** A redemption in every state, in each variant that matters there. */
export const redemptionSituations = {
  lookingUp: accepting({}),
  "lookingUp for the last time": accepting({ lookupRetries: 1 }, noResponse, event["lookup timer"]),
  "lookingUp, impatient": accepting({ customerWaitMs: 20 * SECONDS, lookupBackoff: slow }),
  waitingToLookUp: accepting({}, noResponse),
  "lookupFailed, declined": accepting({}, event.declined),
  "lookupFailed, unknown": accepting({ lookupRetries: 0 }, noResponse),
  found: accepting({}, found),
  "found by serial number": () => lookingUp({}, { voucherSerialNumber: "S-1" }, [found]),
  abandoned: accepting({}, found, event.cancel),
  redeeming: accepting({}, found, redeem),
  "redeeming, cancelled": accepting({}, found, redeem, event.cancel),
  "redeeming, decides in time": accepting(decides, found, redeem),
  "redeeming, single": accepting({ messaging: "single" }, found, redeem),
  "redeeming, single, cancelled": accepting({ messaging: "single" }, found, redeem, event.cancel),
  "redeeming, single since redeem": accepting(decides, found, event["redeem, single messaging"]),
  redeemed: accepting({}, found, redeem, approved),
  "redeemed, decides in time": accepting(decides, found, redeem, approved),
  "redeemed, paying": accepting(decides, found, redeem, approved, event["payment started"]),
  "redeemed, overdue": accepting(decides, found, redeem, approved, event["payment started"], event["decision timer"]),
  completed: accepting({ messaging: "single" }, found, redeem, approved),
  declined: accepting({}, found, redeem, event.declined),
  "declined, cancelled": accepting({}, found, redeem, event.cancel, event.declined),
  confirming: accepting({}, found, redeem, approved, event.confirm),
  "reversing, cancelled": accepting({}, found, redeem, approved, event.cancel),
  "reversing, in doubt": accepting({}, found, redeem, noResponse),
  "reversing, approved late": accepting({}, found, redeem, noResponse, approved),
  "reversing, Stellr": accepting({ provider: stellr }, found, redeem, noResponse),
  "reversing, Stellr since redeem": accepting({}, found, event["redeem, Stellr"], noResponse),
  confirmed: accepting({}, found, redeem, approved, event.confirm, event["advice accepted"]),
  "confirming, held": accepting({}, found, redeem, approved, event.confirm, event.hold),
  "reversing, held": accepting({}, found, redeem, noResponse, event.hold),
  reversed: accepting({}, found, redeem, approved, event.cancel, event["advice accepted"]),
  "reversed, with an item": accepting({}, found, redeem, noResponse, event["advice accepted"], approved),
  "reversed, with an item that is settled": accepting(
    {},
    found,
    redeem,
    noResponse,
    event["advice accepted"],
    approved,
    event["reconcile all"],
  ),
  "disputed confirmation": accepting({}, found, redeem, approved, event.confirm, event["advice refused"]),
  "disputed reversal": accepting({}, found, redeem, noResponse, event["advice contradicted"]),
  "resolved confirmation": accepting(
    {},
    found,
    redeem,
    approved,
    event.confirm,
    event["advice refused"],
    event["resolve as confirmed"],
  ),
  "resolved reversal": accepting(
    {},
    found,
    redeem,
    noResponse,
    event["advice contradicted"],
    event["resolve as confirmed"],
  ),
} satisfies Record<string, () => Transaction>;

export type RedemptionSituation = keyof typeof redemptionSituations;
