import { expect } from "vitest";
import type { Step, Transaction } from "../src/index.ts";
import { followTransactionWith as follow, type TransactionFlow } from "../src/testing.ts";

export type Flow = TransactionFlow;

/** Follows a transaction, and compares as vitest does. */
export const followTransaction = (step: Step<Transaction>): Flow =>
  follow(step, (found, expected) => expect(found).toEqual(expected));
