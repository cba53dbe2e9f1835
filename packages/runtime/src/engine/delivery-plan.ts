// What may be claimed now, when many advices wait and some are in trouble: the rules of `delivery-queues.ts`, as claims.

import type { Instant } from "@electrum-vouchers/core";
import {
  type ClientState,
  type DeliveryQueues,
  haltedClientsOf,
  isElectrumAway,
  MAX_DETACHED_PER_QUEUE,
  type QueueState,
} from "./delivery-queues.ts";
import { pacedClients } from "./delivery-rate.ts";

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
  readonly dueSince?: Instant;
  readonly dueBefore?: Instant;
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

/** What bounds a plan, beside the slots. */
export interface DeliveryBounds {
  /** How many first deliveries may be claimed beyond the free slots. */
  readonly prefetch: number;
  /** Since when this process runs, by the wall clock. Default: for ever. */
  readonly startedAt?: Instant;
}

/** What may be claimed now. */
export function planDeliveries(
  state: DeliveryQueues,
  slots: Slots,
  bounds: DeliveryBounds,
  nowMs: number,
): DeliveryPlan {
  const halted = haltedClients(state);
  // A halted client's probe may be the only message there is that can show that Electrum is back.
  const waiting = halted.filter(([, { probeAtMs }]) => probeAtMs > nowMs).map(([client]) => client);
  const free = Math.max(slots.count - slots.first - slots.repeat, 0);
  const haltProbes = halted
    .filter(([, { probeAtMs }]) => probeAtMs <= nowMs)
    .map(([client, { probes }]): DeliveryClaim => ({ limit: 1, clients: [client], ...passOver(probes) }));
  const claims = isElectrumAway(state)
    ? outageProbe(state, slots, waiting, nowMs)
    : [...haltProbes, ...regularClaims(state, slots, { free, ...bounds }, nowMs)];
  const waits = probeTimes(state, halted).filter((at) => at > nowMs);
  return {
    claims: free === 0 ? [] : claims.filter(({ limit }) => limit > 0),
    ...(waits.length === 0 ? {} : { waitMs: Math.min(...waits) - nowMs }),
  };
}

interface Room extends DeliveryBounds {
  readonly free: number;
}

function regularClaims(
  state: DeliveryQueues,
  slots: Slots,
  { free, prefetch, startedAt }: Room,
  nowMs: number,
): readonly DeliveryClaim[] {
  const { queues, rates, clients } = state;
  const full = [...queues].filter(
    ([name, { detached }]) => detached >= MAX_DETACHED_PER_QUEUE && slots.busyQueues.has(name),
  );
  const open = [...queues].filter(([, { failures }]) => failures > 0);
  const reserved = Math.max(Math.ceil(slots.count / RESERVED_PART), 1);
  const forRepeats = Math.max(Math.min(free, Math.max(slots.count - reserved, 1) - slots.repeat), 0);
  const probes = open.filter(([, { probeAtMs }]) => probeAtMs <= nowMs).slice(0, forRepeats);
  const paced = pacedClients(rates).filter(([client]) => clients.get(client)?.haltedAtMs === undefined);
  const exceptClients = [...haltedClientsOf(state), ...paced.map(([client]) => client)];
  const isInTrouble = [...queues.values()].some(({ failures, detached }) => failures > 0 || detached > 0);
  const silent = [...queues].filter(([name, { detached }]) => detached > 0 && !namesOf(full).includes(name));
  const ages = startedAt === undefined || !isInTrouble ? [{}] : [{ dueSince: startedAt }, { dueBefore: startedAt }];
  const places = [
    { exceptQueues: [...namesOf(full), ...namesOf(silent)] },
    ...(silent.length === 0 ? [] : [{ queues: namesOf(silent) }]),
  ];
  const limit = free + prefetch;
  return [
    ...places.flatMap((place) =>
      ages.map((age): DeliveryClaim => ({ deliveries: "first", ...place, ...age, limit, exceptClients })),
    ),
    ...paced.filter(([, { nextAtMs }]) => nextAtMs <= nowMs).flatMap(([client]) => pacedClaims(client, namesOf(full))),
    ...probes.map(([name]): DeliveryClaim => ({ deliveries: "repeat", limit: 1, exceptClients, queues: [name] })),
    { deliveries: "repeat", limit: forRepeats - probes.length, exceptClients, exceptQueues: namesOf(open) },
  ];
}

/** A client that keeps an interval sends one of each. So slow, its repeats need no breaker besides. */
const pacedClaims = (client: string, exceptQueues: readonly string[]): readonly DeliveryClaim[] => [
  { deliveries: "first", clients: [client], exceptQueues, limit: 1 },
  { deliveries: "repeat", clients: [client], limit: 1 },
];

/** One slot in this many is never lent to repeats. */
const RESERVED_PART = 4;

const namesOf = (queues: readonly (readonly [string, QueueState])[]): readonly string[] => queues.map(([name]) => name);

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

/** When something may be sent that may not be sent now. */
const probeTimes = (state: DeliveryQueues, halted: readonly (readonly [string, ClientState])[]): readonly number[] => [
  ...(isElectrumAway(state)
    ? [state.outageProbeAtMs]
    : [...state.queues.values()].filter(({ failures }) => failures > 0).map(({ probeAtMs }) => probeAtMs)),
  ...halted.map(([, { probeAtMs }]) => probeAtMs),
  ...pacedClients(state.rates).map(([, { nextAtMs }]) => nextAtMs),
];

const haltedClients = ({ clients }: DeliveryQueues): readonly (readonly [string, ClientState])[] =>
  [...clients].filter(([, { haltedAtMs }]) => haltedAtMs !== undefined);
