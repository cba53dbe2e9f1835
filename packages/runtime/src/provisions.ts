import type { Amounts, Provision, ProvisionRequest, Tender, Transaction, Uuid } from "@electrum-vouchers/core";
import { err, ok, type Result, type ResultAsync } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import type { ResolvedTillOptions } from "./options.ts";
import type { RequestMonitor } from "./request-monitor.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that concern provisions alone. */
export interface ProvisionCalls {
  /**
   * Sells a voucher: sends the request, retries and reverses as the policy says. Resolves once the till must decide
   * (`issued`), nothing more is to be done (`completed`, `declined`), or the rest is the forwarder's (`reversing`).
   * Starting twice is harmless: the same request joins the call that is under way, or gives the transaction that exists.
   * If another process works on it, or the till stops meanwhile, it resolves with the transaction as it is stored.
   */
  provision(request: ProvisionRequest): ResultAsync<Provision, TillError>;
  /** Confirms the sale, paid in this way. Resolves when that is durable, not when Electrum has been told. */
  confirm(id: Uuid, tenders: readonly Tender[], amounts?: Amounts): ResultAsync<Provision, TillError>;
}

export function createProvisions(
  transactions: TransactionService,
  monitor: Pick<RequestMonitor, "admitSale">,
  { clock, newId, policyFor }: ResolvedTillOptions,
): ProvisionCalls {
  const start = (request: ProvisionRequest): ResultAsync<Transaction, TillError> =>
    transactions.start({
      type: "provisionStarted",
      start: {
        request,
        confirmationId: newId(),
        reversalId: newId(),
        policy: policyFor({ provision: request }),
        at: clock.now(),
      },
    });

  /** While the responses are not Electrum's, no new sale is started. A sale that exists already goes on. */
  function admit(request: ProvisionRequest): ResultAsync<Transaction, TillError> {
    const retryAfterMs = monitor.admitSale();
    if (retryAfterMs === 0) return start(request);
    return transactions
      .find(request.id)
      .mapErr(
        (error): TillError => (error.type === "unknownTransaction" ? { type: "notElectrum", retryAfterMs } : error),
      )
      .andThen(() => start(request));
  }

  return {
    provision: (request) => admit(request).andThen(asProvision),
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

/** The core has already refused what does not fit the kind. This tells the compiler so. */
const asProvision = (transaction: Transaction): Result<Provision, TillError> =>
  transaction.kind === "provision" ? ok(transaction) : err(wrongKind(transaction));
