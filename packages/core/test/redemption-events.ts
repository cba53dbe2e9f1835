import { stellr } from "../src/index.ts";
import {
  adviceEvents,
  attemptEvents,
  clockEvents,
  type Event,
  intent,
  finalizationIntents,
  timerEvents,
} from "./events.ts";
import { AUTHORISED, FOREIGN_ID, policyOf, redemptionRequest, tenders } from "./messages.ts";

/** Every event that a redemption can get. */
export const redemptionEvents = {
  ...attemptEvents,
  ...timerEvents,
  ...clockEvents,
  ...adviceEvents,
  ...finalizationIntents,
  lookUp: intent((at) => ({ type: "lookUp", at })),
  redeem: intent((at) => ({ type: "redeem", request: redemptionRequest, at })),
  "redeem, other content": intent((at) => ({
    type: "redeem",
    request: { ...redemptionRequest, basketRef: "B-2" },
    at,
  })),
  "redeem, another id": intent((at) => ({ type: "redeem", request: { ...redemptionRequest, id: FOREIGN_ID }, at })),
  "redeem, another voucher": intent((at) => ({
    type: "redeem",
    request: { ...redemptionRequest, voucher: { code: "another" } },
    at,
  })),
  "redeem, single messaging": intent((at) => ({
    type: "redeem",
    request: redemptionRequest,
    policy: policyOf({ messaging: "single" }),
    at,
  })),
  "redeem, Stellr": intent((at) => ({
    type: "redeem",
    request: redemptionRequest,
    policy: policyOf({ provider: stellr }),
    at,
  })),
  "redeem, broken request": intent((at) => ({ type: "redeem", request: { ...redemptionRequest, time: "today" }, at })),
  confirm: intent((at) => ({ type: "confirm", at })),
  "confirm, an amount": intent((at) => ({ type: "confirm", amounts: { approvedAmount: AUTHORISED }, at })),
  "confirm, too much": intent((at) => ({
    type: "confirm",
    amounts: { approvedAmount: { ...AUTHORISED, amount: AUTHORISED.amount + 1 } },
    at,
  })),
  "confirm, broken amount": intent((at) => ({
    type: "confirm",
    amounts: { approvedAmount: { ...AUTHORISED, amount: 0.5 } },
    at,
  })),
  "confirm with tenders": intent((at) => ({ type: "confirm", tenders, at })),
} satisfies Record<string, Event>;

export type RedemptionEvent = keyof typeof redemptionEvents;
