// Store and forward: the forwarder delivers advices until Electrum acknowledges each of them (contract E).
//
// It connects three parts that know nothing of each other, and decides nothing itself:
//   the claim loop claims records as `planDeliveries` says (engine/delivery-queues.ts: whose turn it is);
//   `afterDelivery` says what a response means for this advice (engine/delivery.ts);
//   the engine takes the transaction on from a response that settles it.
//
// Being run twice is harmless: Electrum takes repeats of an advice, and the second acknowledgement changes nothing.

import { type Advice, backoffMs, labelsOf, pendingAdvice } from "@electrum-vouchers/core";
import type { ClaimedRecord, Electrum, Outbox, Postponement } from "@electrum-vouchers/core/ports";
import { type AlertReporter, toAlerts } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { afterDelivery, type DeliveryRepeat } from "../engine/delivery.ts";
import {
  type DeliveryQueues,
  haltedClientsOf,
  isElectrumAway,
  mayDetach,
  noQueues,
  onAccepted,
  onCredentials,
  onDeliveryRefused,
  onDeliveryRepeat,
  onDeliverySettled,
  onDeliveryStart,
  onDetached,
  onDetachedEnd,
  onUnanswered,
  planDeliveries,
  type QueuedDelivery,
  queueStateOf,
} from "../engine/delivery-queues.ts";
import { type EnginePorts, runTransaction } from "../engine/run-transaction.ts";
import { factStep, type VersionedTransaction } from "../engine/stored-step.ts";
import type { EventListener, ForwarderStatus } from "../events.ts";
import type { Forwarding } from "../options.ts";
import type { Send } from "../send.ts";
import { type PoolState, startClaimLoop } from "./claim-loop.ts";
import type { Slot } from "./worker-pool.ts";

export interface ForwarderOptions extends Forwarding {
  readonly electrum: Pick<Electrum, "credentialsNumber">;
  readonly send: Send;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly clients?: readonly string[];
  readonly enginePorts: EnginePorts;
  readonly onEvent: EventListener;
  readonly reportAlert: AlertReporter;
}

export interface Forwarder {
  /** An advice was queued. */
  notify(): void;
  /** Electrum has answered a request of this client with anything but a refusal of the credentials. */
  noteAccepted(client: string): void;
  /** A request got no response at all. */
  noteUnanswered(): void;
  status(): ForwarderStatus;
  /** Ends every halt: the credentials are right again. */
  resume(): void;
  stop(): Promise<void>;
}

/** A lease outlasts the deadline of its delivery by this, so that it never ends first. */
const LEASE_MARGIN_MS = 5_000;

/** While a client is halted, the operator is alerted again this often. */
const HALT_ALERT_MS = 60 * 60 * 1000;

