// Which advice is delivered next, when many wait and some are in trouble. A pure value and its transitions.
//
// A *queue* is those advices that share a fate: one client's for one provider. One trouble is one's own:
//
// 1. Each advice backs off by itself (`delivery.ts`).
// 2. First deliveries go ahead of repeats: a failing advice has had its first delivery, a healthy one needs no other. So what
//    healthy advices experience does not depend on the failing ones. Exception: if none of the last sends got a response,
//    requests included, Electrum is away (a send that never left shows nothing), and single probes find out when it is back. A
//    probe that reached something, and got no response all the same, may have itself to blame: the next ones pass over more and
//    more of the oldest, so that some failing advices at the head do not hide that Electrum is back. An advice that could not be
//    sent waits for the next probe only, so that the oldest probes again, and the order is kept.
// 3. A circuit breaker per queue holds back *repeats* only, and lets single ones probe. Any acknowledgement closes it.
//    After long, it also pulls forward what waits for a response; a failure among acknowledgements is one advice's own.
// 4. Repeats use idle slots, but a quarter of all slots, at least one, is never lent to them (unless there is only one).
// 5. A delivery that gets no response for some time is *detached*: it leaves its slot to others, and holds only its connection.
//    The more of its queue are detached, the sooner. Detached deliveries are bounded per queue, and in all with a place kept for
//    every other queue. A queue whose bound is full sends its first deliveries in one slot.
// 6. A halt is evidence about credentials: refusals of two different advices of one client under the same credentials, with
//    nothing accepted between. One refusal may be one message's fault. While halted, single probes rotate over the advices, by
//    passing over more and more of the oldest. The halt ends with any response of Electrum's to that client that is no
//    refusal, or with other credentials. If Electrum is away meanwhile, a halted client's probe is as good as any.
//
// Queues over a bound share an entry by hash, so that memory is bounded whatever arrives.
// Moments are monotonic milliseconds: a clock that is set back must not silence the forwarder.
// What it does not know: HTTP, the outbox, and what a response means.

import type { DeliveryRepeat, MessageReach } from "./delivery.ts";

