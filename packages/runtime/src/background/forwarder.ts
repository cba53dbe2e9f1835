// Store and forward: the forwarder delivers advices until Electrum acknowledges each of them (contract E).
//
// Rules
// 1. An advice was stored before it is sent, and every repeat is the same message.
// 2. Only Electrum's word settles an advice. The response then is a fact of its transaction, and the engine goes on from there.
// 3. What is not settled is postponed, longer each time, without an end: a reversal that is given up leaves a live voucher.
// 4. If deliveries fail, the circuit breaker lets single ones find out when Electrum is back. If Electrum refuses the
//    credentials, everything is kept and nothing is sent until they are right again.
// 5. Being run twice is harmless: Electrum takes repeats of an advice, and the second acknowledgement changes nothing.
//
// What it does not know: what an answer means (`delivery.ts`), how records are claimed (`claim-loop.ts`), and what an
// acknowledgement makes of its transaction (the core).

import { type Advice, type HttpResponse, type Fact, type Instant, backoffMs, resume } from "@electrum-vouchers/core";
import type { ClaimedRecord, Outbox } from "@electrum-vouchers/core/ports";
import { type AlertReporter, toAlerts } from "../alert-reporter.ts";
import { startClaimLoop } from "./claim-loop.ts";
import type { Clock } from "../clock.ts";
import { type Halt, classifyDelivery, type Repeat } from "./delivery.ts";
import { runTransaction, type EnginePorts } from "../engine/run-transaction.ts";
import { factStep, type VersionedTransaction } from "../engine/stored-step.ts";
import type { ForwarderStatus, EventListener } from "../events.ts";
import {
  capacityOf,
  onSuccess,
  onFailure,
  haltedBreaker,
  onReachable,
  onProbe,
  closedBreaker,
} from "./circuit-breaker.ts";
import { createBreakerMonitor } from "./breaker-monitor.ts";
import type { Forwarding } from "../options.ts";
import type { Send } from "../send.ts";

export interface ForwarderOptions extends Forwarding {
  readonly send: Send;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly enginePorts: EnginePorts;
  readonly onEvent: EventListener;
  readonly reportAlert: AlertReporter;
}

export interface Forwarder {
  /** An advice was queued. */
  notify(): void;
  /** Electrum has answered a request. */
  noteReachable(): void;
  status(): ForwarderStatus;
  /** Ends a halt: the credentials are right again. */
  resume(): void;
  stop(): Promise<void>;
}

/** A lease outlasts the deadline of its delivery by this, so that it never ends first. */
const LEASE_MARGIN_MS = 5_000;

/** Starts to deliver advices, oldest first, until each is acknowledged. */
export function startForwarder(options: ForwarderOptions): Forwarder {
  const { clock, concurrency, deadlineMs } = options;
  const monitor = createBreakerMonitor(options);

  const loop = startClaimLoop({
    ...options,
    work: ["advice"],
    concurrency,
    leaseMs: deadlineMs + LEASE_MARGIN_MS,
    graceMs: 0,
    capacity: () => capacityOf(monitor.breaker(), clock.monotonicMs(), concurrency),
    handle,
  });

  async function handle(record: ClaimedRecord, current: VersionedTransaction): Promise<void> {
    const [command] = resume(current.transaction).commands;
    if (command?.type !== "queueAdvice") return;
    const { advice } = command;
    const { id, postponed } = record;
    const backoff = (repeats: number): number => backoffMs(options.backoff, repeats, advice.message.id);
    monitor.transitionTo(onProbe(monitor.breaker(), clock.monotonicMs(), backoff));
    const deadlineAt = clock.now() + deadlineMs;
    const delivery = classifyDelivery(
      advice,
      await options.send({ id, attempt: postponed, message: advice, deadlineAt }),
    );
    switch (delivery.outcome) {
      case "settled":
        monitor.transitionTo(onSuccess(monitor.breaker()));
        return settle(options, current, advice, delivery.response);
      case "halt":
        monitor.transitionTo(haltedBreaker);
        return halt(options, record, advice, delivery);
      case "repeat": {
        monitor.transitionTo(onFailure(monitor.breaker(), { ...delivery, atMs: clock.monotonicMs() }, backoff));
        // An advice that did not reach Electrum keeps its place in the order; the breaker makes it wait.
        const waitMs = Math.max(backoff(postponed), delivery.retryAfterMs);
        return repeat(options, record, advice, delivery, delivery.reached ? clock.now() + waitMs : record.due.at);
      }
    }
  }

  return {
    notify: () => loop.notify(),
    noteReachable: () => {
      if (monitor.breaker().status !== "open") return;
      monitor.transitionTo(onReachable(monitor.breaker(), clock.monotonicMs()));
      loop.notify();
    },
    status: () => monitor.status(),
    resume: () => {
      monitor.transitionTo(closedBreaker);
      loop.notify();
    },
    stop: async () => {
      monitor.stop();
      await loop.stop();
    },
  };
}

type Context = Pick<ForwarderOptions, "outbox" | "clock" | "enginePorts" | "onEvent" | "reportAlert">;

async function settle(
  context: Context,
  current: VersionedTransaction,
  { message }: Advice,
  response: HttpResponse,
): Promise<void> {
  const { clock, enginePorts, reportAlert } = context;
  const fact: Fact = { type: "adviceResponse", adviceId: message.id, ...response, at: clock.now() };
  const settled = await runTransaction(factStep(current, fact), enginePorts);
  // If this fails, the lease ends some time, and the same advice is sent again.
  settled.orTee((error) => toAlerts(current.transaction.id, error).forEach(reportAlert));
}

async function halt(context: Context, record: ClaimedRecord, { operation }: Advice, { status }: Halt): Promise<void> {
  context.reportAlert({ reason: "credentials", id: record.id, operation, status });
  await postpone(context, record, record.due.at, `status ${status}: wrong credentials`);
}

async function repeat(
  context: Context,
  record: ClaimedRecord,
  { operation }: Advice,
  { unexpectedStatus, reason }: Repeat,
  notBefore: Instant,
): Promise<void> {
  const { id } = record;
  const { clock, onEvent, reportAlert } = context;
  if (unexpectedStatus !== undefined) reportAlert({ reason: "notElectrum", id, operation, status: unexpectedStatus });
  onEvent({ type: "adviceRepeats", id, operation, notBefore, at: clock.now() });
  await postpone(context, record, notBefore, reason);
}

async function postpone(
  { outbox, reportAlert }: Context,
  { id, version }: ClaimedRecord,
  until: Instant,
  reason: string,
): Promise<void> {
  const postponed = await outbox.postpone({ id, version, until, reason });
  postponed.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
}
