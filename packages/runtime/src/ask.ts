// How a question is put to Electrum. It is repeated if Electrum may answer it a moment later, as a lookup is: `lookupRetries` times, with the
// policy's backoff and within `customerWaitMs`. Each attempt has its own `replyDeadlineMs`.
//
// An answer of Electrum's shows that it is there. No other answer to a question counts for anything.

import {
  backoffMs,
  type CannotTellYet,
  type HttpResponse,
  isElectrumsAnswer,
  type Lookup,
  mayBeAnsweredSoon,
  type Policy,
  type TransactionStatus,
  type Uuid,
  type VoucherStatus,
} from "@electrum-vouchers/core";
import { err, ResultAsync } from "neverthrow";
import type { Clock } from "./clock.ts";
import type { EventLabels } from "./event-labels.ts";
import type { PendingCalls } from "./pending-calls.ts";
import type { RequestMonitor } from "./request-monitor.ts";
import type { Send } from "./send.ts";

/** A question, and what it goes by. */
interface Question {
  /** What its events are told by: the transaction's id, or one of its own. */
  readonly id: Uuid;
  readonly message: Lookup;
  readonly policy: Policy;
  readonly labels: EventLabels;
}

/** Asks, and gives what the answer means; or why there is none. */
export type Ask = <Status extends VoucherStatus | TransactionStatus>(
  question: Question,
  classify: (response: HttpResponse) => Status,
) => ResultAsync<Status | CannotTellYet, never>;

export interface AskContext {
  readonly clock: Clock;
  readonly send: Send;
  readonly pendingCalls: PendingCalls;
  readonly monitor: Pick<RequestMonitor, "observeAnswer">;
  /** Aborts when the till takes no more calls. */
  readonly stopping: AbortSignal;
}

export function createAsk({ clock, send, pendingCalls, monitor, stopping }: AskContext): Ask {
  async function askOnce<Status extends VoucherStatus | TransactionStatus>(
    { id, message, policy, labels }: Question,
    { attempt, endsAt }: { readonly attempt: number; readonly endsAt: number },
    classify: (response: HttpResponse) => Status,
  ): Promise<{ readonly status: Status | CannotTellYet; readonly retryAfterMs?: number }> {
    const { client } = labels;
    const deadlineAt = Math.min(clock.now() + policy.replyDeadlineMs, endsAt);
    const sent = send({ id, attempt, message, deadlineAt, labels, ...(client === undefined ? {} : { client }) });
    const received = (await pendingCalls.untilAbandoned(sent)) ?? err({ cause: "stopped" } as const);
    if (received.isErr())
      return { status: { outcome: "cannotTellYet", reason: "noResponse", cause: received.error.cause } };
    const { retryAfterMs } = received.value;
    const status = classify(received.value);
    if (isElectrumsAnswer(status)) monitor.observeAnswer(client ?? "");
    return { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }

  async function askUntilAnswered<Status extends VoucherStatus | TransactionStatus>(
    question: Question,
    classify: (response: HttpResponse) => Status,
  ): Promise<Status | CannotTellYet> {
    const { lookupRetries, lookupBackoff, customerWaitMs = Number.POSITIVE_INFINITY } = question.policy;
    const endsAt = clock.now() + customerWaitMs;
    for (let attempt = 0; ; attempt += 1) {
      const { status, retryAfterMs = 0 } = await askOnce(question, { attempt, endsAt }, classify);
      if (status.outcome !== "cannotTellYet" || !mayBeAnsweredSoon(status) || attempt >= lookupRetries) return status;
      const askedMs = Math.min(retryAfterMs, lookupBackoff.maxMs);
      const waitMs = Math.max(backoffMs(lookupBackoff, attempt, question.id), askedMs);
      if (clock.now() + waitMs >= endsAt) return status;
      await clock.sleep(waitMs, stopping);
      if (stopping.aborted) return status;
    }
  }

  return (question, classify) => ResultAsync.fromSafePromise(pendingCalls.track(askUntilAnswered(question, classify)));
}
