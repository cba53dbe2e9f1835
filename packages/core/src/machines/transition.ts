import { sameJson } from "../json.ts";
import type { Evidence, ReconciliationItem } from "./finalization-state.ts";
import type { Command, Fact, Ignored, Interruption, NoResponseReceived, ResponseReceived, Step } from "../step.ts";

/** What a state machine does with one fact or intent. */
export interface Transition<State> {
  readonly state: State;
  readonly command?: Command;
  readonly ignored?: Ignored;
  readonly items?: readonly Evidence[];
}

/** Adds items. One open item for each reason is enough for an operator. */
export const addItems = (
  reconciliation: readonly ReconciliationItem[],
  items: readonly Evidence[] = [],
): readonly ReconciliationItem[] => items.reduce<readonly ReconciliationItem[]>(addItem, reconciliation);

function addItem(reconciliation: readonly ReconciliationItem[], item: Evidence): readonly ReconciliationItem[] {
  const isKnown = reconciliation.some(
    (known) => known.reason === item.reason && (known.settled === undefined || isSameEvidence(known, item)),
  );
  return isKnown || reconciliation.length >= MAX_ITEMS ? reconciliation : [...reconciliation, item];
}

/** Whether an item that an operator has settled comes up again: the network has repeated a response. */
const isSameEvidence = ({ settled: _, at: _at, ...known }: ReconciliationItem, { at: _other, ...item }: Evidence) =>
  sameJson(known, item);

/** Two for each reason, about. A peer that sends another response each time must not let the state grow. */
const MAX_ITEMS = 16;

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
