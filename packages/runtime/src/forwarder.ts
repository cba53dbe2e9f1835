import {
  type AcknowledgementReading,
  type Advice,
  type Answer,
  type Growth,
  type Instant,
  pauseMs,
  readAcknowledgement,
  resume,
  type Silence,
} from "@electrum-vouchers/core";
import type { ClaimedRecord, Outbox } from "@electrum-vouchers/core/ports";
import { match } from "ts-pattern";
import { type Gate, startClaimLoop } from "./claim-loop.ts";
import type { Clock } from "./clock.ts";
import { type DriveError, drive, type Hands, progressOf, readRecord, type Versioned } from "./drive.ts";
import type { Alert, ForwarderStatus, Observer } from "./events.ts";
import { type Link, linkFailed, linkUp } from "./link.ts";
import type { Send } from "./send.ts";

export interface ForwarderOptions {
  readonly send: Send;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly hands: Hands;
  readonly observe: Observer;
  /** How many advices are under way at once. */
  readonly inFlight: number;
  /** How long to wait for each acknowledgement. */
  readonly deadlineMs: number;
  /** How the pause between repeats grows; there is no last repeat. */
  readonly repeat: Growth;
}

export interface Forwarder {
  /** An advice was queued. */
  notify(): void;
  status(): ForwarderStatus["status"];
  /** After a halt: the credentials are right again. */
  resume(): void;
  stop(): Promise<void>;
}

/** Beyond the deadline of a delivery, so that its lease never ends first. */
const LEASE_MARGIN_MS = 5_000;

/** What cannot be read now will not be readable soon; a person has been alerted. */
const DAMAGED_PAUSE_MS = 60 * 60 * 1000;

/** The longest `Retry-After` that is heeded: one header must not put an advice off for ever. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** Store and forward: delivers advices, oldest first, until each is acknowledged. */
export function startForwarder(options: ForwarderOptions): Forwarder {
  const { clock, outbox } = options;
  let link: Link = linkUp;
  let isStopped = false;

  const loop = startClaimLoop({
    outbox,
    clock,
    worker: options.worker,
    work: ["advice"],
    concurrency: options.inFlight,
    leaseMs: options.deadlineMs + LEASE_MARGIN_MS,
    graceMs: 0,
    gate,
    handle,
    unavailable: (error) => alert({ reason: "outboxUnavailable", error }),
  });

  /** While Electrum is down one probe goes, alone; while the credentials are wrong, nothing. */
  function gate(busy: number): Gate {
    if (link.status === "up") return { limit: options.inFlight };
    if (link.status === "halted" || busy > 0) return { limit: 0 };
    return clock.now() < link.probeAt ? { limit: 0, notBefore: link.probeAt } : { limit: 1 };
  }

  async function handle(record: ClaimedRecord): Promise<void> {
    const current = readRecord(record);
    if (current.isErr()) return damaged(record, current.error);
    const [command] = resume(current.value.transaction).commands;
    if (command?.type !== "queueAdvice") return;
    const { advice } = command;
    const deadlineAt = clock.now() + options.deadlineMs;
    const answer = await options.send({ id: record.id, attempt: record.postponed, outgoing: advice, deadlineAt });
    await answer.match(
      (complete) => read(record, current.value, advice, complete),
      (silence) => unheard(record, advice, silence),
    );
  }

  async function read(record: ClaimedRecord, current: Versioned, advice: Advice, answer: Answer): Promise<void> {
    const at = clock.now();
    await match(readAcknowledgement(advice, answer))
      .with({ outcome: "repeat" }, (reading) => repeat(record, advice, reading))
      .with({ outcome: "halt" }, () => {
        setLink({ status: "halted" });
        return postpone(record, at, `status ${answer.status}: wrong credentials`);
      })
      .with({ outcome: "acknowledged" }, { outcome: "contradicted" }, { outcome: "refused" }, async () => {
        setLink(linkUp);
        const progress = progressOf(current, { type: "adviceAnswered", adviceId: advice.message.id, ...answer, at });
        // Where this fails the lease ends some time, and the same advice goes out again.
        (await drive(progress, options.hands)).orTee((error) => alertOf(record, error).forEach(alert));
      })
      .exhaustive();
  }

  async function repeat(
    record: ClaimedRecord,
    advice: Advice,
    { alert: isStrange, status, retryAfterMs = 0 }: Extract<AcknowledgementReading, { outcome: "repeat" }>,
  ): Promise<void> {
    const { operation } = advice;
    if (isStrange) alert({ reason: "notElectrum", id: record.id, operation, status });
    fail();
    const pause = Math.max(ownPauseMs(record, advice), Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
    await repeatAt(record, advice, clock.now() + pause, `status ${status}`);
  }

  async function unheard(record: ClaimedRecord, advice: Advice, { cause }: Silence): Promise<void> {
    const after = fail();
    // Where nobody was reached, this one stays the next to go, so that the order is kept until Electrum is back.
    const isFirstAgain = cause === "unreachable" && after.status === "down";
    const notBefore = isFirstAgain ? after.probeAt : clock.now() + ownPauseMs(record, advice);
    await repeatAt(record, advice, notBefore, `no answer: ${cause}`);
  }

  const ownPauseMs = (record: ClaimedRecord, advice: Advice): number =>
    pauseMs(options.repeat, record.postponed, advice.message.id);

  async function repeatAt(
    record: ClaimedRecord,
    { operation }: Advice,
    notBefore: Instant,
    why: string,
  ): Promise<void> {
    options.observe({ type: "adviceRepeats", id: record.id, operation, notBefore, at: clock.now() });
    await postpone(record, notBefore, why);
  }

  async function damaged(record: ClaimedRecord, error: DriveError): Promise<void> {
    alertOf(record, error).forEach(alert);
    await postpone(record, clock.now() + DAMAGED_PAUSE_MS, "the record is damaged");
  }

  async function postpone({ id, version }: ClaimedRecord, until: Instant, why: string): Promise<void> {
    (await outbox.postpone({ id, version, until, why })).orTee((error) =>
      alert({ reason: "outboxUnavailable", error }),
    );
  }

  function fail(): Link {
    const after = linkFailed(link, clock.now(), options.repeat, options.worker);
    setLink(after);
    return after;
  }

  const alert = (each: Alert): void => options.observe({ type: "alert", alert: each, at: clock.now() });

  function setLink(next: Link): void {
    const before = status();
    link = next;
    if (status() !== before) options.observe({ type: "forwarder", status: status(), at: clock.now() });
  }

  function status(): ForwarderStatus["status"] {
    if (isStopped) return "stopped";
    return link.status === "up" ? "forwarding" : link.status === "down" ? "probing" : "halted";
  }

  return {
    notify: loop.notify,
    status,
    resume: () => {
      setLink(linkUp);
      loop.notify();
    },
    stop: async () => {
      isStopped = true;
      await loop.stop();
    },
  };
}

/** What a person must know of a transaction that could not be driven on. */
export function alertOf(record: Pick<ClaimedRecord, "id">, error: DriveError): readonly Alert[] {
  switch (error.type) {
    case "unavailable":
    case "uncertain":
      return [{ reason: "outboxUnavailable", error }];
    case "damaged": {
      const { damage } = error;
      const what = damage.type === "newer" ? `written by the newer version ${damage.version}` : damage.what;
      return [{ reason: "damagedRecord", id: record.id, what }];
    }
    default:
      // Another worker was first: the transaction is in good hands.
      return [];
  }
}
