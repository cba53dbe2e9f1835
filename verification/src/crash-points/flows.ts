import {
  cancel,
  confirm,
  delayResponse,
  documentedFlows,
  loseResponse,
  sell,
  sellAndCancel,
  waitForAll,
} from "@electrum-vouchers/testkit";
import { type Flow, toCrashFlow } from "./flow.ts";

/** The documented flows; and what a crash could make worse: messages that are under way for long, and steps that share a commit. */
export const flows: readonly Flow[] = [
  ...documentedFlows.map(toCrashFlow),
  {
    name: "The connection breaks, and the request arrives all the same",
    given: { policy: { retries: 0 } },
    actions: [{ type: "interruptNext", operation: "provisionVoucher" }, sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Electrum takes its time to acknowledge, and another customer comes meanwhile",
    given: { faults: [delayResponse("confirmVoucher", 10_000)] },
    actions: [sell(0), confirm(0), sellAndCancel(1), waitForAll],
    finalStates: ["confirmed", "reversed"],
  },
  {
    name: "Three customers at once",
    given: { faults: [loseResponse("provisionVoucher")] },
    actions: [
      { type: "together", actions: [sell(0), sell(1), sell(2)] },
      { type: "together", actions: [confirm(0), cancel(1), confirm(2)] },
      waitForAll,
    ],
    finalStates: ["confirmed", "reversed", "confirmed"],
  },
];