export interface DeliveryQueues {
  readonly queues: ReadonlyMap<string, QueueState>;
  readonly clients: ReadonlyMap<string, ClientState>;
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

/** What may be claimed now: these claims, one after the other, until the slots are full. */
export interface DeliveryPlan {
  readonly claims: readonly DeliveryClaim[];
  /** How long until more may be claimed without anything ending before. Absent: only the end of something changes it. */
  readonly waitMs?: number;
}

/** A part of the outbox's `ClaimRequest`, and what to leave of what it gives. */
export interface DeliveryClaim {
  readonly limit: number;
  /** How many of the oldest to pass over, if there are others. */
  readonly passOver?: number;
  readonly deliveries?: "first" | "repeat";
  readonly queues?: readonly string[];
  readonly exceptQueues?: readonly string[];
  readonly clients?: readonly string[];
  readonly exceptClients?: readonly string[];
}

/** The slots, and what is under way in them. */
export interface Slots {
  readonly count: number;
  readonly first: number;
  readonly repeat: number;
  /** Queues that have a delivery in a slot. */
  readonly busyQueues: ReadonlySet<string>;
}

/** What may be claimed now. `prefetch` first deliveries may be claimed beyond the free slots. */
export function planDeliveries(state: DeliveryQueues, slots: Slots, prefetch: number, nowMs: number): DeliveryPlan {
  const halted = haltedClients(state);
  const exceptClients = halted.map(([client]) => client);
  // A halted client's probe may be the only message there is that can show that Electrum is back.
  const waiting = halted.filter(([, { probeAtMs }]) => probeAtMs > nowMs).map(([client]) => client);
  const free = Math.max(slots.count - slots.first - slots.repeat, 0);
  const haltProbes = halted
    .filter(([, { probeAtMs }]) => probeAtMs <= nowMs)
    .map(([client, { probes }]): DeliveryClaim => ({ limit: 1, clients: [client], ...passOver(probes) }));
  const claims = isAway(state)
    ? outageProbe(state, slots, waiting, nowMs)
    : [...haltProbes, ...regularClaims(state, slots, { free, prefetch, exceptClients }, nowMs)];
  const waits = probeTimes(state, halted).filter((at) => at > nowMs);
  return {
    claims: free === 0 ? [] : claims.filter(({ limit }) => limit > 0),
    ...(waits.length === 0 ? {} : { waitMs: Math.min(...waits) - nowMs }),
  };
}

interface Room {
  readonly free: number;
  readonly prefetch: number;
  readonly exceptClients: readonly string[];
}

function regularClaims(
  { queues }: DeliveryQueues,
  slots: Slots,
  { free, prefetch, exceptClients }: Room,
  nowMs: number,
): readonly DeliveryClaim[] {
  const full = [...queues].filter(
    ([name, { detached }]) => detached >= MAX_DETACHED_PER_QUEUE && slots.busyQueues.has(name),
  );
  const open = [...queues].filter(([, { failures }]) => failures > 0);
  const reserved = Math.max(Math.ceil(slots.count / RESERVED_PART), 1);
  const forRepeats = Math.max(Math.min(free, Math.max(slots.count - reserved, 1) - slots.repeat), 0);
  const probes = open.filter(([, { probeAtMs }]) => probeAtMs <= nowMs).slice(0, forRepeats);
  return [
    { deliveries: "first", limit: free + prefetch, exceptClients, exceptQueues: namesOf(full) },
    ...probes.map(([name]): DeliveryClaim => ({ deliveries: "repeat", limit: 1, exceptClients, queues: [name] })),
    { deliveries: "repeat", limit: forRepeats - probes.length, exceptClients, exceptQueues: namesOf(open) },
  ];
}

/** One slot in this many is never lent to repeats. */
const RESERVED_PART = 4;

const namesOf = (queues: readonly (readonly [string, QueueState])[]): readonly string[] => queues.map(([name]) => name);

const isAway = ({ unansweredInRow }: DeliveryQueues): boolean => unansweredInRow >= OUTAGE_SENDS;

/** Electrum is away: one delivery at a time, of whatever queue, finds out when it is back. */
const outageProbe = (
  { outageProbeAtMs, outageProbes, isReached }: DeliveryQueues,
  slots: Slots,
  exceptClients: readonly string[],
  nowMs: number,
): readonly DeliveryClaim[] =>
  outageProbeAtMs <= nowMs && slots.first + slots.repeat === 0
    ? [{ limit: 1, exceptClients, ...(isReached ? passOver(outageProbes) : {}) }]
    : [];

/** Probes pass over 0, 1, 3, 7 and so on, at most 255, and then begin again: some failing ones at the head are soon passed. */
const passOver = (probes: number): Pick<DeliveryClaim, "passOver"> => {
  const count = 2 ** (probes % PASS_OVER_STEPS) - 1;
  return count === 0 ? {} : { passOver: count };
};

const PASS_OVER_STEPS = 9;

const haltedClients = ({ clients }: DeliveryQueues): readonly (readonly [string, ClientState])[] =>
  [...clients].filter(([, { haltedAtMs }]) => haltedAtMs !== undefined);

/** When something may be sent that may not be sent now. */
const probeTimes = (state: DeliveryQueues, halted: readonly (readonly [string, ClientState])[]): readonly number[] => [
  ...(isAway(state)
    ? [state.outageProbeAtMs]
    : [...state.queues.values()].filter(({ failures }) => failures > 0).map(({ probeAtMs }) => probeAtMs)),
  ...halted.map(([, { probeAtMs }]) => probeAtMs),
];

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
  let next = failures > 0 && isRepeat ? withQueue(state, queue, { probeAtMs: nowMs + backoff(failures) }) : state;
  if (known?.haltedAtMs !== undefined) {
    const probes = known.probes + 1;
    next = withClient(next, client, { ...known, probes, probeAtMs: nowMs + backoff(probes) });
  }
  if (!isAway(next)) return next;
  const outageProbes = next.outageProbes + 1;
  return { ...next, outageProbes, outageProbeAtMs: nowMs + backoff(outageProbes) };
}

/** The response settled the advice: Electrum is there, and the queue works. */
export const onDeliverySettled = (state: DeliveryQueues, { queue, client }: QueuedDelivery): DeliveryQueues =>
  withQueue(onAccepted(state, client), queue, { failures: 0, probeAtMs: 0 });

/** The advice must be repeated: its queue's breaker opens, or stays open. */
export function onDeliveryRepeat(
  state: DeliveryQueues,
  { queue, client }: QueuedDelivery,
  outcome: Pick<DeliveryRepeat, "cause" | "reach" | "foreignStatus">,
  nowMs: number,
  backoff: ProbeBackoff,
): DeliveryQueues {
  const { failures, failingSinceMs, probeAtMs } = queueStateOf(state, queue);
  const opened = withQueue(state, queue, {
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
  return isAway(next) && !isAway(state) ? { ...next, outageProbes: 0, outageProbeAtMs: nowMs + backoff(0) } : next;
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

/** The clients whose credentials are refused. */
export const haltedClientsOf = (state: DeliveryQueues): readonly string[] =>
  haltedClients(state).map(([client]) => client);

/** Whether none of the last sends got a response. */
export const isElectrumAway = (state: DeliveryQueues): boolean => isAway(state);
