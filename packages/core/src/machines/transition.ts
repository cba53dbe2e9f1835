import type { ReconciliationItem } from "./finalization-state.ts";
import type { Command, Fact, Ignored, Interruption, NoResponseReceived, ResponseReceived, Step } from "../step.ts";

/** Where a state machine goes next. */
export interface Transition<State> {
  readonly state: State;
  readonly command?: Command;
  readonly ignored?: Ignored;
  readonly item?: ReconciliationItem;
}

/** One mark for each reason is enough for a person, and keeps the state bounded. */
export const addItem = (
  reconciliation: readonly ReconciliationItem[],
  mark: ReconciliationItem | undefined,
): readonly ReconciliationItem[] =>
  mark === undefined || reconciliation.some(({ reason }) => reason === mark.reason)
    ? reconciliation
    : [...reconciliation, mark];

/** The step to `transaction`, with what the move says besides its state. */
export const toStep = <Transaction>(
  transaction: Transaction,
  { command, ignored }: Transition<unknown>,
): Step<Transaction> => ({
  transaction,
  commands: command === undefined ? [] : [command],
  ...(ignored === undefined ? {} : { ignored }),
});

/** Whether the fact says what became of an attempt. */
export const endsAttempt = (fact: Fact): fact is ResponseReceived | NoResponseReceived | Interruption =>
  fact.type === "response" || fact.type === "noResponse" || fact.type === "interruption";

/** Why a fact that nothing waits for is ignored: an attempt's end came late, a timer or an advice's answer is not wanted. */
export const ignoredBecause = (fact: Fact): Ignored => (endsAttempt(fact) ? "late" : "unexpected");
