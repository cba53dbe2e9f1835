import { netcare, type Policy, startProvision, stellr, type Transaction } from "../src/index.ts";
import type { Event } from "./events.ts";
import { provisionStart, SECONDS } from "./messages.ts";
import { unwrap } from "./unwrap.ts";
import { provisionEvents as event } from "./provision-events.ts";
import { after } from "./specification.ts";

const selling =
  (choices: Partial<Policy>, ...events: readonly Event[]): (() => Transaction) =>
  () =>
    after(unwrap(startProvision(provisionStart(choices))).transaction, ...events);

const noResponse = event["no response: deadline"];
const unknownResponse = event["unknown: status"];
const foreign = event["foreign: page, 403"];
const retry = event["retry timer"];
const slow = { initialMs: 10 * SECONDS, multiplier: 1, maxMs: 10 * SECONDS };
const decides = { decisionDeadlineMs: 300 * SECONDS };

/** A provision in every state, in each variant that matters there. */
export const provisionSituations = {
  requesting: selling({}),
  "requesting, cancelled": selling({}, event.cancel),
  "requesting, no retries": selling({ retries: 0 }),
  "requesting, Netcare": selling({ provider: netcare }),
  "requesting, Stellr": selling({ provider: stellr }),
  "requesting, impatient": selling({ customerWaitMs: 20 * SECONDS, retryBackoff: slow }),
  "requesting, decides in time": selling(decides),
  "requesting, single": selling({ messaging: "single" }),
  "requesting, single, cancelled": selling({ messaging: "single" }, event.cancel),
  "retrying after no response": selling({}, noResponse, retry),
  "retrying after no response, cancelled": selling({}, noResponse, retry, event.cancel),
  "retrying after no response, single": selling({ messaging: "single" }, noResponse, retry),
  "retrying after a response": selling({}, unknownResponse, retry),
  "retrying after a foreign response": selling({}, foreign, retry),
  "retrying for the last time": selling({ retries: 2 }, noResponse, retry, unknownResponse, retry),
  "waitingToRetry after no response": selling({}, noResponse),
  "waitingToRetry after a response": selling({}, unknownResponse),
  "waitingToRetry after a foreign response": selling({}, foreign),
  issued: selling({}, event.approved),
  "issued, decides in time": selling(decides, event.approved),
  "issued, alerts in time": selling({ ...decides, onDecisionDeadline: "alert" }, event.approved),
  "issued, paying": selling(decides, event.approved, event["payment started"]),
  "issued, overdue": selling(decides, event.approved, event["payment started"], event["decision timer"]),
  "issued by a retry": selling({}, noResponse, retry, event.approved),
  completed: selling({ messaging: "single" }, event.approved),
  declined: selling({}, event.declined),
  "declined, cancelled": selling({}, event.cancel, event.declined),
  confirming: selling({}, event.approved, event.confirm),
  "reversing, cancelled": selling({}, event.approved, event.cancel),
  "reversing, in doubt": selling({ retries: 0 }, noResponse),
  "reversing, approved late": selling({ retries: 0 }, noResponse, event.approved),
  "reversing, Stellr": selling({ provider: stellr }, noResponse),
  confirmed: selling({}, event.approved, event.confirm, event["advice accepted"]),
  "confirming, held": selling({}, event.approved, event.confirm, event.hold),
  "reversing, held": selling({ retries: 0 }, noResponse, event.hold),
  reversed: selling({}, event.approved, event.cancel, event["advice accepted"]),
  "reversed, with an item": selling({ retries: 0 }, noResponse, event["advice accepted"], event.approved),
  "reversed, with an item that is settled": selling(
    { retries: 0 },
    noResponse,
    event["advice accepted"],
    event.approved,
    event["reconcile all"],
  ),
  "disputed confirmation": selling({}, event.approved, event.confirm, event["advice refused"]),
  "disputed reversal": selling({ retries: 0 }, noResponse, event["advice contradicted"]),
  "resolved confirmation": selling(
    {},
    event.approved,
    event.confirm,
    event["advice refused"],
    event["resolve as confirmed"],
  ),
  "resolved reversal": selling({ retries: 0 }, noResponse, event["advice contradicted"], event["resolve as confirmed"]),
} satisfies Record<string, () => Transaction>;

export type ProvisionSituation = keyof typeof provisionSituations;
