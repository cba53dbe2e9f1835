// Store and forward: the forwarder delivers advices until Electrum acknowledges each of them (contract E).
//
// It connects three parts that know nothing of each other, and decides nothing itself:
//   the claim loop claims records as `planDeliveries` says (engine/delivery-queues.ts: whose turn it is);
//   `deliver` sends the advice, and `afterDelivery` says what its response means (engine/delivery.ts);
//   the engine takes the transaction on from a response that settles it.
//
// Being run twice is harmless: Electrum takes repeats of an advice, and the second acknowledgement changes nothing.

import type { NoResponseCause, Uuid } from "@electrum-vouchers/core";
import { haltedClientsOf, mayDeliver, onAccepted, onUnanswered } from "../engine/delivery-queues.ts";
import { planDeliveries } from "../engine/delivery-plan.ts";
import { reachOf } from "../engine/delivery.ts";
import type { ForwarderStatus } from "../events.ts";
import { type PoolState, startClaimLoop } from "./claim-loop.ts";
import { createProbeBackoff, deliver, type DeliveryContext, type DeliveryOptions } from "./deliver.ts";
import { createDeliveryState } from "./delivery-state.ts";

export interface ForwarderOptions extends DeliveryOptions {
  /** Only the advices of these clients. Default: all. */
  readonly clients?: readonly string[];
  readonly ownerGraceMs: number;
  /** Counts anew what was stored by a clock that was ahead. */
  readonly checkClock: () => Promise<void>;
}

export interface Forwarder {
  /** An advice was queued. */
  notify(): void;
  /** Electrum has answered a request of this client with anything but a refusal of the credentials. */
  noteAccepted(client: string): void;
  /** A request got no response at all. */
  noteUnanswered(id: Uuid, cause: NoResponseCause): void;
  status(): ForwarderStatus;
  /** Ends every halt: the credentials are right again. */
  resume(): void;
  stop(): Promise<void>;
}

/** A lease outlasts the deadline of its delivery by this, so that it never ends first. */
const LEASE_MARGIN_MS = 5_000;

/** Starts to deliver advices until each is acknowledged. */
export function startForwarder(options: ForwarderOptions): Forwarder {
  const { clock, concurrency, deadlineMs } = options;
  // An advice of this very millisecond may be of before.
  const startedAt = clock.now() + 1;
  const state = createDeliveryState(clock, options.onEvent);
  const context: DeliveryContext = { options, state, notify: () => loop.notify() };

  const loop = startClaimLoop({
    ...options,
    work: ["advice"],
    prepare: options.checkClock,
    leaseMs: deadlineMs + LEASE_MARGIN_MS,
    plan: (pool) => {
      const { prefetch } = pool;
      return planDeliveries(state.queues(), toSlots(pool, concurrency), { prefetch, startedAt }, clock.monotonicMs());
    },
    mayStart: ({ client = "" }) => mayDeliver(state.queues(), client),
    handle: (record, current, slot) => deliver(context, record, current, slot),
  });

  return {
    notify: () => loop.notify(),
    noteAccepted: (client) => {
      const next = onAccepted(state.queues(), client);
      if (next === state.queues()) return;
      state.update(next);
      loop.notify();
    },
    noteUnanswered: (id, cause) => {
      const probeBackoff = createProbeBackoff(options, id);
      state.update(onUnanswered(state.queues(), reachOf(cause), clock.monotonicMs(), probeBackoff));
    },
    status: () => state.status(),
    resume: () => {
      state.update(haltedClientsOf(state.queues()).reduce(onAccepted, state.queues()));
      loop.notify();
    },
    stop: async () => {
      state.end();
      await loop.stop();
    },
  };
}

const toSlots = ({ active }: PoolState, count: number): Parameters<typeof planDeliveries>[1] => ({
  count,
  first: active.filter(({ postponed }) => postponed === 0).length,
  repeat: active.filter(({ postponed }) => postponed > 0).length,
  busyQueues: new Set(active.map(({ queue = "" }) => queue)),
});
