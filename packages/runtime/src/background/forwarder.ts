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
  /** Electrum has answered somebody. */
  noteReachable(): void;
  status(): ForwarderStatus;
  /** After a halt: the credentials are right again. */
  resume(): void;
  stop(): Promise<void>;
}

/** Beyond the deadline of a delivery, so that its lease never ends first. */
const LEASE_MARGIN_MS = 5_000;

/** Store and forward: delivers advices, oldest first, until each is acknowledged. */
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
        // What nobody took is not put off, so that the order is kept: the breaker lets it wait.
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
  // Where this fails the lease ends some time, and the same advice goes out again.
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
