import { netcare, stellr } from "@electrum-vouchers/core";
import {
  waitForAll,
  concurrently,
  cancel,
  confirm,
  confirmRedemption,
  disconnectElectrum,
  lookUp,
  lookUpSale,
  setProviderCondition,
  redeem,
  sell,
  sellAndCancel,
} from "./actions.ts";
import type { Flow } from "./flow.ts";
import type { ScriptedFault } from "./flow-conditions.ts";

const loseResponse = (operation: ScriptedFault["operation"], times = 1): ScriptedFault => ({
  operation,
  times,
  fault: { type: "responseLost" },
});

const respondWithError = (
  operation: ScriptedFault["operation"],
  status: number,
  errorType: string,
  isProcessed: boolean,
): ScriptedFault => ({
  operation,
  fault: { type: "error", status, errorType, isProcessed },
});

const provisionFlows: readonly Flow[] = [
  { name: "Provision: success, dual messaging", actions: [sell(), confirm(), waitForAll], finalStates: ["confirmed"] },
  {
    name: "Provision: success, single messaging",
    policy: { messaging: "single" },
    actions: [sell()],
    finalStates: ["completed"],
  },
  {
    name: "Provision: time-out at the till, a retry succeeds",
    faults: [loseResponse("provisionVoucher")],
    actions: [sell(), confirm(), waitForAll],
    finalStates: ["confirmed"],
  },
  {
    name: "Provision: time-outs, retries fail, reversal",
    faults: [loseResponse("provisionVoucher"), loseResponse("retryProvisionVoucher", 3)],
    actions: [sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Provision: transaction failed upstream (hard decline)",
    actions: [setProviderCondition({ state: "declining" }), sell()],
    finalStates: ["declined"],
  },
  {
    name: "Provision: unknown outcome upstream, a retry succeeds",
    faults: [respondWithError("provisionVoucher", 504, "UPSTREAM_UNAVAILABLE", true)],
    actions: [sell(), confirm(), waitForAll],
    finalStates: ["confirmed"],
  },
  {
    name: "Provision: unknown outcome, retries fail, reversal",
    actions: [setProviderCondition({ state: "down" }), sell(), waitForAll, setProviderCondition({ state: "up" })],
    finalStates: ["reversed"],
  },
  {
    name: "Provision: hard decline of a retry, reversal",
    faults: [
      loseResponse("provisionVoucher"),
      respondWithError("retryProvisionVoucher", 400, "TRANSACTION_DECLINED", false),
    ],
    actions: [sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Provision: Netcare, no retry, reversal",
    provider: "Netcare",
    policy: { provider: netcare },
    faults: [loseResponse("provisionVoucher")],
    actions: [sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Provision: Stellr, no retry, reversal consumed, marked for reconciliation",
    provider: "Stellr",
    policy: { provider: stellr },
    faults: [loseResponse("provisionVoucher")],
    actions: [sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Provision: the customer walks away after the voucher was issued, reversal",
    actions: [sell(), cancel(), waitForAll],
    finalStates: ["reversed"],
  },
];

const redemptionFlows: readonly Flow[] = [
  {
    name: "Redemption: success, dual messaging",
    hasVoucher: true,
    actions: [lookUp(), redeem(), confirmRedemption(), waitForAll],
    finalStates: ["confirmed"],
  },
  {
    name: "Redemption: success, single messaging",
    hasVoucher: true,
    policy: { messaging: "single" },
    actions: [lookUp(), redeem()],
    finalStates: ["completed"],
  },
  {
    name: "Redemption: time-out at the till, reversal",
    hasVoucher: true,
    faults: [loseResponse("redeemVoucher")],
    actions: [lookUp(), redeem(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Redemption: error upstream, the consumer tries again",
    hasVoucher: true,
    faults: [respondWithError("redeemVoucher", 400, "DO_NOT_HONOUR", false)],
    actions: [lookUp(0), redeem(0), lookUp(1), redeem(1), confirmRedemption(1), waitForAll],
    finalStates: ["declined", "confirmed"],
  },
  {
    name: "Redemption: time-out upstream, reversal",
    hasVoucher: true,
    actions: [lookUp(), setProviderCondition({ state: "slow", delayMs: 36_000 }), redeem(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Redemption: Stellr, advices consumed",
    hasVoucher: true,
    provider: "Stellr",
    policy: { provider: stellr },
    actions: [lookUp(), redeem(), confirmRedemption(), waitForAll],
    finalStates: ["confirmed"],
  },
];

const otherFlows: readonly Flow[] = [
  {
    name: "A lookup refused while processing is open",
    actions: [sell(), lookUpSale(1), confirm(), waitForAll, lookUpSale(1), cancel(1), waitForAll],
    finalStates: ["confirmed", "abandoned"],
  },
  {
    name: "Electrum down while advices are due, delivered in order once it is back",
    actions: [sell(0), sell(1), sell(2), disconnectElectrum(30_000), confirm(0), cancel(1), confirm(2), waitForAll],
    finalStates: ["confirmed", "reversed", "confirmed"],
  },
  {
    name: "The till killed (SIGKILL) right after the request was sent, recovered by a new process",
    policy: { retries: 0 },
    faults: [loseResponse("provisionVoucher")],
    actions: [sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "The till killed (SIGKILL) with an advice queued, delivered by a new process",
    faults: [respondWithError("confirmVoucher", 503, "UPSTREAM_UNAVAILABLE", false)],
    actions: [sell(), confirm(), waitForAll],
    finalStates: ["confirmed"],
  },
  {
    name: "The customer walks away while the request is under way",
    faults: [{ operation: "provisionVoucher", fault: { type: "late", delayMs: 20_000 } }],
    actions: [sellAndCancel, waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Nobody decides in time",
    policy: { decisionDeadlineMs: 30_000 },
    actions: [sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "A success without a voucher",
    faults: [{ operation: "provisionVoucher", fault: { type: "emptyBody" } }],
    actions: [sell(), confirm(), waitForAll],
    finalStates: ["confirmed"],
  },
];

/** The flows of the demo, every one. */
export const demoFlows: readonly Flow[] = [...provisionFlows, ...redemptionFlows, ...otherFlows];

/** And what a crash could make worse: a request that is still under way, and steps that share a commit. */
export const flows: readonly Flow[] = [
  ...demoFlows,
  {
    name: "The connection breaks, and the request arrives all the same",
    policy: { retries: 0 },
    faults: [{ operation: "provisionVoucher", fault: { type: "connectionLost" } }],
    actions: [sell(), waitForAll],
    finalStates: ["reversed"],
  },
  {
    name: "Three customers at once",
    faults: [loseResponse("provisionVoucher")],
    actions: [concurrently(sell(0), sell(1), sell(2)), concurrently(confirm(0), cancel(1), confirm(2)), waitForAll],
    finalStates: ["confirmed", "reversed", "confirmed"],
  },
];
