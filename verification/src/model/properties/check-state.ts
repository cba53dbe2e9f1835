import type { Transaction } from "@electrum-vouchers/core";
import { firstVouchers, type World } from "@electrum-vouchers/simulator";
import { memoize } from "../search/intern.ts";
import type { State } from "../search/state.ts";
import type { StateSpace } from "../state-space.ts";
import { findDisagreements, isSettled } from "../../oracle/agreement.ts";
import type { LimitCause, History } from "./history.ts";
import type { Invariant } from "../../oracle/invariants.ts";
import type { ProtocolLimit } from "./limits.ts";
import { contradicts, mayHandOver } from "../../oracle/promises.ts";

export interface Violation {
  readonly invariant: Invariant;
  readonly description: string;
  /** The limit of the protocol that explains it, if one does. */
  readonly limit?: ProtocolLimit;
}

/** The invariant that a state breaks by what till and switch hold. */
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
    const found = compareWithWorld(transaction, worlds.valueOf(world));
    const explained = found.map((each) => toViolation(each, transaction, histories.valueOf(history).limitCause));
    // A difference that no limit explains comes first.
    return explained.find(({ limit }) => limit === undefined) ?? explained[0];
  });
  return (state) =>
    state.record === 0
      ? undefined
      : (promiseViolation(state.record, state.history) ??
        (isQuiescent(state) ? difference(state.record, state.world, state.history) : undefined));
}

interface Difference {
  readonly description: string;
  /** The provider takes no reversals, and the till has listed the transaction for reconciliation. */
  readonly isForReconciliation: boolean;
}

/** How the world differs from what the till holds. Nothing is compared before the till is settled, or once the operator was asked. */
function compareWithWorld(transaction: Transaction, world: World): readonly Difference[] {
  if (transaction.state === "resolved" || !isSettled(transaction)) return [];
  const isListed = transaction.reconciliation.some(({ reason }) => reason === "providerTakesNoReversals");
  const vouchers = firstVouchers(world, 2);
  return [
    ...findDisagreements(transaction, world).map(({ description, isFinalAtProvider }) => ({
      description,
      isForReconciliation: isFinalAtProvider && isListed,
    })),
    // There is one transaction that can issue a voucher.
    ...(vouchers.length > 1
      ? [{ description: `${vouchers.length} vouchers were issued`, isForReconciliation: false }]
      : []),
  ];
}

function toViolation(
  { description, isForReconciliation }: Difference,
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

/** The till's state at the end when a limit was reached and the switch holds something else. */
const explainedStates: Readonly<Record<LimitCause, Transaction["state"]>> = {
  lateRequest: "reversed",
  repeatedRequest: "declined",
};

/** The promise to a customer or a caller that is broken, if any. `isConforming`: Electrum answers as it should. */
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
