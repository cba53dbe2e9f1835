import {
  canHandOver,
  handOver,
  type Instant,
  type Outgoing,
  operations,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";

/** Sees every message that goes out and every answer that the till's user gets, and knows what must never be. */
export interface Witness {
  /** A message goes out; to be called once its sender has an answer. */
  sends(outgoing: Outgoing, at: Instant, deadlineAt: Instant): () => void;
  /** The till has said so to its user, who hands over what may be handed over. */
  told(transaction: Transaction): void;
  /** The till has taken a decision of its user's. */
  granted(id: Uuid, decision: Decision): void;
  observes(event: RuntimeEvent): void;
  broken(what: string): void;
  readonly of: (id: Uuid) => Testimony;
  /** The transactions that the till's user was told of. */
  readonly known: () => readonly Uuid[];
  readonly faults: readonly string[];
}

export type Decision = "confirm" | "cancel";

/** What is known of a transaction besides what is stored. */
export interface Testimony {
  readonly states: Set<Transaction["state"]>;
  /** The code of the voucher, once a customer has it. */
  readonly code?: string;
  readonly decision?: Decision;
}

/** The messages of a transaction. */
interface Traffic {
  readonly requests: Set<{ readonly operation: string; readonly deadlineAt: Instant; isAnswered: boolean }>;
  request?: string;
  advice?: string;
}

export function createWitness(): Witness {
  const testimonies = new Map<Uuid, Testimony>();
  const traffic = new Map<Uuid, Traffic>();
  const faults: string[] = [];
  const broken = (what: string): void => void faults.push(what);

  const of = (id: Uuid): Testimony => testimonies.get(id) ?? { states: new Set() };

  function trafficOf(id: Uuid): Traffic {
    const known = traffic.get(id) ?? { requests: new Set() };
    traffic.set(id, known);
    return known;
  }

  function sendsAdvice(seen: Traffic, text: string, at: Instant): void {
    if ((seen.advice ??= text) !== text) broken("a second advice, or the same with other content");
    const isUnderWay = [...seen.requests].some(({ isAnswered, deadlineAt }) => !isAnswered && at < deadlineAt);
    if (isUnderWay) broken("an advice is sent while its request may be under way");
  }

  function sendsRequest(seen: Traffic, { operation, message }: Outgoing, deadlineAt: Instant): () => void {
    if (seen.advice !== undefined) broken("a request is sent after its advice");
    if ((seen.request ??= JSON.stringify(message)) !== JSON.stringify(message))
      broken("an attempt carries another message");
    const isRepeat = [...seen.requests].some((each) => each.operation === operation);
    if (isRepeat && operation !== "retryProvisionVoucher") broken(`${operation} is sent twice`);
    const request = { operation, deadlineAt, isAnswered: false };
    seen.requests.add(request);
    return () => {
      request.isAnswered = true;
    };
  }

  return {
    of,
    known: () => [...testimonies.keys()],
    faults,
    broken,
    sends: (outgoing, at, deadlineAt) => {
      const { operation, message } = outgoing;
      if (at >= deadlineAt) broken(`${operation} is sent after its deadline`);
      if (operation === "lookupVoucher" || operation === "lookupRedemption") return () => undefined;
      const isRequest = operations[operation].kind === "request";
      const seen = trafficOf("requestId" in message ? message.requestId : message.id);
      if (isRequest) return sendsRequest(seen, outgoing, deadlineAt);
      sendsAdvice(seen, JSON.stringify(outgoing), at);
      return () => undefined;
    },
    told: (transaction) => {
      const { id, state } = transaction;
      const known = of(id);
      const code = canHandOver(transaction) ? { code: handOver(transaction).code } : {};
      testimonies.set(id, { ...known, ...code, states: new Set([...known.states, state]) });
    },
    granted: (id, decision) => {
      const known = of(id);
      if ((known.decision ?? decision) !== decision) broken(`a ${decision} is granted after the opposite`);
      testimonies.set(id, { ...known, decision });
    },
    observes: (event) => {
      if (event.type === "alert") broken(`an alert: ${JSON.stringify(event.alert)}`);
    },
  };
}
