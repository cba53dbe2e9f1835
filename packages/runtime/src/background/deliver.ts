import {
  type Advice,
  backoffMs,
  encodeEntry,
  type HttpResponse,
  type Instant,
  labelsOf,
  type NoResponse,
  pendingAdvice,
  type Uuid,
} from "@electrum-vouchers/core";
import type { ClaimedRecord, Electrum, Outbox, Postponement } from "@electrum-vouchers/core/ports";
import { type AlertReporter, toAlerts } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { afterDelivery, type DeliveryAttempt, type DeliveryRepeat } from "../engine/delivery.ts";
import {
  isElectrumAway,
  isLongFailing,
  mayDetach,
  onCredentials,
  onDeliveryRefused,
  onDeliveryRepeat,
  onDeliverySettled,
  onDeliveryStart,
  onDetached,
  onDetachedEnd,
  type ProbeBackoff,
  type QueuedDelivery,
  queueStateOf,
} from "../engine/delivery-queues.ts";
import { type EnginePorts, runTransaction } from "../engine/run-transaction.ts";
import { factStep, type VersionedTransaction } from "../engine/stored-step.ts";
import { transactionTime } from "../engine/transaction-time.ts";
import { type EventLabels, eventLabelsOf } from "../event-labels.ts";
import type { EventListener } from "../events.ts";
import type { Forwarding } from "../options.ts";
import type { Send } from "../send.ts";
import type { DeliveryState } from "./delivery-state.ts";
import type { Slot } from "./worker-pool.ts";

export interface DeliveryOptions extends Forwarding {
  readonly electrum: Pick<Electrum, "credentialsNumber">;
  readonly send: Send;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly worker: string;
  readonly enginePorts: EnginePorts;
  readonly onEvent: EventListener;
  readonly reportAlert: AlertReporter;
}

/** What a delivery needs, beside its record. */
export interface DeliveryContext {
  readonly options: DeliveryOptions;
  readonly state: DeliveryState;
  /** Records have become due. */
  readonly notify: () => void;
}

/** How long to wait before the next probe. The jitter comes from the id of a message, so that two tills do not probe in step. */
export const createProbeBackoff =
  ({ backoff }: Pick<DeliveryOptions, "backoff">, id: Uuid): ProbeBackoff =>
  (probes) =>
    // The outbox stores whole milliseconds.
    Math.ceil(backoffMs(backoff, probes, id));

/** Delivers the advice of a claimed record once. */
export async function deliver(
  context: DeliveryContext,
  record: ClaimedRecord,
  current: VersionedTransaction,
  slot: Slot,
): Promise<void> {
  const { options, state } = context;
  const { clock } = options;
  const pending = pendingAdvice(current.transaction);
  if (pending === undefined) return;
  const { advice } = pending;
  const startedMs = clock.monotonicMs();
  const probeBackoff = createProbeBackoff(options, advice.message.id);
  const delivery = toDelivery(record, current, advice, options.electrum);
  const known = onCredentials(state.queues(), delivery.client, delivery.credentials);
  state.update(onDeliveryStart(known, delivery, clock.monotonicMs(), probeBackoff));
  const labels = eventLabelsOf(current.transaction);
  const sentAt = clock.now();
  const sent = await sendDetaching(context, record, { message: advice, delivery, labels }, slot);
  const result = sent.match<HttpResponse | NoResponse>(
    (response) => response,
    (noResponse) => noResponse,
  );
  const { transaction } = current;
  const at = clock.now();
  const durationMs = clock.monotonicMs() - startedMs;
  const countedAt = transactionTime({ ...record, ...waitedSince(record, durationMs) }, at);
  const attempt = { transaction, advice, repeats: record.postponed, result, sentAt, at, countedAt };
  const outcome = afterDelivery(attempt, options.backoff);
  const nowMs = clock.monotonicMs();
  switch (outcome.outcome) {
    case "settled": {
      const isBack = isLongFailing(state.queues(), delivery.queue, nowMs);
      state.update(onDeliverySettled(state.queues(), delivery));
      if (isBack) await advance(context, delivery.queue);
      const settled = await runTransaction(factStep(current, outcome.fact), options.enginePorts);
      // If this fails, the lease ends some time, and the same advice is sent again.
      settled.orTee((error) => toAlerts(transaction.id, error).forEach((alert) => options.reportAlert(alert)));
      return;
    }
    case "repeat":
      state.update(onDeliveryRepeat(state.queues(), delivery, outcome, nowMs, probeBackoff));
      alertIfOverdue(context, record, { attempt, labels });
      return repeat(context, record, { attempt, labels }, forNextProbe(outcome, isElectrumAway(state.queues()), at));
    case "halt":
      state.update(onDeliveryRefused(state.queues(), delivery, nowMs, probeBackoff));
      alertIfOverdue(context, record, { attempt, labels });
      return halt(context, record, { attempt, client: delivery.client }, outcome.status);
  }
}

/** How long a record has waited, if that was known when it was claimed. */
const waitedSince = ({ waitedMs }: ClaimedRecord, sinceMs: number): Pick<ClaimedRecord, "waitedMs"> =>
  waitedMs === undefined ? {} : { waitedMs: waitedMs + sinceMs };

/** While Electrum is away only probes go out. If no connection could be made, this advice may be the next, so the order is kept. */
const forNextProbe = (outcome: DeliveryRepeat, isAway: boolean, at: Instant): DeliveryRepeat =>
  outcome.reach === "unreachable" && isAway ? { ...outcome, notBefore: at } : outcome;

