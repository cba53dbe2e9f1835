import type { Provision, Redemption, Refund } from "@electrum-vouchers/core";

/** Every state of a provision, in the order of its life. The type keeps the list complete. */
export const provisionStates: readonly Provision["state"][] = stateNames<Provision["state"]>({
  requesting: true,
  waitingToRetry: true,
  issued: true,
  completed: true,
  declined: true,
  confirming: true,
  reversing: true,
  confirmed: true,
  reversed: true,
  disputed: true,
  resolved: true,
});

/** Every state of a redemption, in the order of its life. */
export const redemptionStates: readonly Redemption["state"][] = stateNames<Redemption["state"]>({
  lookingUp: true,
  waitingToLookUp: true,
  lookupFailed: true,
  found: true,
  abandoned: true,
  redeeming: true,
  redeemed: true,
  completed: true,
  declined: true,
  confirming: true,
  reversing: true,
  confirmed: true,
  reversed: true,
  disputed: true,
  resolved: true,
});

/** Every state of a refund, in the order of its life. */
export const refundStates: readonly Refund["state"][] = stateNames<Refund["state"]>({
  requesting: true,
  refunded: true,
  completed: true,
  declined: true,
  confirming: true,
  reversing: true,
  confirmed: true,
  reversed: true,
  disputed: true,
  resolved: true,
});

function stateNames<State extends string>(states: Readonly<Record<State, true>>): readonly State[] {
  const isState = (name: string): name is State => name in states;
  return Object.keys(states).filter(isState);
}
