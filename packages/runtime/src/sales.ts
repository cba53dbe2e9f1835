import type { Provision, Transaction } from "@electrum-vouchers/core";
import { err, ok, type Result } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import type { TillSettings } from "./options.ts";
import type { Till } from "./till.ts";
import type { Transactions } from "./transactions.ts";

/** The calls that are about provisions alone. */
export function createSales(
  transactions: Transactions,
  { clock, newId, policyFor }: TillSettings,
): Pick<Till, "provision" | "confirm"> {
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
        .intend(id, {
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
