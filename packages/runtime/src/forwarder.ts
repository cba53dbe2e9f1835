import { type Advice, type Answer, type Fact, type Instant, pauseMs, resume } from "@electrum-vouchers/core";
import type { ClaimedRecord, Outbox } from "@electrum-vouchers/core/ports";
import { type Alarm, alertsOf } from "./alarm.ts";
import { startClaimLoop } from "./claim-loop.ts";
import type { Clock } from "./clock.ts";
import { type Halt, readDelivery, type Repeat } from "./delivery.ts";
import { drive, type Hands, observed, type Versioned } from "./drive.ts";
import type { ForwarderStatus, Observer } from "./events.ts";
import { gateOf, linkAnswered, linkFailed, linkHalted, linkHeard, linkProbed, linkUp } from "./link.ts";
import { watchLink } from "./link-watch.ts";
import type { Forwarding } from "./options.ts";
import type { Send } from "./send.ts";

export interface ForwarderOptions extends Forwarding {
  readonly send: Send;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly hands: Hands;
  readonly observe: Observer;
  readonly alarm: Alarm;
}

export interface Forwarder {
  /** An advice was queued. */
  notify(): void;
  /** Electrum has answered somebody. */
  heard(): void;
  status(): ForwarderStatus;
  /** After a halt: the credentials are right again. */
  resume(): void;
  stop(): Promise<void>;
}

/** Beyond the deadline of a delivery, so that its lease never ends first. */
const LEASE_MARGIN_MS = 5_000;

/** Store and forward: delivers advices, oldest first, until each is acknowledged. */
export function startForwarder(options: ForwarderOptions): Forwarder {
  const { clock, inFlight, deadlineMs } = options;
  const watch = watchLink(options);

  const loop = startClaimLoop({
    ...options,
    work: ["advice"],
    concurrency: inFlight,
    leaseMs: deadlineMs + LEASE_MARGIN_MS,
    graceMs: 0,
    gate: () => gateOf(watch.link(), clock.monotonicMs(), inFlight),
    handle,
  });

  async function handle(record: ClaimedRecord, current: Versioned): Promise<void> {
    const [command] = resume(current.transaction).commands;
    if (command?.type !== "queueAdvice") return;
    const { advice } = command;
    const { id, postponed } = record;
    const pause = (repeats: number): number => pauseMs(options.repeat, repeats, advice.message.id);
    watch.enter(linkProbed(watch.link(), clock.monotonicMs(), pause));
    const deadlineAt = clock.now() + deadlineMs;
    const delivery = readDelivery(advice, await options.send({ id, attempt: postponed, outgoing: advice, deadlineAt }));
    switch (delivery.outcome) {
      case "settled":
        watch.enter(linkAnswered(watch.link()));
        return settle(options, current, advice, delivery.answer);
      case "halt":
        watch.enter(linkHalted);
        return halt(options, record, advice, delivery);
      case "repeat": {
        watch.enter(linkFailed(watch.link(), { ...delivery, atMs: clock.monotonicMs() }, pause));
        // What nobody took is not put off, so that the order is kept: the link lets it wait.
        const waitMs = Math.max(pause(postponed), delivery.retryAfterMs);
        return repeat(options, record, advice, delivery, delivery.wasReached ? clock.now() + waitMs : record.due.at);
      }
    }
  }

  return {
    notify: () => loop.notify(),
    heard: () => {
      if (watch.link().status !== "down") return;
      watch.enter(linkHeard(watch.link(), clock.monotonicMs()));
      loop.notify();
    },
    status: () => watch.status(),
    resume: () => {
      watch.enter(linkUp);
      loop.notify();
    },
    stop: async () => {
      watch.stop();
      await loop.stop();
    },
  };
}

type Context = Pick<ForwarderOptions, "outbox" | "clock" | "hands" | "observe" | "alarm">;

async function settle(context: Context, current: Versioned, { message }: Advice, answer: Answer): Promise<void> {
  const { clock, hands, alarm } = context;
  const fact: Fact = { type: "adviceAnswered", adviceId: message.id, ...answer, at: clock.now() };
  const driven = await drive(observed(current, fact), hands);
  // Where this fails the lease ends some time, and the same advice goes out again.
  driven.orTee((error) => alertsOf(current.transaction.id, error).forEach(alarm));
}

async function halt(context: Context, record: ClaimedRecord, { operation }: Advice, { status }: Halt): Promise<void> {
  context.alarm({ reason: "credentials", id: record.id, operation, status });
  await postpone(context, record, record.due.at, `status ${status}: wrong credentials`);
}

async function repeat(
  context: Context,
  record: ClaimedRecord,
  { operation }: Advice,
  { strangeStatus, why }: Repeat,
  notBefore: Instant,
): Promise<void> {
  const { id } = record;
  const { clock, observe, alarm } = context;
  if (strangeStatus !== undefined) alarm({ reason: "notElectrum", id, operation, status: strangeStatus });
  observe({ type: "adviceRepeats", id, operation, notBefore, at: clock.now() });
  await postpone(context, record, notBefore, why);
}

async function postpone(
  { outbox, alarm }: Context,
  { id, version }: ClaimedRecord,
  until: Instant,
  why: string,
): Promise<void> {
  const postponed = await outbox.postpone({ id, version, until, why });
  postponed.orTee((error) => alarm({ reason: "outboxUnavailable", error }));
}
