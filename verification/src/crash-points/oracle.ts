import {
  canHandOver,
  handOver,
  type Instant,
  type OutgoingMessage,
  operations,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";

/** Sees every message that goes out and every answer that the till's user gets, and knows what must never be. */
export interface Oracle {
  /** A message goes out; to be called once its sender has an answer. */
  recordSend(outgoing: OutgoingMessage, at: Instant, deadlineAt: Instant): () => void;
  /** The till has said so to its user, who hands over what may be handed over. */
  recordResult(transaction: Transaction): void;
  /** The till has taken a decision of its user's. */
  recordDecision(id: Uuid, decision: DecidedIntent): void;
  recordEvent(event: RuntimeEvent): void;
  reportViolation(violation: string): void;
  readonly historyOf: (id: Uuid) => TransactionHistory;
  /** The transactions that the till's user was told of. */
  readonly knownIds: () => readonly Uuid[];
  readonly violations: readonly string[];
}

export type DecidedIntent = "confirm" | "cancel";

/** What is known of a transaction besides what is stored. */
export interface TransactionHistory {
  readonly states: Set<Transaction["state"]>;
  /** The code of the voucher, once a customer has it. */
  readonly voucherCode?: string;
  readonly decision?: DecidedIntent;
}

/** The messages of a transaction. */
interface MessageHistory {
  readonly requests: Set<{ readonly operation: string; readonly deadlineAt: Instant; isAnswered: boolean }>;
  request?: string;
  advice?: string;
}

export function createOracle(): Oracle {
  const histories = new Map<Uuid, TransactionHistory>();
  const messageHistories = new Map<Uuid, MessageHistory>();
  const violations: string[] = [];
  const reportViolation = (violation: string): void => void violations.push(violation);

  const historyOf = (id: Uuid): TransactionHistory => histories.get(id) ?? { states: new Set() };

  const messagesOf = (id: Uuid): MessageHistory => getOrCreate(messageHistories, id, () => ({ requests: new Set() }));

  function recordAdvice(sent: MessageHistory, text: string, at: Instant): void {
    if ((sent.advice ??= text) !== text) reportViolation("a second advice, or the same with other content");
    const isUnderWay = [...sent.requests].some(({ isAnswered, deadlineAt }) => !isAnswered && at < deadlineAt);
    if (isUnderWay) reportViolation("an advice is sent while its request may be under way");
  }

  function recordRequest(sent: MessageHistory, outgoing: OutgoingMessage, deadlineAt: Instant): () => void {
    const { operation, message } = outgoing;
    if (sent.advice !== undefined) reportViolation("a request is sent after its advice");
    if ((sent.request ??= JSON.stringify(message)) !== JSON.stringify(message))
      reportViolation("an attempt carries another message");
    const isRepeat = [...sent.requests].some((each) => each.operation === operation);
    if (isRepeat && operation !== "retryProvisionVoucher") reportViolation(`${operation} is sent twice`);
    const request = { operation, deadlineAt, isAnswered: false };
    sent.requests.add(request);
    return () => {
      request.isAnswered = true;
    };
  }

  return {
    historyOf,
    knownIds: () => [...histories.keys()],
    violations,
    reportViolation,
    recordSend: (outgoing, at, deadlineAt) => {
      const { operation, message } = outgoing;
      if (at >= deadlineAt) reportViolation(`${operation} is sent after its deadline`);
      if (operation === "lookupVoucher" || operation === "lookupRedemption") return () => undefined;
      const sent = messagesOf("requestId" in message ? message.requestId : message.id);
      if (operations[operation].kind === "request") return recordRequest(sent, outgoing, deadlineAt);
      recordAdvice(sent, JSON.stringify(outgoing), at);
      return () => undefined;
    },
    recordResult: (transaction) => {
      const { id, state } = transaction;
      const history = historyOf(id);
      const voucherCode = canHandOver(transaction) ? { voucherCode: handOver(transaction).code } : {};
      histories.set(id, { ...history, ...voucherCode, states: new Set([...history.states, state]) });
    },
    recordDecision: (id, decision) => {
      const history = historyOf(id);
      if ((history.decision ?? decision) !== decision) reportViolation(`${decision} is granted after the opposite`);
      histories.set(id, { ...history, decision });
    },
    recordEvent: (event) => {
      if (event.type === "alert") reportViolation(`an alert: ${JSON.stringify(event.alert)}`);
    },
  };
}

function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}
