import {
  type Amounts,
  labelsOf,
  type Policy,
  mayLookUp,
  type Redemption,
  type RedemptionStatus,
  type RedemptionRequest,
  classifyRedemptionStatus,
  type NoResponse,
  type Transaction,
  type Uuid,
  type VoucherLookup,
} from "@electrum-vouchers/core";
import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "./clock.ts";
import { type TillError, wrongKind } from "./errors.ts";
import type { ResolvedTillOptions } from "./options.ts";
import type { Send } from "./send.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that concern redemptions alone. */
export interface RedemptionCalls {
  /** Looks a voucher up, which starts a redemption: it becomes `found` or `lookupFailed`. With an `id`, a repeat is harmless. */
  lookUp(lookup: VoucherLookup, options?: LookUpOptions): ResultAsync<Redemption, TillError>;
  /** Looks the voucher up once more, after the lookup failed. */
  lookUpAgain(id: Uuid): ResultAsync<Redemption, TillError>;
  /** Redeems the voucher that was found. The request bears the transaction's id. Resolves as `provision` does. */
  redeem(request: RedemptionRequest): ResultAsync<Redemption, TillError>;
  /** Confirms the redemption, in full or for `amounts`. Resolves when that is durable. */
  confirmRedemption(id: Uuid, amounts?: Amounts): ResultAsync<Redemption, TillError>;
  /** Asks Electrum about a redemption of ours. Refused while it is open. Changes nothing. */
  lookUpRedemption(id: Uuid): ResultAsync<RedemptionStatus, TillError | (NoResponse & { readonly type: "noResponse" })>;
}

export interface LookUpOptions {
  /** The id that the redemption's request will bear. Default: a new one. */
  readonly id?: Uuid;
  /** Electrum's id of the client that looks the voucher up. Default: the only client of the till's credentials. */
  readonly client?: string;
  /** The terminal that looks the voucher up. */
  readonly terminal?: string;
}

export function createRedemptions(
  transactions: TransactionService,
  send: Send,
  options: ResolvedTillOptions,
): RedemptionCalls {
  const { clock, newId, policyFor, clients } = options;
  const [onlyClient, ...otherClients] = clients ?? [];
  const defaultClient = otherClients.length === 0 ? onlyClient : undefined;

  return {
    lookUp: (lookup, { id = newId(), client = defaultClient, terminal } = {}) =>
      mayLookUpSale(transactions, lookup, clock)
        .andThen(() =>
          transactions.start({
            type: "redemptionStarted",
            start: {
              id,
              lookup,
              ...(client === undefined ? {} : { client }),
              ...(terminal === undefined ? {} : { terminal }),
              confirmationId: newId(),
              reversalId: newId(),
              policy: policyFor({ lookup }),
              at: clock.now(),
            },
          }),
        )
        .andThen(asRedemption),
    lookUpAgain: (id) => transactions.applyIntent(id, { type: "lookUp", at: clock.now() }).andThen(asRedemption),
    redeem: (request) =>
      policyAtRedeem(transactions, options, request)
        .andThen((policy) =>
          transactions.applyIntent(request.id, {
            type: "redeem",
            request,
            ...(policy === undefined ? {} : { policy }),
            at: clock.now(),
          }),
        )
        .andThen(asRedemption),
    confirmRedemption: (id, amounts) =>
      transactions
        .applyIntent(id, { type: "confirm", ...(amounts === undefined ? {} : { amounts }), at: clock.now() })
        .andThen(asRedemption),
    lookUpRedemption: (id) =>
      transactions
        .find(id)
        .andThen(asRedemption)
        .andThen((redemption) => mayLookUp(redemption, clock.now()).map(() => redemption))
        .andThen((redemption) => {
          const message = { operation: "lookupRedemption", message: { requestId: id } } as const;
          const { client } = labelsOf(redemption);
          const deadlineAt = clock.now() + redemption.start.policy.replyDeadlineMs;
          const sent = send({ id, attempt: 0, message, deadlineAt, ...(client === undefined ? {} : { client }) });
          return new ResultAsync(sent).mapErr(({ cause }) => ({ type: "noResponse", cause }) as const);
        })
        .map((response) => classifyRedemptionStatus(id, response)),
  };
}

/** A sale in the same outbox may be looked up once it is over. */
const mayLookUpSale = (
  transactions: TransactionService,
  { provisionRequestId }: VoucherLookup,
  clock: Clock,
): ResultAsync<void, TillError> =>
  provisionRequestId === undefined
    ? okAsync(undefined)
    : transactions
        // It may be another system's id, in upper case. Those in the outbox are in lower case.
        .find(provisionRequestId.toLowerCase())
        .andThen((sale) => mayLookUp(sale, clock.now()))
        .orElse((error) => (error.type === "unknownTransaction" ? ok(undefined) : err(error)));

/** The response to the lookup tells the provider, so the policy is asked again. */
function policyAtRedeem(
  transactions: TransactionService,
  { policyFor, selectsPolicy }: ResolvedTillOptions,
  request: RedemptionRequest,
): ResultAsync<Policy | undefined, TillError> {
  if (!selectsPolicy) return okAsync(undefined);
  return transactions
    .find(request.id)
    .map((transaction) =>
      transaction.state === "found"
        ? policyFor({ lookup: transaction.start.lookup, redemption: request, found: transaction.response })
        : undefined,
    );
}

/** The core has already refused what does not fit the kind. This tells the compiler so. */
const asRedemption = (transaction: Transaction): Result<Redemption, TillError> =>
  transaction.kind === "redemption" ? ok(transaction) : err(wrongKind(transaction));
