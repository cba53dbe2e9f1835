import type { Instant } from "./time.ts";
import { isFinal, nextDue, type Transaction } from "./transaction.ts";
import type { TransactionView } from "./view.ts";

/** What brings a transaction to its end, for a caller who waits for that. */
export interface Outlook {
  /**
   * - `itself`: a response, a timer or an acknowledgement
   * - `till`: the till that began it must decide: redeem, confirm or cancel
   * - `operator`: an operator must look: it is disputed, held or overdue
   * - `nobody`: it has ended
   */
  readonly by: "itself" | "till" | "operator" | "nobody";
  /** When it goes on by itself, if it does: the till has until then. */
  readonly at?: Instant;
}

/** What will become of a transaction. */
export function outlookOf(transaction: Transaction | TransactionView): Outlook {
  if (isFinal(transaction)) return { by: "nobody" };
  const due = nextDue(transaction);
  const at = due === undefined ? {} : { at: due.at };
  switch (transaction.state) {
    case "found":
    case "lookupFailed":
      return { by: "till", ...at };
    case "issued":
    case "redeemed":
    case "refunded":
      return transaction.overdueAt === undefined ? { by: "till", ...at } : { by: "operator" };
    default:
      return due === undefined ? { by: "operator" } : { by: "itself", ...at };
  }
}
