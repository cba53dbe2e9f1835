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

/** Every event that a refund can get. */
export const refundEvents = {
  ...attemptEvents,
  ...timerEvents,
  ...clockEvents,
  ...adviceEvents,
  ...finalizationIntents,
  confirm: intent((at) => ({ type: "confirm", at })),
  "confirm, an amount": intent((at) => ({ type: "confirm", amounts: { approvedAmount: AUTHORISED }, at })),
  "confirm, too much": intent((at) => ({
    type: "confirm",
    amounts: { approvedAmount: { ...AUTHORISED, amount: AUTHORISED.amount + 1 } },
    at,
  })),
  "confirm, below zero": intent((at) => ({
    type: "confirm",
    amounts: { approvedAmount: { ...AUTHORISED, amount: -1 } },
    at,
  })),
  "confirm with tenders": intent((at) => ({ type: "confirm", tenders, at })),
  lookUp: intent((at) => ({ type: "lookUp", at })),
  redeem: intent((at) => ({ type: "redeem", request: redemptionRequest, at })),
} satisfies Record<string, Event>;

export type RefundEvent = keyof typeof refundEvents;
