// Which advice is delivered next, when many wait and some are in trouble. A pure value and its transitions.
//
// A *queue* is those advices that share a fate: one client's for one provider. One trouble is one's own:
//
// 1. Each advice backs off by itself (`delivery.ts`).
// 2. First deliveries go ahead of repeats: a failing advice has had its first delivery, a healthy one needs no other. So what
//    healthy advices experience does not depend on the failing ones. While any queue is
//    in trouble, advices that are older than this process come after the newer ones: whether they were delivered before, the store
//    may have forgotten. Exception: if none of the last sends got a response,
//    requests included, Electrum is away (a send that never left shows nothing), and single probes find out when it is back. A
//    probe that reached something, and got no response all the same, may have itself to blame: the next ones pass over more and
//    more of the oldest, so that some failing advices at the head do not hide that Electrum is back. An advice that could not be
//    sent waits for the next probe only, so that the oldest probes again, and the order is kept.
// 3. A circuit breaker per queue holds back *repeats* only, and lets single ones probe. Any acknowledgement closes it.
//    After long, it also pulls forward what waits for a response; a failure among acknowledgements is one advice's own.
// 4. Repeats use idle slots, but a quarter of all slots, at least one, is never lent to them (unless there is only one).
// 5. A delivery that gets no response for some time is *detached*: it leaves its slot to others, and holds only its connection.
//    The more of its queue are detached, the sooner; and its first deliveries come after those of other queues. Detached deliveries are bounded per queue, and in all with a place kept for
//    every other queue. A queue whose bound is full sends its first deliveries in one slot.
// 6. A halt is evidence about credentials: refusals of two different advices of one client under the same credentials, with
//    nothing accepted between. One refusal may be one message's fault. While halted, single probes rotate over the advices, by
//    passing over more and more of the oldest. The halt ends with any response of Electrum's to that client that is no
//    refusal, or with other credentials. If Electrum is away meanwhile, a halted client's probe is as good as any.
// 7. A client that Electrum asks for fewer messages keeps an interval (`delivery-rate.ts`).
//
// Queues over a bound share an entry by hash, so that memory is bounded whatever arrives.
// Moments are monotonic milliseconds: a clock that is set back must not silence the forwarder.
// What it does not know: HTTP, the outbox, and what a response means.

import type { DeliveryRepeat, MessageReach } from "./delivery.ts";
import { type ClientRates, onLimited, onPacedStart, onUnlimited } from "./delivery-rate.ts";

export interface DeliveryQueues {
  readonly queues: ReadonlyMap<string, QueueState>;
  readonly clients: ReadonlyMap<string, ClientState>;
  readonly rates: ClientRates;
  /** How many sends in a row, of requests and advices, got no response at all. One without a connection counts as several. */
  readonly unansweredInRow: number;
  /** When the next probe of an Electrum that is away may be sent. */
  readonly outageProbeAtMs: number;
  readonly outageProbes: number;
  /** Whether the last send without a response reached something, so that the message itself may be at fault. */
  readonly isReached: boolean;
}

export interface QueueState {
  /** Repeats that failed in a row, nothing of the queue being acknowledged between; 0: the breaker is closed. */
  readonly failures: number;
  /** While the breaker is open: since when. */
  readonly failingSinceMs: number;
  /** While the breaker is open: when the next repeat may probe. */
  readonly probeAtMs: number;
  /** Deliveries of this queue that were detached and are still under way. */
  readonly detached: number;
}

export interface ClientState {
  /** The number of the credentials that the refusals are about. */
  readonly credentials: number;
  /** The advice that was refused first, with nothing accepted since. */
  readonly refused?: string;
  /** Since when nothing is sent under these credentials but probes. */
  readonly haltedAtMs?: number;
  readonly probes: number;
  readonly probeAtMs: number;
}

/** More queues than a chain of shops has providers. Beyond it, queues share an entry by hash. */
export const MAX_QUEUES = 256;

/** Sends in a row without any response, after which Electrum counts as away. */
export const OUTAGE_SENDS = 8;

/** The same if no connection could be made: fewer are enough, since no message can be at fault. */
export const OUTAGE_CONNECTS = 2;

/** A connection each. More of one queue says nothing new about it. */
export const MAX_DETACHED_PER_QUEUE = 256;

/** In all. One place is kept for every queue that has none. */
export const MAX_DETACHED = 1_024;

