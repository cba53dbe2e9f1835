import {
  mayLookUp,
  type Redemption,
  readRedemptionLookup,
  type Transaction,
  type VoucherLookup,
} from "@electrum-vouchers/core";
import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import type { TillSettings } from "./options.ts";
import type { Send } from "./send.ts";
import type { Till } from "./till.ts";
import type { Transactions } from "./transactions.ts";

/** The calls that are about redemptions alone. */
export function createRedemptions(
  transactions: Transactions,
  send: Send,
  { clock, newId, policyFor }: TillSettings,
): Pick<Till, "lookUp" | "lookUpAgain" | "redeem" | "confirmRedemption" | "lookUpRedemption"> {
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
    lookUpAgain: (id) => transactions.intend(id, { type: "lookUp", at: clock.now() }).andThen(asRedemption),
    redeem: (request) =>
      transactions.intend(request.id, { type: "redeem", request, at: clock.now() }).andThen(asRedemption),
    confirmRedemption: (id, amounts) =>
      transactions
        .intend(id, { type: "confirm", ...(amounts === undefined ? {} : { amounts }), at: clock.now() })
        .andThen(asRedemption),
    lookUpRedemption: (id) =>
      transactions
        .find(id)
        .andThen(asRedemption)
        .andThen((redemption) => mayLookUp(redemption, clock.now()).map(() => redemption.start.policy.replyDeadlineMs))
        .andThen((replyDeadlineMs) => {
          const outgoing = { operation: "lookupRedemption", message: { requestId: id } } as const;
          const sent = send({ id, attempt: 0, outgoing, deadlineAt: clock.now() + replyDeadlineMs });
          return new ResultAsync(sent).mapErr(({ cause }) => ({ type: "silence", cause }) as const);
        })
        .map((answer) => readRedemptionLookup(id, answer)),
  };
}

/** The core has refused, by now, whatever does not fit the kind: this only tells the compiler so. */
const asRedemption = (transaction: Transaction): Result<Redemption, TillError> =>
  transaction.kind === "redemption" ? ok(transaction) : err(wrongKind(transaction));
