// What a till asks Electrum without a transaction. A question stores nothing, and no answer changes a transaction.
//
// A transaction of this outbox is not asked about before Electrum has processed its outcome (`mayLookUp`): a question is no way to resolve one
// that is pending (contract D.5). Codes can be guessed by questions as by lookups, so both count together (`guess-monitor.ts`).

import {
  classifyProvisionStatus,
  classifyRedemptionStatus,
  classifyVoucherStatus,
  type HttpResponse,
  type Lookup,
  mayLookUp,
  parseVoucherLookup,
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
import { err, errAsync, ok, type Result, type ResultAsync } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import { type AskContext, createAsk } from "./ask.ts";
import { eventLabelsOf } from "./event-labels.ts";
import { acceptMessage, checkClient, onlyClientOf } from "./incoming.ts";
import { mayLookUpSale } from "./may-look-up-sale.ts";
import type { ResolvedTillOptions } from "./options.ts";
import { asRedemption } from "./redemptions.ts";
import type { GuessMonitor } from "./guess-monitor.ts";
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

export interface QuestionContext extends AskContext {
  readonly transactions: Pick<TransactionService, "find">;
  readonly guesses: Pick<GuessMonitor, "observeUnknownVoucher">;
}

export function createQuestions(
  { transactions, guesses, ...context }: QuestionContext,
  { newId, clients, policyFor, cardNumbersInText }: ResolvedTillOptions,
): QuestionCalls {
  const { clock, stopping } = context;
  const ask = createAsk(context);

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
        return ask(question, (response) => classifyVoucherStatus(message, response))
          .andTee(({ outcome }) => {
            if (outcome === "notFound") guesses.observeUnknownVoucher(labels);
          })
          .map((status) => viewVoucherStatus(status, message));
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
