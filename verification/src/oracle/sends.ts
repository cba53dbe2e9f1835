import { type Advice, operations, type OutgoingMessage, type Uuid } from "@electrum-vouchers/core";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";
import type { TillProcess } from "@electrum-vouchers/testkit";
import { describeViolation } from "./invariants.ts";
import { isAdvice, transactionIdOf } from "./messages.ts";
import type { SentRequest, TransactionHistories, TransactionHistory } from "./transaction-history.ts";

/** Watches what is sent. */
export interface SendOracle {
  /** A process sends a message. Gives what to call when its wait is over: with a response that it got, or without. */
  recordSend(outgoing: OutgoingMessage, deadlineAt: number, sender: TillProcess): (isAnswered: boolean) => void;
}

export interface SendOracleOptions {
  /** A clock that never jumps. */
  monotonicMs(): number;
  /**
   * Whether a confirmation waits for a request as a reversal does. It does if nothing is retried while an earlier attempt may be
   * under way.
   */
  readonly confirmationsWait: boolean;
}

/** Two clocks drift apart a little, and a commit takes some time. */
const TOLERANCE_MS = 1_000;

export function createSendOracle(
  { monotonicMs, confirmationsWait }: SendOracleOptions,
  histories: TransactionHistories,
  reportViolation: (violation: string, id: Uuid) => void,
): SendOracle {
  function recordRequest(
    id: Uuid,
    history: TransactionHistory,
    { message }: OutgoingMessage,
    request: SentRequest,
  ): void {
    const { sender, operation } = request;
    const text = JSON.stringify(message);
    history.request ??= text;
    if (text !== history.request) reportViolation(describeViolation("sameRequest"), id);
    history.requestsSent += 1;
    if (history.requestsSent > history.asked.size) reportViolation(describeViolation("commitFirst", "a request"), id);
    if (history.isAdviceSent) reportViolation(describeViolation("nothingAfterAdvice"), id);
    if ([...history.requests].some((other) => other.sender === sender && other.isAwaited))
      reportViolation(describeViolation("oneResponseAwaited"), id);
    if (operation !== "retryProvisionVoucher" && !addNew(history.attempts, operation))
      reportViolation(describeViolation("sentOnce", operation), id);
    history.requests.add(request);
  }

  function recordAdvice(id: Uuid, history: TransactionHistory, advice: Advice, deliverer: TillProcess): void {
    if (JSON.stringify(advice) !== history.advice) reportViolation(describeViolation("commitFirst", "an advice"), id);
    // A sender that still waits for the response knows it, unless another took the transaction over.
    const isAlone = history.writers.size === 1;
    const isUnderWay = [...history.requests].some(
      ({ sender, isAwaited, endsAtMs }) =>
        (isAlone && sender === deliverer && isAwaited) || monotonicMs() < endsAtMs - TOLERANCE_MS,
    );
    const mustWait = confirmationsWait || operations[advice.operation].kind === "reversal";
    if (mustWait && isUnderWay) reportViolation(describeViolation("reversalWaits", advice.operation), id);
    history.isAdviceSent = true;
    history.deliverers.add(deliverer);
  }

  return {
    recordSend: (outgoing, deadlineAt, sender) => {
      const id = transactionIdOf(outgoing);
      // From the deadline on the port sends nothing, so a till may ask it to.
      if (id === undefined || sender.now() >= deadlineAt) return () => undefined;
      const history = histories.getOrCreate(id);
      if (isAdvice(outgoing)) {
        recordAdvice(id, history, outgoing, sender);
        return () => void history.deliverers.delete(sender);
      }
      const { operation } = outgoing;
      const endsAtMs = monotonicMs() + deadlineAt - sender.now();
      const request = { operation, sender, endsAtMs, isAwaited: true };
      recordRequest(id, history, outgoing, request);
      return (isAnswered) => {
        request.isAwaited = false;
        if (isAnswered) history.requests.delete(request);
      };
    },
  };
}

/** The runtime says which attempt it sends: attempts of a lookup look alike on the wire. Gives what that breaks. */
export function recordAttempt(
  { attempts }: TransactionHistory,
  { operation, attempt }: Extract<RuntimeEvent, { type: "sent" }>,
): readonly string[] {
  if (operations[operation].kind !== "request" || operation === "lookupRedemption") return [];
  const name = `${operation} ${attempt}`;
  return addNew(attempts, name) ? [] : [describeViolation("sentOnce", name)];
}

/** Whether the set did not hold the value yet; it does now. */
function addNew(set: Set<string>, value: string): boolean {
  const isNew = !set.has(value);
  set.add(value);
  return isNew;
}
