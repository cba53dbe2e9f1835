import type { Mark } from "./settlement-state.ts";
import type { Command, Fact, Ignored, Interruption, NoReply, Reply, Step } from "./step.ts";

/** Where a state machine goes next. */
export interface Move<State> {
  readonly state: State;
  readonly command?: Command;
  readonly ignored?: Ignored;
  readonly mark?: Mark;
}

/** One mark for each reason is enough for a person, and keeps the state bounded. */
export const withMark = (marks: readonly Mark[], mark: Mark | undefined): readonly Mark[] =>
  mark === undefined || marks.some(({ reason }) => reason === mark.reason) ? marks : [...marks, mark];

/** The step to `transaction`, with what the move says besides its state. */
export const stepTo = <Transaction>(
  transaction: Transaction,
  { command, ignored }: Move<unknown>,
): Step<Transaction> => ({
  transaction,
  commands: command === undefined ? [] : [command],
  ...(ignored === undefined ? {} : { ignored }),
});

/** Whether the fact says what became of an attempt. */
export const endsAttempt = (fact: Fact): fact is Reply | NoReply | Interruption =>
  fact.type === "reply" || fact.type === "silence" || fact.type === "interruption";

/** Why a fact that nothing waits for is ignored: an attempt's end came late, a timer or an advice's answer is not wanted. */
export const lateOr = (fact: Fact): Ignored => (endsAttempt(fact) ? "late" : "unexpected");
