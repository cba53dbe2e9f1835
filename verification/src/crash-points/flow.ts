import type { Transaction } from "@electrum-vouchers/core";
import type { DocumentedFlow, FlowConditions } from "@electrum-vouchers/testkit";
import type { Alert } from "@electrum-vouchers/runtime";
import type { CrashFlowAction } from "./actions.ts";

/** A flow that is played in simulated time, so that it can be broken off at every call of a port. */
export interface Flow {
  readonly name: string;
  readonly given: FlowConditions;
  /** What the till's user, or the world around the till, does, one after the other. */
  readonly actions: readonly CrashFlowAction[];
  /** How its transactions end if nothing is broken off. */
  readonly finalStates: readonly Transaction["state"][];
  /** What the operator is told if nothing is broken off. With a crash it may be none of it, and never anything else. */
  readonly alerts?: readonly Alert["reason"][];
}

/** A documented flow, which the demo plays over HTTP. */
export const toCrashFlow = ({ name, given = {}, actions, expected }: DocumentedFlow): Flow => ({
  name,
  given,
  actions,
  finalStates: expected.transactions.flatMap(({ states }) => states.slice(-1)),
  alerts: expected.alerts ?? [],
});
