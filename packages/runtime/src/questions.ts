// What a till asks Electrum without a transaction. A question stores nothing, and no answer changes a transaction.
//
// Rules
// 1. A transaction of this outbox is not asked about before Electrum has processed its outcome (`mayLookUp`): a question is no way to resolve
//    one that is pending (contract D.5).
// 2. A question that Electrum may answer a moment later is repeated, as a lookup is: `lookupRetries` times, with the policy's backoff and
//    within `customerWaitMs`. Each attempt has its own `replyDeadlineMs`.
// 3. An answer of Electrum's shows that it is there. No other answer to a question counts for anything.

import {
  backoffMs,
  type CannotTellYet,
  classifyProvisionStatus,
  classifyRedemptionStatus,
  classifyVoucherStatus,
  type HttpResponse,
  isElectrumsAnswer,
  type Lookup,
  mayBeAnsweredSoon,
  mayLookUp,
  parseVoucherLookup,
  type Policy,
  policyInForce,
  type Provision,
  type Transaction,
  type TransactionStatus,
  type Uuid,
  type View,
  viewTransactionStatus,
  viewVoucherStatus,
  type VoucherLookup,
  type VoucherStatus,
} from "@electrum-vouchers/core";
import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import { type EventLabels, eventLabelsOf } from "./event-labels.ts";
import { acceptMessage, checkClient, onlyClientOf } from "./incoming.ts";
import { mayLookUpSale } from "./may-look-up-sale.ts";
import type { ResolvedTillOptions } from "./options.ts";
import type { PendingCalls } from "./pending-calls.ts";
import { asRedemption } from "./redemptions.ts";
import type { RequestMonitor } from "./request-monitor.ts";
import type { Send } from "./send.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that only ask. None opens a transaction, stores anything or changes anything. */
export interface QuestionCalls {
  /** What Electrum says of a voucher: its balance, amounts, expiry, serial number and product. Never its code or pin. */
  inquireBalance(lookup: VoucherLookup, options?: InquiryOptions): ResultAsync<View<VoucherStatus>, TillError>;
  /** What Electrum holds of a sale of ours. Refused while the sale is open. */
  lookUpProvision(id: Uuid): ResultAsync<View<TransactionStatus>, TillError>;
  /** What Electrum holds of a redemption of ours. Refused while the redemption is open. */
  lookUpRedemption(id: Uuid): ResultAsync<View<TransactionStatus>, TillError>;
}

export interface InquiryOptions {
  /** Electrum's id of the client that asks. Default: the only client of the till's credentials. */
  readonly client?: string;
  /** The terminal that asks. It names the question in events, and is not sent. */
  readonly terminal?: string;
}

export interface QuestionContext {
  readonly transactions: Pick<TransactionService, "find">;
  readonly send: Send;
  readonly pendingCalls: PendingCalls;
  readonly monitor: Pick<RequestMonitor, "observeAnswer">;
  /** Aborts when the till takes no more calls. */
  readonly stopping: AbortSignal;
}

/** A question, and what it goes by. */
interface Question {
  /** What its events are told by: the transaction's id, or one of its own. */
  readonly id: Uuid;
  readonly message: Lookup;
  readonly policy: Policy;
  readonly labels: EventLabels;
}

export function createQuestions(
  { transactions, send, pendingCalls, monitor, stopping }: QuestionContext,
  { clock, newId, clients, policyFor, cardNumbersInText }: ResolvedTillOptions,
): QuestionCalls {
  async function askOnce<Status extends VoucherStatus | TransactionStatus>(
    { id, message, policy, labels }: Question,
    attempt: number,
    endsAt: number,
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
      const { status, retryAfterMs = 0 } = await askOnce(question, attempt, endsAt, classify);
      if (status.outcome !== "cannotTellYet" || !mayBeAnsweredSoon(status) || attempt >= lookupRetries) return status;
      const waitMs = Math.max(
        backoffMs(lookupBackoff, attempt, question.id),
        Math.min(retryAfterMs, lookupBackoff.maxMs),
      );
      if (clock.now() + waitMs >= endsAt) return status;
      await clock.sleep(waitMs, stopping);
      if (stopping.aborted) return status;
    }
  }

  const ask = <Status extends VoucherStatus | TransactionStatus>(
    question: Question,
    classify: (response: HttpResponse) => Status,
  ): ResultAsync<Status | CannotTellYet, never> =>
    ResultAsync.fromSafePromise(pendingCalls.track(askUntilAnswered(question, classify)));

  /** Asks about a transaction of ours, once Electrum has processed its outcome. */
  const askAbout = <Kind extends Transaction>(
    id: Uuid,
    ofKind: (transaction: Transaction) => Result<Kind, TillError>,
    toMessage: (transaction: Kind) => Lookup,
    classify: (id: Uuid, response: HttpResponse) => TransactionStatus,
  ): ResultAsync<View<TransactionStatus>, TillError> =>
    transactions
      .find(id)
      .andThen(ofKind)
      .andThen((found) => mayLookUp(found, clock.now()).map(() => found))
      .andThen((found) => {
        const labels = eventLabelsOf(found);
        return ask({ id, message: toMessage(found), policy: policyInForce(found), labels }, (response) =>
          classify(id, response),
        ).map((status) => viewTransactionStatus(status, found));
      });

  const inquire: QuestionCalls["inquireBalance"] = (lookup, { client = onlyClientOf(clients), terminal } = {}) =>
    acceptMessage(parseVoucherLookup(lookup), cardNumbersInText)
      .andThen((message) => checkClient(clients, client).map(() => message))
      .andThen((message) => policyFor({ lookup: message }).map((policy) => ({ message, policy })))
      .asyncAndThen((chosen) => mayLookUpSale(transactions, chosen.message, clock).map(() => chosen))
      .andThen(({ message, policy }) => {
        const labels = {
          ...(client === undefined ? {} : { client }),
          ...(terminal === undefined ? {} : { terminal }),
        };
        const question = { id: newId(), message: { operation: "lookupVoucher", message }, policy, labels } as const;
        return ask(question, (response) => classifyVoucherStatus(message, response)).map((status) =>
          viewVoucherStatus(status, message),
        );
      });

  return {
    inquireBalance: (lookup, options) => (stopping.aborted ? errAsync({ type: "stopped" }) : inquire(lookup, options)),
    lookUpProvision: (id) => askAbout(id, asProvision, toProvisionLookup, classifyProvisionStatus),
    lookUpRedemption: (id) =>
      askAbout(
        id,
        asRedemption,
        ({ id: requestId }) => ({ operation: "lookupRedemption", message: { requestId } }),
        classifyRedemptionStatus,
      ),
  };
}

/** The provider's id tells Electrum where to look. */
function toProvisionLookup({ id, start }: Provision): Lookup {
  const receiverInstId = start.request.receiver?.id;
  const hint = receiverInstId === undefined ? {} : { receiverInstId };
  return { operation: "lookupVoucher", message: { provisionRequestId: id, ...hint } };
}

const asProvision = (transaction: Transaction): Result<Provision, TillError> =>
  transaction.kind === "provision" ? ok(transaction) : err(wrongKind(transaction));
