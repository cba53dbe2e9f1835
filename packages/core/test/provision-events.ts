import {
  adviceEvents,
  attemptEvents,
  clockEvents,
  type Event,
  intent,
  finalizationIntents,
  timerEvents,
} from "./events.ts";
import { AUTHORISED, redemptionRequest, tenders } from "./messages.ts";

/** Every event that a provision can get. */
export const provisionEvents = {
  ...attemptEvents,
  ...timerEvents,
  ...clockEvents,
  ...adviceEvents,
  ...finalizationIntents,
  confirm: intent((at) => ({ type: "confirm", tenders, at })),
  "confirm, other tenders": intent((at) => ({ type: "confirm", tenders: [], at })),
  "confirm, an amount": intent((at) => ({ type: "confirm", tenders, amounts: { approvedAmount: AUTHORISED }, at })),
  "confirm, too much": intent((at) => ({
    type: "confirm",
    tenders,
    amounts: { approvedAmount: { ...AUTHORISED, amount: AUTHORISED.amount + 1 } },
    at,
  })),
  "confirm, other currency": intent((at) => ({
    type: "confirm",
    tenders,
    amounts: { approvedAmount: { ...AUTHORISED, currency: "840" } },
    at,
  })),
  "confirm, broken tender": intent((at) => ({
    type: "confirm",
    tenders: [{ amount: { ...AUTHORISED, currency: "rand" }, tenderType: "CASH" }],
    at,
  })),
  "confirm, no tenders": intent((at) => ({ type: "confirm", at })),
  lookUp: intent((at) => ({ type: "lookUp", at })),
  redeem: intent((at) => ({ type: "redeem", request: redemptionRequest, at })),
} satisfies Record<string, Event>;

export type ProvisionEvent = keyof typeof provisionEvents;
