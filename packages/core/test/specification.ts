import { ok, type Result } from "neverthrow";
import { decide, observe, type Refusal, type Step, type Transaction } from "../src/index.ts";
import type { Event } from "./events.ts";

/**
 * One row of a machine's specification: in each of these situations, each of these events has this outcome.
 * Together the rows of a table must name every pair once.
 */
export type Row<Situation extends string, Name extends string> = readonly [
  given: Situation | readonly Situation[],
  when: Name | readonly Name[],
  then: string,
];

export interface Machine<Situation extends string, Name extends string> {
  readonly situations: Readonly<Record<Situation, () => Transaction>>;
  readonly events: Readonly<Record<Name, Event>>;
  readonly table: readonly Row<Situation, Name>[];
}

/** The table's outcomes in one situation, by event. A pair that is missing or named twice gives a text that fails the test. */
export function expectedSteps<Situation extends string, Name extends string>(
  { events, table }: Machine<Situation, Name>,
  situation: Situation,
): Readonly<Record<string, string>> {
  const rows = table.filter(([given]) => [given].flat().some((each) => each === situation));
  return Object.fromEntries(
    Object.keys(events).map((name) => {
      const outcomes = rows.filter(([, when]) => [when].flat().some((each) => each === name)).map(([, , then]) => then);
      const [outcome = "NOT SPECIFIED"] = outcomes;
      return [name, outcomes.length > 1 ? `SPECIFIED TWICE: ${outcomes.join(" / ")}` : outcome];
    }),
  );
}

/** The machine's outcomes in one situation, by event. */
export function actualSteps<Situation extends string, Name extends string>(
  { situations, events }: Machine<Situation, Name>,
  situation: Situation,
): Readonly<Record<string, string>> {
  const transaction = situations[situation]();
  return Object.fromEntries(
    Object.entries<Event>(events).map(([name, event]) => [name, outcomeOf(transaction, event(transaction))]),
  );
}

/** The events in one situation after which a field is undefined: it would not be stored. */
export function findUndefinedFields<Situation extends string, Name extends string>(
  { situations, events }: Machine<Situation, Name>,
  situation: Situation,
): readonly string[] {
  const transaction = situations[situation]();
  return Object.entries<Event>(events)
    .filter(([, event]) => take(transaction, event(transaction)).match(hasHole, hasHole))
    .map(([name]) => `${situation}: ${name}`);
}

const hasHole = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.values(value).some(hasHole));

const take = (before: Transaction, entry: ReturnType<Event>): Result<Step<Transaction>, Refusal> =>
  entry.type === "fact" ? ok(observe(before, entry.fact)) : decide(before, entry.intent);

/** One step of a transaction, in words. */
const outcomeOf = (before: Transaction, entry: ReturnType<Event>): string =>
  take(before, entry).match((step) => stepInWords(before, step, entry), refusalInWords);

function stepInWords(before: Transaction, step: Step<Transaction>, entry: ReturnType<Event>): string {
  const { transaction, ignored } = step;
  const reconciliation = transaction.reconciliation
    .slice(before.reconciliation.length)
    .map(({ reason }) => ` + ${reason}`);
  const remembered = "lateApproval" in transaction && !("lateApproval" in before) ? ", remembered" : "";
  if (ignored !== undefined) return `ignored: ${ignored}${remembered}${reconciliation.join("")}`;
  if (transaction === before) return "accepted";
  if (transaction.handedOver !== before.handedOver && transaction.state === before.state) return "handed over";
  const cancelled = "cancelledAt" in transaction ? ", cancelled" : "";
  const marks = marksInWords(transaction);
  const settled = transaction.reconciliation
    .filter((item, index) => item.settled !== before.reconciliation[index]?.settled)
    .map((item) => `, ${item.settled?.outcome}`);
  const reason = transaction.state === "lookupFailed" ? `, ${transaction.reason}` : "";
  return `${transaction.state}${cancelled}${marks}${reason}${settled.join("")}${commandInWords(step, entry)}${reconciliation.join("")}`;
}

/** What an operator or the till has said of it meanwhile. */
function marksInWords(transaction: Transaction): string {
  if ("held" in transaction && transaction.held !== undefined) return ", held";
  if ("overdueAt" in transaction && transaction.overdueAt !== undefined) return ", overdue";
  return "payment" in transaction && transaction.payment !== undefined ? ", paying" : "";
}

function commandInWords({ commands: [command] }: Step<Transaction>, entry: ReturnType<Event>): string {
  if (command === undefined) return "";
  const { at } = entry.type === "fact" ? entry.fact : entry.intent;
  switch (command.type) {
    case "sendRequest":
      return `: ${command.request.operation} ${command.attempt}`;
    case "wakeAt":
      return `: ${command.timer} timer ${command.attempt}`;
    case "queueAdvice": {
      const { operation, message } = command.advice;
      const reason = "reversalReason" in message ? ` ${message.reversalReason}` : "";
      const when = command.notBefore === at ? "" : command.notBefore > at ? " once the deadline is past" : " as before";
      return `: ${operation}${reason}${when}`;
    }
  }
}

function refusalInWords(refusal: Refusal): string {
  switch (refusal.type) {
    case "alreadyDecided":
      return `refused: ${refusal.decision.outcome} was decided by the ${refusal.decision.by}`;
    case "invalidMessage":
      return `refused: invalidMessage ${refusal.faults.map(({ path }) => path).join(", ")}`;
    case "nothingToHandOver":
      return `refused: ${refusal.reason}`;
    case "lookupMismatch":
      return `refused: lookupMismatch ${refusal.field}`;
    default:
      return `refused: ${refusal.type}`;
  }
}

/** A transaction, and the one that its journal leads to. */
export const after = (transaction: Transaction, ...events: readonly Event[]): Transaction =>
  events.reduce((current, event) => apply(current, event(current)), transaction);

const apply = (transaction: Transaction, entry: ReturnType<Event>): Transaction =>
  take(transaction, entry).match(
    (step) => step.transaction,
    (refusal) => {
      throw new Error(`refused: ${JSON.stringify(refusal)}`);
    },
  );

/** The keys of a record, with their type. */
export const namesOf = <Name extends string>(named: Readonly<Record<Name, unknown>>): readonly Name[] => {
  const isName = (name: string): name is Name => name in named;
  return Object.keys(named).filter(isName);
};
