import type { Transaction } from "@electrum-vouchers/core";
import { memoize } from "../search/intern.ts";
import type { State } from "../search/state.ts";
import type { StateSpace } from "../state-space.ts";
import { type Disagreement, findDisagreements } from "./agreement.ts";
import type { LimitCause, History } from "./history.ts";
import type { Invariant } from "./invariants.ts";
import type { ProtocolLimit } from "./limits.ts";
import { contradicts, mayHandOver } from "./promises.ts";

export interface Violation {
  readonly invariant: Invariant;
  readonly description: string;
  /** The limit of the protocol that explains it, if one does. */
  readonly limit?: ProtocolLimit;
}

/** What a state breaks, by what till and switch hold in it. */
export function createStateCheck(
  space: StateSpace,
  isQuiescent: (state: State) => boolean,
): (state: State) => Violation | undefined {
  const { configuration, records, worlds, histories } = space;
  const isConforming = configuration.faults === "classes";
  const promiseViolation = memoize((record: number, history: number) =>
    checkPromises(records.valueOf(record).transaction, histories.valueOf(history), isConforming),
  );
  const difference = memoize((record: number, world: number, history: number) => {
    const { transaction } = records.valueOf(record);
    const found = findDisagreements(transaction, worlds.valueOf(world));
    const explained = found.map((each) => toViolation(each, transaction, histories.valueOf(history).limitCause));
    // What nothing explains comes first.
    return explained.find(({ limit }) => limit === undefined) ?? explained[0];
  });
  return (state) =>
    state.record === 0
      ? undefined
      : (promiseViolation(state.record, state.history) ??
        (isQuiescent(state) ? difference(state.record, state.world, state.history) : undefined));
}

function toViolation(
  { description, isForReconciliation }: Disagreement,
  { state }: Transaction,
  limitCause: LimitCause | undefined,
): Violation {
  const limit =
    limitCause !== undefined && explainedStates[limitCause] === state
      ? limitCause
      : isForReconciliation
        ? "noReversals"
        : undefined;
  return { invariant: "agreement", description, ...(limit === undefined ? {} : { limit }) };
}

/** How the till has ended where a limit was met, while the switch holds another thing. */
const explainedStates: Readonly<Record<LimitCause, Transaction["state"]>> = {
  lateRequest: "reversed",
  repeatedRequest: "declined",
};

/** What the till has promised, to a customer or to itself, and broken. `isConforming`: Electrum answers as it should. */
function checkPromises(
  transaction: Transaction,
  { isHandedOver, decision }: History,
  isConforming: boolean,
): Violation | undefined {
  const { state } = transaction;
  const wasConfirming = (state === "disputed" || state === "resolved") && transaction.finalizing.state === "confirming";
  if (isHandedOver && !mayHandOver(transaction) && !wasConfirming) {
    return { invariant: "handOver", description: `the voucher was handed over, and the transaction is ${state}` };
  }
  if (decision !== undefined && contradicts(decision, transaction)) {
    return {
      invariant: "decisionKept",
      description: `the till has decided to ${decision}, and the transaction is ${state}`,
    };
  }
  return isConforming && state === "disputed"
    ? { invariant: "noOperatorNeeded", description: "a dispute, and Electrum has answered as it should" }
    : undefined;
}
