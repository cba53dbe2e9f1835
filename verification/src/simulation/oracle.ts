import { operations, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";
import { checkCommit } from "./commits.ts";
import { createTransactionHistories, type TransactionHistories } from "./transaction-history.ts";
import type { TillProcess } from "./till-process.ts";
import { type SendOracle, createSendOracle } from "./sends.ts";
import type { RunContext } from "./run-context.ts";

/** Watches everything that the tills of a run do, and notes what none may do. */
export interface Oracle extends SendOracle {
  /** A step has become durable. */
  recordCommit(before: Transaction | undefined, after: Transaction, change: Change): void;
  /** A process has stored a step. Says whether another one did, too, that is alive. */
  recordWriter(id: Uuid, writer: TillProcess): boolean;
  /** Whether an advice of this transaction is on its way from a process that is alive. */
  isDelivering(id: Uuid): boolean;
  /** An observer was told of this. */
  recordEvent(event: RuntimeEvent): void;
  /** A till has answered a call with this transaction. */
  recordResult(transaction: Transaction): void;
  /** A till has accepted that the transaction stands, or that it does not. */
  recordDecision(id: Uuid, decision: "confirm" | "cancel"): void;
  /** A customer was given the voucher. */
  recordHandOver(id: Uuid, code: string): void;
  /** Minds that nothing is thrown by work that nobody waits for. */
  expectNoThrow(work: Promise<unknown>): void;
  /** Notes that this does not hold. */
  reportViolation(invariant: string, id?: Uuid): void;
  readonly histories: TransactionHistories;
  /** What observers were told, as text. */
  readonly events: readonly string[];
  /** What does not hold. */
  readonly violations: readonly string[];
}

export function createOracle(context: RunContext): Oracle {
  const { trace } = context;
  const histories = createTransactionHistories();
  const events: string[] = [];
  const violations: string[] = [];

  function reportViolation(invariant: string, id?: Uuid): void {
    const violation = id === undefined ? invariant : `${trace.nameOf(id)}: ${invariant}`;
    violations.push(violation);
    trace.add("BROKEN", violation);
  }

  /** Attempts of a lookup look alike on the wire; the runtime says which is which. */
  function recordAttempt({ id, operation, attempt }: Extract<RuntimeEvent, { type: "sent" }>): void {
    if (operations[operation].kind !== "request" || operation === "lookupRedemption") return;
    const { attempts } = histories.getOrCreate(id);
    const name = `${operation} ${attempt}`;
    if (attempts.has(name)) reportViolation("no attempt is sent twice", id);
    attempts.add(name);
  }

  return {
    ...createSendOracle(context, histories, reportViolation),
    histories,
    events,
    violations,
    reportViolation,
    expectNoThrow: (work) => {
      work.catch((error: unknown) =>
        reportViolation(
          `nothing is thrown (${error instanceof Error ? (error.stack ?? error.message) : String(error)})`,
        ),
      );
    },
    recordCommit: (before, after, change) => {
      for (const invariant of checkCommit(histories.getOrCreate(after.id), before, after, change))
        reportViolation(invariant, after.id);
    },
    recordWriter: (id, writer) => {
      const { writers } = histories.getOrCreate(id);
      writers.add(writer);
      return [...writers].some((other) => other !== writer && !other.isDead());
    },
    isDelivering: (id) => [...histories.getOrCreate(id).deliverers].some((tillProcess) => !tillProcess.isDead()),
    recordEvent: (event) => {
      events.push(JSON.stringify(event));
      if (event.type === "sent") recordAttempt(event);
      if (event.type === "alert" && (event.alert.reason === "unexpected" || event.alert.reason === "damagedRecord"))
        reportViolation(`nothing is thrown, and every record can be read: ${JSON.stringify(event.alert)}`);
    },
    recordResult: ({ id, state }) => void histories.getOrCreate(id).returnedStates.add(state),
    recordDecision: (id, decision) => {
      const history = histories.getOrCreate(id);
      if ((history.decision ?? decision) !== decision) reportViolation("of a confirm and a cancel, one wins", id);
      history.decision = decision;
    },
    recordHandOver: (id, code) => {
      histories.getOrCreate(id).voucherCode = code;
    },
  };
}
