import type { Transaction, TransactionView } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";

/** How far a transaction is that has not ended. */
export type TransactionProgress =
  /** It goes on by itself, and the till can still cancel it. */
  | "underWay"
  /** It waits for the till, or for its decision deadline. */
  | "undecided"
  /** It is decided, and an advice is to be delivered. */
  | "owed"
  /** Nothing goes on by itself. */
  | "atRest";

export function progressOf({ state }: Transaction | TransactionView): TransactionProgress {
  switch (state) {
    case "requesting":
    case "waitingToRetry":
    case "lookingUp":
    case "waitingToLookUp":
    case "redeeming":
      return "underWay";
    case "issued":
    case "lookupFailed":
    case "found":
    case "redeemed":
    case "refunded":
      return "undecided";
    case "confirming":
    case "reversing":
      return "owed";
    default:
      return "atRest";
  }
}

/**
 * How long ago a transaction last changed, in milliseconds: by a clock that cannot be set, or, if the machine was started since, by the
 * wall clock. A record that cannot be loaded counts as new.
 */
export const ageMs = async (outbox: Pick<Outbox, "load">, { id }: Transaction): Promise<number> =>
  (await outbox.load(id)).match(
    (stored) => (stored === undefined ? 0 : (stored.waitedMs ?? Date.now() - stored.committedAt)),
    () => 0,
  );
