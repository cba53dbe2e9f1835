import { AssertionError } from "node:assert";
import type { Step, Transaction } from "@electrum-vouchers/core";
import { followTransactionWith as follow, type TransactionFlow } from "@electrum-vouchers/core/testing";
import { sameJson } from "./json.ts";

/**
 * Given, when, then, for one transaction of the core: the words in which the core's own flows are specified.
 *
 * @example
 * const flow = followTransaction(unwrap(startProvision(start)));
 * flow.sends({ operation: "provisionVoucher", message: start.request }, 0, 60);
 * flow.at(2).receives(approvedProvision(start.request));
 * flow.isIn("issued");
 */
export const followTransaction = (step: Step<Transaction>): TransactionFlow =>
  follow(step, (actual, expected) => {
    if (sameJson(actual, expected)) return;
    const message = `expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`;
    throw new AssertionError({ message, actual, expected });
  });