export const noQueues: DeliveryQueues = {
  queues: new Map(),
  clients: new Map(),
  rates: new Map(),
  unansweredInRow: 0,
  outageProbeAtMs: 0,
  outageProbes: 0,
  isReached: false,
};

const newQueue: QueueState = { failures: 0, failingSinceMs: 0, probeAtMs: 0, detached: 0 };

/** The wait before probe `probes`. */
export type ProbeBackoff = (probes: number) => number;

export const queueStateOf = (state: DeliveryQueues, queue: string): QueueState =>
  state.queues.get(entryOf(state, queue)) ?? newQueue;

/** The entry that a queue has, or shares. */
function entryOf(state: DeliveryQueues, queue: string): string {
  if (state.queues.has(queue) || state.queues.size < MAX_QUEUES) return queue;
  let hash = 0;
  for (let index = 0; index < queue.length; index += 1) hash = (Math.imul(hash, 31) + queue.charCodeAt(index)) >>> 0;
  return `#${hash % MAX_QUEUES}`;
}

function withQueue(state: DeliveryQueues, queue: string, changes: Partial<QueueState>): DeliveryQueues {
  const entry = entryOf(state, queue);
  const queues = new Map(state.queues).set(entry, { ...queueStateOf(state, queue), ...changes });
  return { ...state, queues };
}

function withClient(state: DeliveryQueues, client: string, changed: ClientState): DeliveryQueues {
  return { ...state, clients: new Map(state.clients).set(client, changed) };
}

/** An advice on its way: what the transitions must know of it. */
export interface QueuedDelivery {
  readonly adviceId: string;
  readonly queue: string;
  readonly client: string;
  readonly isRepeat: boolean;
  /** The number of the client's credentials. */
  readonly credentials: number;
}

/** A delivery starts. If it is a probe, the next one waits longer. */
export function onDeliveryStart(
  state: DeliveryQueues,
  { queue, client, isRepeat }: QueuedDelivery,
  nowMs: number,
  backoff: ProbeBackoff,
): DeliveryQueues {
  const { failures } = queueStateOf(state, queue);
  const known = state.clients.get(client);
  const started = { ...state, rates: onPacedStart(state.rates, client, nowMs) };
  let next = failures > 0 && isRepeat ? withQueue(started, queue, { probeAtMs: nowMs + backoff(failures) }) : started;
  if (known?.haltedAtMs !== undefined) {
    const probes = known.probes + 1;
    next = withClient(next, client, { ...known, probes, probeAtMs: nowMs + backoff(probes) });
  }
  if (!isElectrumAway(next)) return next;
  const outageProbes = next.outageProbes + 1;
  return { ...next, outageProbes, outageProbeAtMs: nowMs + backoff(outageProbes) };
}

/** The response settled the advice: Electrum is there, and the queue works. */
export const onDeliverySettled = (state: DeliveryQueues, { queue, client }: QueuedDelivery): DeliveryQueues => ({
  ...withQueue(onAccepted(state, client), queue, { failures: 0, probeAtMs: 0 }),
  rates: onUnlimited(state.rates, client),
});

/** The advice must be repeated: its queue's breaker opens, or stays open. */
export function onDeliveryRepeat(
  state: DeliveryQueues,
  { adviceId, queue, client }: QueuedDelivery,
  outcome: Pick<DeliveryRepeat, "cause" | "reach" | "foreignStatus" | "isLimited">,
  nowMs: number,
  backoff: ProbeBackoff,
): DeliveryQueues {
  const { failures, failingSinceMs, probeAtMs } = queueStateOf(state, queue);
  const rates = outcome.isLimited === true ? onLimited(state.rates, client, adviceId, nowMs) : state.rates;
  const opened = withQueue({ ...state, rates }, queue, {
    failures: failures + 1,
    failingSinceMs: failures === 0 ? nowMs : failingSinceMs,
    probeAtMs: failures === 0 ? nowMs + backoff(0) : probeAtMs,
  });
  if (outcome.cause === "noResponse") return onUnanswered(opened, outcome.reach, nowMs, backoff);
  // A gateway's response says nothing about the credentials; it does show that something is there.
  return outcome.foreignStatus !== undefined
    ? { ...opened, unansweredInRow: 0, outageProbes: 0 }
    : onAccepted(opened, client);
}

