import type { Transaction } from "@electrum-vouchers/core";

/**
 * What a transaction does from here on depends on, as text: two transactions with the same essence behave alike. Left out is
 * what is kept for people alone: when things happened, what an unknown outcome looked like, who decided. That this changes
 * nothing is not assumed: `evidence.ts` shows it.
 */
export const essenceOf = (transaction: Transaction): string => {
  const known = essences.get(transaction);
  if (known !== undefined) return known;
  const { start } = transaction;
  const essence = JSON.stringify(transaction, evidence);
  const measured =
    start.policy.customerWaitMs === undefined
      ? ""
      : JSON.stringify([start.at, "round" in transaction && transaction.round]);
  essences.set(transaction, essence + measured);
  return essence + measured;
};

const essences = new WeakMap<Transaction, string>();

function evidence(field: string, value: unknown): unknown {
  switch (field) {
    case "at":
    case "startedAt":
    case "first":
    case "last":
    case "error":
    case "cause":
    case "by":
    case "why":
    // The same in all transactions of a configuration.
    case "policy":
    case "lookup":
      return undefined;
    case "cancelledAt":
      return true;
    default:
      return value;
  }
}
