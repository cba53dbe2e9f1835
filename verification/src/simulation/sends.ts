import { type Advice, type OutgoingMessage, operations, type Uuid } from "@electrum-vouchers/core";
import type { TransactionHistory, TransactionHistories, SentRequest } from "./transaction-history.ts";
import type { TillProcess } from "./till-process.ts";
import type { RunContext } from "./run-context.ts";

/** Watches what is sent. */
export interface SendOracle {
  /** A process sends a message. Gives what to call when its wait is over: with or without an answer. */
  recordSend(outgoing: OutgoingMessage, deadlineAt: number, sender: TillProcess): (isAnswered: boolean) => void;
  /** The wall clock was set: what was timed by it before is judged by it no longer. */
  recordClockJump(): void;
}

export function createSendOracle(
  { clock, scenario }: RunContext,
  histories: TransactionHistories,
  reportViolation: (invariant: string, id: Uuid) => void,
): SendOracle {
  const isSkewed = scenario.skewMs > 0 && scenario.processes > 1;
  // Where clocks differ from the beginning, nothing that one process timed can be judged by another's.
  let jumpedAtMs = isSkewed ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;

  function recordRequest(
    id: Uuid,
    history: TransactionHistory,
    { message }: OutgoingMessage,
    request: SentRequest,
  ): void {
    const { sender, deadlineAt } = request;
    const text = JSON.stringify(message);
    history.request ??= text;
    if (text !== history.request) reportViolation("every attempt carries the original message unchanged", id);
    if (!history.deadlines.has(deadlineAt)) reportViolation(COMMIT_FIRST, id);
    if (history.isAdviceSent && jumpedAtMs === Number.NEGATIVE_INFINITY)
      reportViolation("no request is sent once an advice about it was", id);
    if ([...history.requests].some((other) => other.sender === sender && other.isAwaited))
      reportViolation("a till waits for one answer at a time", id);
    history.requests.add(request);
  }

  function recordAdvice(id: Uuid, history: TransactionHistory, advice: Advice, deliverer: TillProcess): void {
    if (JSON.stringify(advice) !== history.advice) reportViolation(COMMIT_FIRST, id);
    // Whoever still waits for the answer knows it, whatever the clock says, unless another took the transaction over.
    const isAlone = history.writers.size === 1;
    const isUnderWay = [...history.requests].some(
      ({ sender, isAwaited, deadlineAt, sentAtMs }) =>
        (isAlone && sender === deliverer && isAwaited) || (deliverer.now() < deadlineAt && sentAtMs > jumpedAtMs),
    );
    if (operations[advice.operation].kind === "reversal" && isUnderWay)
      reportViolation("no reversal is sent while a request of ours may be under way", id);
    history.isAdviceSent = true;
    history.deliverers.add(deliverer);
  }

  return {
    recordClockJump: () => {
      jumpedAtMs = Math.max(jumpedAtMs, clock.monotonicMs());
    },
    recordSend: (outgoing, deadlineAt, sender) => {
      const id = transactionIdOf(outgoing);
      // From the deadline on the port sends nothing, so that a till may ask it to.
      if (id === undefined || sender.now() >= deadlineAt) return () => undefined;
      const history = histories.getOrCreate(id);
      if (isAdvice(outgoing)) {
        recordAdvice(id, history, outgoing, sender);
        return () => void history.deliverers.delete(sender);
      }
      const request = { sender, deadlineAt, sentAtMs: clock.monotonicMs(), isAwaited: true };
      recordRequest(id, history, outgoing, request);
      return (isAnswered) => {
        request.isAwaited = false;
        if (isAnswered) history.requests.delete(request);
      };
    },
  };
}

const COMMIT_FIRST = "nothing is sent but what is stored";

const isAdvice = (outgoing: OutgoingMessage): outgoing is Advice => operations[outgoing.operation].kind !== "request";

/** The transaction that a message belongs to; nothing for a lookup, which says what it looks for and not who. */
export function transactionIdOf(outgoing: OutgoingMessage): Uuid | undefined {
  if (outgoing.operation === "lookupVoucher" || outgoing.operation === "lookupRedemption") return undefined;
  return isAdvice(outgoing) ? outgoing.message.requestId : outgoing.message.id;
}
