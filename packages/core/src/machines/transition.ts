import type { ReconciliationItem } from "./finalization-state.ts";
import type { Command, Fact, Ignored, Interruption, NoResponseReceived, ResponseReceived, Step } from "../step.ts";

/** What a state machine does with one fact or intent. */
export interface Transition<State> {
  readonly state: State;
  readonly command?: Command;
  readonly ignored?: Ignored;
  readonly items?: readonly ReconciliationItem[];
}

/** Adds items. One for each reason is enough for an operator, and keeps the state bounded. */
export const addItems = (
  reconciliation: readonly ReconciliationItem[],
  items: readonly ReconciliationItem[] = [],
): readonly ReconciliationItem[] => items.reduce(addItem, reconciliation);

const addItem = (
  reconciliation: readonly ReconciliationItem[],
  item: ReconciliationItem,
): readonly ReconciliationItem[] =>
  reconciliation.some(({ reason }) => reason === item.reason) ? reconciliation : [...reconciliation, item];

/** The step to `transaction`, with the transition's command and why a fact was ignored. */
export const toStep = <Transaction>(
  transaction: Transaction,
  { command, ignored }: Transition<unknown>,
): Step<Transaction> => ({
  transaction,
  commands: command === undefined ? [] : [command],
  ...(ignored === undefined ? {} : { ignored }),
});

/** Whether the fact ends an attempt. */
export const endsAttempt = (fact: Fact): fact is ResponseReceived | NoResponseReceived | Interruption =>
  fact.type === "response" || fact.type === "noResponse" || fact.type === "interruption";

/** Why a fact that nothing waits for is ignored: the end of an attempt is late, a timer or an advice's response is unexpected. */
export const ignoredBecause = (fact: Fact): Ignored => (endsAttempt(fact) ? "late" : "unexpected");