/** Starts to deliver advices until each is acknowledged. */
export function startForwarder(options: ForwarderOptions): Forwarder {
  const { outbox, clock, concurrency, deadlineMs, reportAlert } = options;
  let state = noQueues;
  let status: ForwarderStatus = "forwarding";
  const haltAlertedAtMs = new Map<string, number>();
  const probeBackoff = (probes: number): number => backoffMs(options.backoff, probes, options.worker);

  function update(next: DeliveryQueues): void {
    state = next;
    const halted = haltedClientsOf(state);
    for (const client of haltAlertedAtMs.keys()) if (!halted.includes(client)) haltAlertedAtMs.delete(client);
    report(halted.length > 0 ? "halted" : isElectrumAway(state) ? "probing" : "forwarding");
  }

  function report(next: ForwarderStatus): void {
    if (status === next || status === "stopped") return;
    status = next;
    options.onEvent({ type: "forwarder", status, at: clock.now() });
  }

  const loop = startClaimLoop({
    ...options,
    work: ["advice"],
    leaseMs: deadlineMs + LEASE_MARGIN_MS,
    graceMs: 0,
    plan: (pool) => planDeliveries(state, toSlots(pool, concurrency), pool.prefetch, clock.monotonicMs()),
    mayStart: (record) => !isElectrumAway(state) && !haltedClientsOf(state).includes(record.client ?? ""),
    handle,
  });

  async function handle(record: ClaimedRecord, current: VersionedTransaction, slot: Slot): Promise<void> {
    const pending = pendingAdvice(current.transaction);
    if (pending === undefined) return;
    const { advice } = pending;
    const delivery = toDelivery(record, current, advice, options.electrum);
    update(
      onDeliveryStart(
        onCredentials(state, delivery.client, delivery.credentials),
        delivery,
        clock.monotonicMs(),
        probeBackoff,
      ),
    );
    const result = await sendDetaching(record, advice, delivery, slot);
    const { transaction } = current;
    const attempt = { transaction, advice, repeats: record.postponed, result, at: clock.now() };
    const outcome = afterDelivery(attempt, options.backoff);
    const nowMs = clock.monotonicMs();
    switch (outcome.outcome) {
      case "settled": {
        const wasInTrouble = queueStateOf(state, delivery.queue).failures > 0;
        update(onDeliverySettled(state, delivery));
        if (wasInTrouble) await advance(delivery.queue);
        const settled = await runTransaction(factStep(current, outcome.fact), options.enginePorts);
        // If this fails, the lease ends some time, and the same advice is sent again.
        settled.orTee((error) => toAlerts(transaction.id, error).forEach(reportAlert));
        return;
      }
      case "repeat":
        update(onDeliveryRepeat(state, delivery, toTrouble(outcome), nowMs, probeBackoff));
        return repeat(record, advice, outcome);
      case "halt":
        update(onDeliveryRefused(state, delivery, nowMs, probeBackoff));
        return halt(record, advice, delivery, outcome.status);
    }
  }

  /** Sends. If there is no response for some time, the delivery leaves its slot to others. */
  async function sendDetaching(
    { id, postponed }: ClaimedRecord,
    message: Advice,
    { queue, client }: QueuedDelivery,
    slot: Slot,
  ): ReturnType<Send> {
    const answered = new AbortController();
    let isDetached = false;
    void clock.sleep(options.detachAfterMs, answered.signal).then(() => {
      if (answered.signal.aborted || !mayDetach(state, queue)) return;
      isDetached = true;
      update(onDetached(state, queue));
      slot.detach();
    });
    const deadlineAt = clock.now() + deadlineMs;
    const result = await options.send({ id, attempt: postponed, message, deadlineAt, client });
    answered.abort();
    if (isDetached) update(onDetachedEnd(state, queue));
    return result;
  }

  /** The queue is well again: what was postponed because nothing was heard need not wait, a slotful at a time. */
  async function advance(queue: string): Promise<void> {
    const advanced = await outbox.advance({ queue, now: clock.now(), limit: concurrency });
    advanced.match(
      () => loop.notify(),
      (error) => reportAlert({ reason: "outboxUnavailable", error }),
    );
  }

  async function repeat({ id, version }: ClaimedRecord, { operation }: Advice, outcome: DeliveryRepeat): Promise<void> {
    const { notBefore, reason, cause, foreignStatus } = outcome;
    if (foreignStatus !== undefined) reportAlert({ reason: "notElectrum", id, operation, status: foreignStatus });
    options.onEvent({ type: "adviceRepeats", id, operation, notBefore, at: clock.now() });
    await postpone({ id, version, until: notBefore, reason, ...(cause === "noResponse" ? { cause } : {}) });
  }

  /** The refused advice waits longer than the next probe, so that probes rotate, and the one that was refused comes last. */
  async function halt(
    record: ClaimedRecord,
    { operation }: Advice,
    delivery: QueuedDelivery,
    code: number,
  ): Promise<void> {
    const { id, version } = record;
    const nowMs = clock.monotonicMs();
    const alertedAtMs = haltAlertedAtMs.get(delivery.client);
    if (alertedAtMs === undefined || nowMs - alertedAtMs >= HALT_ALERT_MS) {
      haltAlertedAtMs.set(delivery.client, nowMs);
      reportAlert({ reason: "credentials", id, operation, status: code, client: delivery.client });
    }
    const until = clock.now() + 2 * probeBackoff(record.postponed + 1);
    await postpone({ id, version, until, reason: `status ${code}: the credentials are refused`, cause: "halted" });
  }

  async function postpone(postponement: Postponement): Promise<void> {
    const postponed = await outbox.postpone(postponement);
    postponed.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
  }

  return {
    notify: () => loop.notify(),
    noteAccepted: (client) => {
      const next = onAccepted(state, client);
      if (next === state) return;
      update(next);
      loop.notify();
    },
    noteUnanswered: () => update(onUnanswered(state, clock.monotonicMs(), probeBackoff)),
    status: () => status,
    resume: () => {
      update(haltedClientsOf(state).reduce(onAccepted, state));
      loop.notify();
    },
    stop: async () => {
      report("stopped");
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

function toDelivery(
  { queue = "", postponed }: ClaimedRecord,
  { transaction }: VersionedTransaction,
  { message }: Advice,
  electrum: ForwarderOptions["electrum"],
): QueuedDelivery {
  const { client = "" } = labelsOf(transaction);
  const credentials = electrum.credentialsNumber?.(client) ?? 0;
  return { adviceId: message.id, queue, client, isRepeat: postponed > 0, credentials };
}

const toTrouble = ({
  cause,
  foreignStatus,
}: DeliveryRepeat): { cause: DeliveryRepeat["cause"]; isForeign: boolean } => ({
  cause,
  isForeign: foreignStatus !== undefined,
});
