import type { Amounts, Provision, ProvisionRequest, Tender, Transaction, Uuid } from "@electrum-vouchers/core";
import { err, ok, type Result, type ResultAsync } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import type { ResolvedTillOptions } from "./options.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that are about provisions alone. */
export interface ProvisionCalls {
  /**
   * Sells a voucher: sends the request, retries and reverses as the policy says. Resolves once the till must decide
   * (`issued`), nothing more is to be done (`completed`, `declined`), or the rest is the forwarder's (`reversing`).
   * Starting twice is harmless: the same request joins the call that is under way, or gives the transaction that exists.
   * Where another process is at it, or the till stops meanwhile, it resolves with the transaction as it stands.
   */
  provision(request: ProvisionRequest): ResultAsync<Provision, TillError>;
  /** The sale stands, paid in this way. Resolves when that is durable, not when Electrum has heard of it. */
  confirm(id: Uuid, tenders: readonly Tender[], amounts?: Amounts): ResultAsync<Provision, TillError>;
}

export function createProvisions(
  transactions: TransactionService,
  { clock, newId, policyFor }: ResolvedTillOptions,
): ProvisionCalls {
  return {
    provision: (request) =>
      transactions
        .start({
          type: "provisionStarted",
          start: {
            request,
            confirmationId: newId(),
            reversalId: newId(),
            policy: policyFor({ provision: request }),
            at: clock.now(),
          },
        })
        .andThen(asProvision),
    confirm: (id, tenders, amounts) =>
      transactions
        .applyIntent(id, {
          type: "confirm",
          tenders,
          ...(amounts === undefined ? {} : { amounts }),
          at: clock.now(),
        })
        .andThen(asProvision),
  };
}

/** The core has refused, by now, whatever does not fit the kind: this only tells the compiler so. */
const asProvision = (transaction: Transaction): Result<Provision, TillError> =>
  transaction.kind === "provision" ? ok(transaction) : err(wrongKind(transaction));
