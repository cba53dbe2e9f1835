// The oracle decides whether a run kept its promises (`invariants.ts`). It is fed three things, and asks no till:
//
//   what was stored   every commit, at the moment when it is durable        recordCommit, recordStored
//   what was sent     every message, and the end of the wait for it         recordSend
//   what was told     every result of a call, decision, hand-over, event    recordToldState, recordHandOver, recordDecision…
//
// Rules
// 1. What can be judged at once is judged at once: each commit by the invariants of one step, which the model checker uses too
//    (`commits.ts`), and each message by what was stored and sent before it (`sends.ts`).
// 2. The rest is judged when nothing is under way any more: agreement of till, switch and provider, the journals, and what
//    callers were told (`quiescence.ts`).
// 3. The oracle knows the promises and not the code that keeps them: `promises.ts` is written from the protocol.
//
// The simulation and the crash points feed it everything. The kills feed it what real processes told before they died. The
// model checker has no run: it uses the same predicates on every state.

import { decode, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";
import type { TillProcess } from "@electrum-vouchers/testkit";
import { checkCommit } from "./commits.ts";
import { describeViolation } from "./invariants.ts";
import { adviceOf } from "./messages.ts";
import { type DecidedIntent, requiresAttention } from "./promises.ts";
import { createSendOracle, recordAttempt, type SendOracle, type SendOracleOptions } from "./sends.ts";
import { createTransactionHistories, type TransactionHistories } from "./transaction-history.ts";

/** Is told everything that the tills of a run store, send and tell, and notes what none of them may do. */
export interface Oracle extends SendOracle, StoreOracle, CallerOracle {
  /** The till's event listener was called with this. */
  recordEvent(event: RuntimeEvent): void;
  /** Notes that something does not hold. */
  reportViolation(violation: string, id?: Uuid): void;
  /** Notes if work throws that nothing else waits for. */
  expectNoThrow(work: Promise<unknown>): void;
  readonly histories: TransactionHistories;
  /** Every event, as text. */
  readonly events: readonly string[];
  /** What does not hold. */
  readonly violations: readonly string[];
}

export interface OracleOptions extends Partial<SendOracleOptions> {
  /** What a violation calls a transaction. Default: its id. */
  nameOf?(id: Uuid): string;
  /** Called with every violation at once. */
  onViolation?(violation: string): void;
}

type ReportViolation = (violation: string, id?: Uuid) => void;

export function createOracle(options: OracleOptions = {}): Oracle {
  const { nameOf, onViolation } = options;
  const histories = createTransactionHistories();
  const events: string[] = [];
  const violations: string[] = [];

  const reportViolation: ReportViolation = (violation, id) => {
    const text = id === undefined ? violation : `${nameOf?.(id) ?? id}: ${violation}`;
    violations.push(text);
    onViolation?.(text);
  };

  const sendOptions = { monotonicMs: () => 0, confirmationsWait: false, ...options };
  return {
    ...createSendOracle(sendOptions, histories, reportViolation),
    ...createStoreOracle(histories, reportViolation),
    ...createCallerOracle(histories, reportViolation),
    histories,
    events,
    violations,
    reportViolation,
    recordEvent: (event) => {
      events.push(JSON.stringify(event));
      if (event.type === "sent") {
        const broken = recordAttempt(histories.getOrCreate(event.id), event);
        broken.forEach((violation) => reportViolation(violation, event.id));
      }
      if (event.type === "alert" && event.alert.reason === "attention") {
        const { stored, hasNeededAttention } = histories.getOrCreate(event.alert.id);
        if (stored !== undefined && hasNeededAttention !== true)
          reportViolation(describeViolation("attentionIsNeeded", event.alert.attention.reason), event.alert.id);
      }
      if (event.type === "alert" && (event.alert.reason === "unexpected" || event.alert.reason === "damagedRecord"))
        reportViolation(describeViolation("nothingThrown", JSON.stringify(event.alert)));
    },
    expectNoThrow: (work) => {
      work.catch((error: unknown) =>
        reportViolation(
          describeViolation("nothingThrown", error instanceof Error ? (error.stack ?? error.message) : String(error)),
        ),
      );
    },
  };
}

/** The attempt that a transaction waits for. */
const attemptOf = (transaction: Transaction): number =>
  "attempt" in transaction ? transaction.attempt : "redeem" in transaction ? transaction.redeem.attempt : 0;

/** Watches what is stored. */
interface StoreOracle {
  /** A process has stored a step. Says whether another process did so too, and is alive. */
  recordCommit(change: Change, writer: TillProcess): boolean;
  /** A process found this in the outbox. */
  recordStored(transaction: Transaction): void;
}

function createStoreOracle(histories: TransactionHistories, reportViolation: ReportViolation): StoreOracle {
  function recordStored(transaction: Transaction): void {
    const history = histories.getOrCreate(transaction.id);
    history.stored = transaction;
    if (requiresAttention(transaction)) history.hasNeededAttention = true;
    if ("deadlineAt" in transaction) history.asked.add(attemptOf(transaction));
    const advice = adviceOf(transaction);
    if (advice === undefined) return;
    const text = JSON.stringify(advice);
    if ((history.advice ?? text) !== text) reportViolation(describeViolation("oneAdvice"), transaction.id);
    history.advice = text;
  }

  return {
    recordStored,
    recordCommit: (change, writer) => {
      const { stored: before, writers } = histories.getOrCreate(change.id);
      const after = decode(change.record)._unsafeUnwrap();
      recordStored(after);
      const broken = checkCommit({ before, after, change });
      if (broken !== undefined)
        reportViolation(describeViolation(broken, `${before?.state} → ${after.state}`), after.id);
      if (isSecondRedemption(after, histories)) reportViolation(describeViolation("oneOpenRedemption"), after.id);
      writers.add(writer);
      return [...writers].some((other) => other !== writer && !other.isDead());
    },
  };
}

/** Whether another redemption of the same voucher is open: redeemed or being redeemed, and neither confirmed nor undone. */
function isSecondRedemption(after: Transaction, histories: TransactionHistories): boolean {
  const code = openRedemptionOf(after);
  return (
    code !== undefined &&
    [...histories].some(
      ([id, { stored }]) => id !== after.id && stored !== undefined && openRedemptionOf(stored) === code,
    )
  );
}

/** The code of the voucher that an open redemption is about. */
function openRedemptionOf(transaction: Transaction): string | undefined {
  if (!("redeem" in transaction) || isOverForVoucher(transaction)) return undefined;
  return transaction.redeem.request.voucher.code;
}

const isOverForVoucher = (transaction: Transaction): boolean =>
  transaction.state === "disputed"
    ? transaction.finalizing.state === "confirming"
    : ["completed", "declined", "confirming", "confirmed", "reversed", "resolved"].includes(transaction.state);

/** Watches what the callers of a till are told. */
interface CallerOracle {
  /** A till has told a caller of this state. */
  recordToldState(id: Uuid, state: string): void;
  /** A customer was given the voucher with this fingerprint. */
  recordHandOver(id: Uuid, fingerprint: string): void;
  /** A till has accepted a decision of its caller's. */
  recordDecision(id: Uuid, decision: DecidedIntent): void;
}

function createCallerOracle(histories: TransactionHistories, reportViolation: ReportViolation): CallerOracle {
  const recordToldState = (id: Uuid, state: string): void => void histories.getOrCreate(id).toldStates.add(state);

  function recordHandOver(id: Uuid, fingerprint: string): void {
    const history = histories.getOrCreate(id);
    if ((history.voucherFingerprint ?? fingerprint) !== fingerprint)
      reportViolation(describeViolation("issuedVoucher", "there are two"), id);
    history.voucherFingerprint = fingerprint;
  }

  return {
    recordToldState,
    recordHandOver,
    recordDecision: (id, decision) => {
      const history = histories.getOrCreate(id);
      if ((history.decision ?? decision) !== decision)
        reportViolation(describeViolation("decisionKept", `${decision} was accepted after ${history.decision}`), id);
      history.decision = decision;
    },
  };
}