interface Delivering {
  readonly message: Advice;
  readonly delivery: QueuedDelivery;
  readonly labels: EventLabels;
}

/** A delivery that has ended, as it is journalled. */
type EndedDelivery = DeliveryAttempt & { readonly sentAt: Instant };

/**
 * Sends. If there is no response for some time, the delivery leaves its slot to others: the sooner, the more of its queue have done
 * so already. A queue of which many get no response would hold the slots against the rest.
 */
async function sendDetaching(
  { options, state }: DeliveryContext,
  { id, postponed }: ClaimedRecord,
  { message, delivery: { queue, client, adviceId }, labels }: Delivering,
  slot: Slot,
): ReturnType<Send> {
  const { clock, deadlineMs, detachAfterMs } = options;
  const answered = new AbortController();
  let isDetached = false;
  const detachMs = detachAfterMs / (1 + queueStateOf(state.queues(), queue).detached);
  void clock.sleep(detachMs, answered.signal).then(() => {
    if (answered.signal.aborted || !mayDetach(state.queues(), queue)) return;
    isDetached = true;
    state.update(onDetached(state.queues(), queue));
    slot.detach();
  });
  const deadlineAt = clock.now() + deadlineMs;
  const result = await options.send({ id, attempt: postponed, message, deadlineAt, client, adviceId, labels });
  answered.abort();
  if (isDetached) state.update(onDetachedEnd(state.queues(), queue));
  return result;
}

/** The queue is well again: what was postponed without a response need not wait, a slotful at a time. */
async function advance({ options, notify }: DeliveryContext, queue: string): Promise<void> {
  const { outbox, clock, concurrency, reportAlert } = options;
  const advanced = await outbox.advance({ queue, now: clock.now(), limit: concurrency });
  advanced.match(
    () => notify(),
    (error) => reportAlert({ reason: "outboxUnavailable", error }),
  );
}

/** An advice that stays undelivered for long is money that till and Electrum disagree about. A queue is alerted to as one. */
function alertIfOverdue(
  { options, state }: DeliveryContext,
  { id, due, queue = "" }: ClaimedRecord,
  {
    attempt: { advice, transaction, at, countedAt = at },
    labels,
  }: { readonly attempt: EndedDelivery; readonly labels: EventLabels },
): void {
  const waitedMs = countedAt - due.at;
  if (waitedMs < options.undeliveredAlertMs || !state.noteUndelivered(queue)) return;
  const { operation } = advice;
  options.reportAlert({ reason: "undelivered", id, kind: transaction.kind, operation, waitedMs }, labels);
}

async function repeat(
  { options }: DeliveryContext,
  { id, version }: ClaimedRecord,
  { attempt, labels }: { readonly attempt: EndedDelivery; readonly labels: EventLabels },
  outcome: DeliveryRepeat,
): Promise<void> {
  const { clock, onEvent, reportAlert } = options;
  const { operation, message } = attempt.advice;
  const { notBefore, reason, cause, foreignStatus } = outcome;
  if (foreignStatus !== undefined) reportAlert({ reason: "notElectrum", id, operation, status: foreignStatus }, labels);
  onEvent({ type: "adviceRepeats", id, adviceId: message.id, operation, notBefore, ...labels, at: clock.now() });
  await postpone(options, {
    id,
    version,
    at: clock.now(),
    until: notBefore,
    reason,
    delivery: encodeDelivery(attempt),
    ...(cause === "noResponse" ? { cause } : {}),
  });
}

/** The refused advice waits longer than the next probe, so that probes rotate, and the one that was refused comes last. */
async function halt(
  { options, state }: DeliveryContext,
  record: ClaimedRecord,
  { attempt, client }: { readonly attempt: EndedDelivery; readonly client: string },
  status: number,
): Promise<void> {
  const { id, version } = record;
  const { operation, message } = attempt.advice;
  if (state.noteHalt(client)) options.reportAlert({ reason: "credentials", id, operation, status, client });
  const probes = state.queues().clients.get(client)?.probes ?? 0;
  const waitMs = createProbeBackoff(options, message.id)(Math.max(record.postponed, probes) + 1);
  const at = options.clock.now();
  const reason = `status ${status}: the credentials are refused`;
  const delivery = encodeDelivery(attempt);
  await postpone(options, { id, version, at, until: at + 2 * waitMs, reason, cause: "halted", delivery });
}

/** What went out and when, and what came back, for the journal: a status or a cause, and nothing of a message. */
const encodeDelivery = ({ advice, repeats, result, sentAt, at }: EndedDelivery): string =>
  encodeEntry({
    type: "delivery",
    delivery: {
      adviceId: advice.message.id,
      operation: advice.operation,
      attempt: repeats,
      sentAt,
      outcome: "status" in result ? { status: result.status } : { noResponse: result.cause },
      at,
    },
  });

async function postpone({ outbox, reportAlert }: DeliveryOptions, postponement: Postponement): Promise<void> {
  const postponed = await outbox.postpone(postponement);
  postponed.orTee((error) => reportAlert({ reason: "outboxUnavailable", error }));
}

function toDelivery(
  { queue = "", postponed }: ClaimedRecord,
  { transaction }: VersionedTransaction,
  { message }: Advice,
  electrum: DeliveryOptions["electrum"],
): QueuedDelivery {
  const { client = "" } = labelsOf(transaction);
  const credentials = electrum.credentialsNumber?.(client) ?? 0;
  return { adviceId: message.id, queue, client, isRepeat: postponed > 0, credentials };
}
