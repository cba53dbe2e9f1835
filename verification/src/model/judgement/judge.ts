import type { Transaction } from "@electrum-vouchers/core";
import { memoize } from "../search/intern.ts";
import type { State } from "../search/state.ts";
import type { Space } from "../space.ts";
import { type Disagreement, disagreements } from "./agreement.ts";
import type { Excuse, Ghosts } from "./ghosts.ts";
import type { Invariant } from "./invariants.ts";
import type { Limit } from "./limits.ts";
import { goesAgainst, handsOver } from "./promises.ts";

export interface Broken {
  readonly invariant: Invariant;
  readonly what: string;
  /** The limit of the protocol that explains it, if one does. */
  readonly limit?: Limit;
}

/** What a state breaks, by what till and switch hold in it. */
export function createJudge(space: Space, isQuiet: (state: State) => boolean): (state: State) => Broken | undefined {
  const { configuration, records, worlds, ghosts } = space;
  const isHonest = configuration.troubles === "classes";
  const brokenPromise = memoize((record: number, remembered: number) =>
    promiseBroken(records.valueOf(record).transaction, ghosts.valueOf(remembered), isHonest),
  );
  const difference = memoize((record: number, world: number, remembered: number) => {
    const { transaction } = records.valueOf(record);
    const found = disagreements(transaction, worlds.valueOf(world));
    const explained = found.map((each) => toBroken(each, transaction, ghosts.valueOf(remembered).excuse));
    // What nothing explains comes first.
    return explained.find(({ limit }) => limit === undefined) ?? explained[0];
  });
  return (state) =>
    state.record === 0
      ? undefined
      : (brokenPromise(state.record, state.ghosts) ??
        (isQuiet(state) ? difference(state.record, state.world, state.ghosts) : undefined));
}

function toBroken({ what, isMarked }: Disagreement, { state }: Transaction, excuse: Excuse | undefined): Broken {
  const limit = excuse !== undefined && explains[excuse] === state ? excuse : isMarked ? "noReversals" : undefined;
  return { invariant: "agreement", what, ...(limit === undefined ? {} : { limit }) };
}

/** How the till has ended where a limit was met, while the switch holds another thing. */
const explains: Readonly<Record<Excuse, Transaction["state"]>> = {
  lateRequest: "reversed",
  repeatedRequest: "declined",
};

/** What the till has promised, to a customer or to itself, and broken. `isHonest`: Electrum answers as it should. */
function promiseBroken(
  transaction: Transaction,
  { handedOver, decided }: Ghosts,
  isHonest: boolean,
): Broken | undefined {
  const { state } = transaction;
  const isOfConfirming = (state === "disputed" || state === "resolved") && transaction.of.state === "confirming";
  if (handedOver && !handsOver(transaction) && !isOfConfirming) {
    return { invariant: "handOver", what: `the voucher was handed over, and the transaction is ${state}` };
  }
  if (decided !== undefined && goesAgainst(decided, transaction)) {
    return { invariant: "decisionStands", what: `the till has decided to ${decided}, and the transaction is ${state}` };
  }
  return isHonest && state === "disputed"
    ? { invariant: "asksNobody", what: "a dispute, and Electrum has answered as it should" }
    : undefined;
}