/** The credentials were refused. A second advice that is refused under the same credentials, with nothing between, halts. */
export function onDeliveryRefused(
  state: DeliveryQueues,
  { adviceId, client, credentials }: QueuedDelivery,
  nowMs: number,
  backoff: ProbeBackoff,
): DeliveryQueues {
  const answered = { ...state, unansweredInRow: 0, outageProbes: 0 };
  const known = currentClient(state, client, credentials);
  if (known?.haltedAtMs !== undefined) return answered;
  if (known?.refused === undefined || known.refused === adviceId) {
    return withClient(answered, client, { credentials, refused: adviceId, probes: 0, probeAtMs: 0 });
  }
  return withClient(answered, client, { ...known, haltedAtMs: nowMs, probes: 0, probeAtMs: nowMs + backoff(0) });
}

/** What is known of a client under these credentials; other credentials start anew. */
function currentClient(state: DeliveryQueues, client: string, credentials: number): ClientState | undefined {
  const known = state.clients.get(client);
  return known?.credentials === credentials ? known : undefined;
}

/** Electrum has accepted something of this client, or answered it with anything but a refusal of the credentials. */
export function onAccepted(state: DeliveryQueues, client: string): DeliveryQueues {
  const clients = new Map(state.clients);
  const isKnown = clients.delete(client);
  if (!isKnown && state.unansweredInRow === 0) return state;
  return { ...state, clients: isKnown ? clients : state.clients, unansweredInRow: 0, outageProbes: 0 };
}

/** A message got no response at all. One that was not sent shows nothing: its client may have no credentials. */
export function onUnanswered(
  state: DeliveryQueues,
  reach: MessageReach,
  nowMs: number,
  backoff: ProbeBackoff,
): DeliveryQueues {
  if (reach === "notSent") return state;
  const isReached = reach === "reached";
  const unansweredInRow = state.unansweredInRow + (isReached ? 1 : OUTAGE_SENDS / OUTAGE_CONNECTS);
  const next = { ...state, unansweredInRow, isReached };
  return isElectrumAway(next) && !isElectrumAway(state)
    ? { ...next, outageProbes: 0, outageProbeAtMs: nowMs + backoff(0) }
    : next;
}

/** Other credentials were configured: a halt under the old ones ends. */
export function onCredentials(state: DeliveryQueues, client: string, credentials: number): DeliveryQueues {
  const known = state.clients.get(client);
  if (known === undefined || known.credentials === credentials) return state;
  const clients = new Map(state.clients);
  clients.delete(client);
  return { ...state, clients };
}

/** A queue that fails no longer than this has few advices that wait much longer. */
export const LONG_FAILING_MS = 10_000;

/**
 * Whether nothing of the queue was acknowledged for long. If one is then, its provider is back, and the others need not wait. A
 * failure among acknowledgements is one advice's own, and what waits for that must go on waiting.
 */
export function isLongFailing(state: DeliveryQueues, queue: string, nowMs: number): boolean {
  const { failures, failingSinceMs } = queueStateOf(state, queue);
  return failures > 0 && nowMs - failingSinceMs >= LONG_FAILING_MS;
}

/** Whether one more delivery of the queue may be detached. */
export function mayDetach(state: DeliveryQueues, queue: string): boolean {
  const { detached } = queueStateOf(state, queue);
  const others = [...state.queues.values()].filter((each) => each.detached === 0).length;
  const total = [...state.queues.values()].reduce((sum, each) => sum + each.detached, 0);
  return detached < MAX_DETACHED_PER_QUEUE && (detached === 0 || total + others < MAX_DETACHED);
}

export const onDetached = (state: DeliveryQueues, queue: string): DeliveryQueues =>
  withQueue(state, queue, { detached: queueStateOf(state, queue).detached + 1 });

export const onDetachedEnd = (state: DeliveryQueues, queue: string): DeliveryQueues =>
  withQueue(state, queue, { detached: Math.max(queueStateOf(state, queue).detached - 1, 0) });

/** Whether more than probes may be sent for this client, and as many as there are slots. */
export const mayDeliver = (state: DeliveryQueues, client: string): boolean =>
  !isElectrumAway(state) &&
  state.clients.get(client)?.haltedAtMs === undefined &&
  (state.rates.get(client)?.intervalMs ?? 0) === 0;

/** The clients whose credentials are refused. */
export const haltedClientsOf = ({ clients }: DeliveryQueues): readonly string[] =>
  [...clients].filter(([, { haltedAtMs }]) => haltedAtMs !== undefined).map(([client]) => client);

/** Whether none of the last sends got a response. */
export const isElectrumAway = ({ unansweredInRow }: DeliveryQueues): boolean => unansweredInRow >= OUTAGE_SENDS;
