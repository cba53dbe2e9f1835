import type { Transaction } from "@electrum-vouchers/core";

/**
 * What the further behaviour of a transaction depends on, as text: two transactions with the same abstraction behave alike. It
 * leaves out what is kept only for the operator: when things happened, the cause of an unknown outcome, who decided. That this
 * changes nothing is not assumed: `compare-abstraction.ts` shows it.
 */
export const abstractionOf = (transaction: Transaction): string => {
  const known = abstractions.get(transaction);
  if (known !== undefined) return known;
  const { start } = transaction;
  const abstraction = JSON.stringify(transaction, omitIrrelevant);
  const relevantTimes =
    start.policy.customerWaitMs === undefined
      ? ""
      : JSON.stringify([start.at, "round" in transaction && transaction.round]);
  abstractions.set(transaction, abstraction + relevantTimes);
  return abstraction + relevantTimes;
};

const abstractions = new WeakMap<Transaction, string>();

function omitIrrelevant(field: string, value: unknown): unknown {
  switch (field) {
    case "at":
    case "startedAt":
    case "first":
    case "last":
    case "error":
    case "cause":
    case "by":
    // How often a copy was given.
    case "copies":
    // The same in all transactions of a configuration.
    case "policy":
    case "lookup":
      return undefined;
    case "cancelledAt":
    case "printedAt":
      return true;
    default:
      return value;
  }
}
