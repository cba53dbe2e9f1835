import { canHandOver, type Transaction } from "@electrum-vouchers/core";
import { memoize } from "../search/intern.ts";
import type { State } from "../search/state.ts";
import type { Space } from "../space.ts";
import { disagreements } from "./agreement.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Invariant } from "./invariants.ts";
import type { Limit } from "./limits.ts";

export interface Broken {
  readonly invariant: Invariant;
  readonly what: string;
  /** The limit of the protocol that explains it, if one does. */
  readonly limit?: Limit;
}

/** What a state breaks, by what till and switch hold in it. */
export function createJudge(space: Space, isQuiet: (state: State) => boolean): (state: State) => Broken | undefined {
  const { transactions, worlds, ghosts } = space;
  const brokenPromise = memoize(
    (record: number, remembered: number) =>
      promiseBroken(transactions.valueOf(record), ghosts.valueOf(remembered)) ?? false,
  );
  const difference = memoize((record: number, world: number) => {
    // What is marked for reconciliation explains itself; anything else comes first.
    const found = disagreements(transactions.valueOf(record), worlds.valueOf(world));
    return found.find(({ isMarked }) => !isMarked) ?? found[0] ?? false;
  });
  return (state) => {
    const { record, world } = state;
    if (record === 0) return undefined;
    const promise = brokenPromise(record, state.ghosts);
    if (promise !== false) return promise;
    const found = isQuiet(state) && difference(record, world);
    if (found === false) return undefined;
    const limit = ghosts.valueOf(state.ghosts).excuse ?? (found.isMarked ? "noReversals" : undefined);
    return { invariant: "agreement", what: found.what, ...(limit === undefined ? {} : { limit }) };
  };
}

/** What the till has promised, to a customer or to itself, and broken. */
function promiseBroken(transaction: Transaction, { handedOver, decided }: Ghosts): Broken | undefined {
  const { state } = transaction;
  const isOfConfirming = (state === "disputed" || state === "resolved") && transaction.of.state === "confirming";
  if (handedOver && !canHandOver(transaction) && !isOfConfirming) {
    return { invariant: "handOver", what: `the voucher was handed over, and the transaction is ${state}` };
  }
  return decided !== undefined && against[decided].includes(state)
    ? { invariant: "decisionStands", what: `the till has decided to ${decided}, and the transaction is ${state}` }
    : undefined;
}

const against: Readonly<Record<"confirm" | "cancel", readonly Transaction["state"][]>> = {
  confirm: ["reversing", "reversed", "declined", "abandoned"],
  cancel: ["issued", "redeemed", "confirming", "confirmed", "completed"],
};
