import { cancel, confirm, documentedFlows, loseResponse, sell, waitForAll } from "@electrum-vouchers/testkit";
import { type Flow, toCrashFlow } from "./flow.ts";

/** The documented flows; and what a crash could make worse: a request that is still under way, and steps that share a commit. */
export const flows: readonly Flow[] = [
  ...documentedFlows.map(toCrashFlow),
  {
    name: "The connection breaks, and the request arrives all the same",
    given: { policy: { retries: 0 } },
    actions: [{ type: "interruptNext", operation: "provisionVoucher" }, sell(), waitForAll],
    finalStates: ["reversed"],
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
