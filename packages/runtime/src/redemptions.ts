import {
  type Amounts,
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
import { type TillError, wrongKind } from "./errors.ts";
import type { ResolvedTillOptions } from "./options.ts";
import type { Send } from "./send.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that are about redemptions alone. */
export interface RedemptionCalls {
  /** Looks a voucher up, which begins a redemption: `found` or `notFound`. Give an `id` to make a repeat harmless. */
  lookUp(lookup: VoucherLookup, id?: Uuid): ResultAsync<Redemption, TillError>;
  /** Looks up once more what was not found. */
  lookUpAgain(id: Uuid): ResultAsync<Redemption, TillError>;
  /** Redeems the voucher that was found; the request bears the transaction's id. Resolves as `provision` does. */
  redeem(request: RedemptionRequest): ResultAsync<Redemption, TillError>;
  /** The redemption stands, in full or for `amounts`. Resolves when that is durable. */
  confirmRedemption(id: Uuid, amounts?: Amounts): ResultAsync<Redemption, TillError>;
  /** Asks Electrum about a redemption of ours; refused while it is open. Changes nothing. */
  lookUpRedemption(id: Uuid): ResultAsync<RedemptionStatus, TillError | (NoResponse & { readonly type: "noResponse" })>;
}

export function createRedemptions(
  transactions: TransactionService,
  send: Send,
  { clock, newId, policyFor }: ResolvedTillOptions,
): RedemptionCalls {
  /** A lookup of a sale of ours waits until that sale is over. */
  const mayLookUpSale = ({ provisionRequestId }: VoucherLookup): ResultAsync<void, TillError> =>
    provisionRequestId === undefined
      ? okAsync(undefined)
      : transactions
          // It may be another's id, in any case; ours are in lower case.
          .find(provisionRequestId.toLowerCase())
          .andThen((sale) => mayLookUp(sale, clock.now()))
          .orElse((error) => (error.type === "unknownTransaction" ? ok(undefined) : err(error)));

  return {
    lookUp: (lookup, id = newId()) =>
      mayLookUpSale(lookup)
        .andThen(() =>
          transactions.start({
            type: "redemptionStarted",
            start: {
              id,
              lookup,
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
      transactions.applyIntent(request.id, { type: "redeem", request, at: clock.now() }).andThen(asRedemption),
    confirmRedemption: (id, amounts) =>
      transactions
        .applyIntent(id, { type: "confirm", ...(amounts === undefined ? {} : { amounts }), at: clock.now() })
        .andThen(asRedemption),
    lookUpRedemption: (id) =>
      transactions
        .find(id)
        .andThen(asRedemption)
        .andThen((redemption) => mayLookUp(redemption, clock.now()).map(() => redemption.start.policy.replyDeadlineMs))
        .andThen((replyDeadlineMs) => {
          const message = { operation: "lookupRedemption", message: { requestId: id } } as const;
          const sent = send({ id, attempt: 0, message, deadlineAt: clock.now() + replyDeadlineMs });
          return new ResultAsync(sent).mapErr(({ cause }) => ({ type: "noResponse", cause }) as const);
        })
        .map((response) => classifyRedemptionStatus(id, response)),
  };
}

/** The core has refused, by now, whatever does not fit the kind: this only tells the compiler so. */
const asRedemption = (transaction: Transaction): Result<Redemption, TillError> =>
  transaction.kind === "redemption" ? ok(transaction) : err(wrongKind(transaction));
