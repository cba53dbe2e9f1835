import { mayLookUp, type VoucherLookup } from "@electrum-vouchers/core";
import { ok, okAsync, type ResultAsync } from "neverthrow";
import type { Clock } from "./clock.ts";
import type { TillError } from "./errors.ts";
import { findStored } from "./incoming.ts";
import type { TransactionService } from "./transaction-service.ts";

/** A sale in the same outbox may be looked up once it is over. */
export const mayLookUpSale = (
  transactions: Pick<TransactionService, "find">,
  { provisionRequestId }: VoucherLookup,
  clock: Pick<Clock, "now">,
): ResultAsync<void, TillError> =>
  provisionRequestId === undefined
    ? okAsync(undefined)
    : // It may be another system's id, in upper case. Those in the outbox are in lower case.
      findStored(transactions, provisionRequestId.toLowerCase()).andThen((sale) =>
        sale === undefined ? ok() : mayLookUp(sale, clock.now()),
      );
