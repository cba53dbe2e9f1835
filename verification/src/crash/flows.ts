import { netcare, stellr } from "@electrum-vouchers/core";
import {
  allEnd,
  atOnce,
  cancel,
  confirm,
  confirmRedemption,
  electrumIsAway,
  lookUp,
  lookUpSale,
  providerIs,
  redeem,
  sell,
  sellAndCancel,
} from "./acts.ts";
import type { Flow } from "./flow.ts";
import type { Fault } from "./given.ts";

const answerLost = (operation: Fault["operation"], times = 1): Fault => ({
  operation,
  times,
  effect: { type: "answerLost" },
});

const error = (operation: Fault["operation"], status: number, errorType: string, isProcessed: boolean): Fault => ({
  operation,
  effect: { type: "error", status, errorType, isProcessed },
});

const provisions: readonly Flow[] = [
  { name: "Provision: success, dual messaging", acts: [sell(), confirm(), allEnd], ends: ["confirmed"] },
  {
    name: "Provision: success, single messaging",
    policy: { messaging: "single" },
    acts: [sell()],
    ends: ["completed"],
  },
  {
    name: "Provision: time-out at the till, a retry succeeds",
    faults: [answerLost("provisionVoucher")],
    acts: [sell(), confirm(), allEnd],
    ends: ["confirmed"],
  },
  {
    name: "Provision: time-outs, retries fail, reversal",
    faults: [answerLost("provisionVoucher"), answerLost("retryProvisionVoucher", 3)],
    acts: [sell(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "Provision: transaction failed upstream (hard decline)",
    acts: [providerIs({ state: "declining" }), sell()],
    ends: ["declined"],
  },
  {
    name: "Provision: unknown outcome upstream, a retry succeeds",
    faults: [error("provisionVoucher", 504, "UPSTREAM_UNAVAILABLE", true)],
    acts: [sell(), confirm(), allEnd],
    ends: ["confirmed"],
  },
  {
    name: "Provision: unknown outcome, retries fail, reversal",
    acts: [providerIs({ state: "down" }), sell(), allEnd, providerIs({ state: "up" })],
    ends: ["reversed"],
  },
  {
    name: "Provision: hard decline of a retry, reversal",
    faults: [answerLost("provisionVoucher"), error("retryProvisionVoucher", 400, "TRANSACTION_DECLINED", false)],
    acts: [sell(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "Provision: Netcare, no retry, reversal",
    provider: "Netcare",
    policy: { provider: netcare },
    faults: [answerLost("provisionVoucher")],
    acts: [sell(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "Provision: Stellr, no retry, reversal consumed, marked for reconciliation",
    provider: "Stellr",
    policy: { provider: stellr },
    faults: [answerLost("provisionVoucher")],
    acts: [sell(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "Provision: the customer walks away after the voucher was issued, reversal",
    acts: [sell(), cancel(), allEnd],
    ends: ["reversed"],
  },
];

const redemptions: readonly Flow[] = [
  {
    name: "Redemption: success, dual messaging",
    voucher: true,
    acts: [lookUp(), redeem(), confirmRedemption(), allEnd],
    ends: ["confirmed"],
  },
  {
    name: "Redemption: success, single messaging",
    voucher: true,
    policy: { messaging: "single" },
    acts: [lookUp(), redeem()],
    ends: ["completed"],
  },
  {
    name: "Redemption: time-out at the till, reversal",
    voucher: true,
    faults: [answerLost("redeemVoucher")],
    acts: [lookUp(), redeem(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "Redemption: error upstream, the consumer tries again",
    voucher: true,
    faults: [error("redeemVoucher", 400, "DO_NOT_HONOUR", false)],
    acts: [lookUp(0), redeem(0), lookUp(1), redeem(1), confirmRedemption(1), allEnd],
    ends: ["declined", "confirmed"],
  },
  {
    name: "Redemption: time-out upstream, reversal",
    voucher: true,
    acts: [lookUp(), providerIs({ state: "slow", delayMs: 36_000 }), redeem(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "Redemption: Stellr, advices consumed",
    voucher: true,
    provider: "Stellr",
    policy: { provider: stellr },
    acts: [lookUp(), redeem(), confirmRedemption(), allEnd],
    ends: ["confirmed"],
  },
];

const around: readonly Flow[] = [
  {
    name: "A lookup refused while processing is open",
    acts: [sell(), lookUpSale(1), confirm(), allEnd, lookUpSale(1), cancel(1), allEnd],
    ends: ["confirmed", "abandoned"],
  },
  {
    name: "Electrum down while advices are due, delivered in order once it is back",
    acts: [sell(0), sell(1), sell(2), electrumIsAway(30_000), confirm(0), cancel(1), confirm(2), allEnd],
    ends: ["confirmed", "reversed", "confirmed"],
  },
  {
    name: "The till killed (SIGKILL) right after the request was sent, recovered by a new process",
    policy: { retries: 0 },
    faults: [answerLost("provisionVoucher")],
    acts: [sell(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "The till killed (SIGKILL) with an advice queued, delivered by a new process",
    faults: [error("confirmVoucher", 503, "UPSTREAM_UNAVAILABLE", false)],
    acts: [sell(), confirm(), allEnd],
    ends: ["confirmed"],
  },
  {
    name: "The customer walks away while the request is under way",
    faults: [{ operation: "provisionVoucher", effect: { type: "late", delayMs: 20_000 } }],
    acts: [sellAndCancel, allEnd],
    ends: ["reversed"],
  },
  {
    name: "Nobody decides in time",
    policy: { decisionDeadlineMs: 30_000 },
    acts: [sell(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "A success without a voucher",
    faults: [{ operation: "provisionVoucher", effect: { type: "emptyBody" } }],
    acts: [sell(), confirm(), allEnd],
    ends: ["confirmed"],
  },
];

/** The flows of the demo, every one. */
export const demoFlows: readonly Flow[] = [...provisions, ...redemptions, ...around];

/** And what a crash could make worse: a request that is still under way, and steps that share a commit. */
export const flows: readonly Flow[] = [
  ...demoFlows,
  {
    name: "The connection breaks, and the request arrives all the same",
    policy: { retries: 0 },
    faults: [{ operation: "provisionVoucher", effect: { type: "cutOff" } }],
    acts: [sell(), allEnd],
    ends: ["reversed"],
  },
  {
    name: "Three customers at once",
    faults: [answerLost("provisionVoucher")],
    acts: [atOnce(sell(0), sell(1), sell(2)), atOnce(confirm(0), cancel(1), confirm(2)), allEnd],
    ends: ["confirmed", "reversed", "confirmed"],
  },
];
