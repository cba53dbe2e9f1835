import type { Uuid } from "@electrum-vouchers/core";
import type { TillProcess } from "./till-process.ts";

/** What is known of a transaction besides what is stored. */
export interface TransactionHistory {
  /** Every state in which it was stored, in order. */
  readonly states: string[];
  /** The attempts that were stored, each by its deadline: nothing else may be sent. */
  readonly deadlines: Set<number>;
  /** The attempts that were sent. */
  readonly attempts: Set<string>;
  /** The requests that were sent and not answered. */
  readonly requests: Set<SentRequest>;
  /** The states that a till's caller was told of. */
  readonly returnedStates: Set<string>;
  /** The processes that have stored a step of it. */
  readonly writers: Set<TillProcess>;
  /** The processes that are delivering its advice. */
  readonly deliverers: Set<TillProcess>;
  /** The message of its request, as text, once it was sent. */
  request?: string;
  /** The advice, as text, once it was stored. */
  advice?: string;
  isAdviceSent: boolean;
  /** What a till accepted of its caller: that it stands, or that it does not. */
  decision?: "confirm" | "cancel";
  /** The code of the voucher, once it was handed over. */
  voucherCode?: string;
}

/** A request that may be under way. */
export interface SentRequest {
  readonly sender: TillProcess;
  readonly deadlineAt: number;
  readonly sentAtMs: number;
  /** Whether its sender still waits for the answer. */
  isAwaited: boolean;
}

export type TransactionHistories = ReadonlyMap<Uuid, TransactionHistory> & {
  getOrCreate(id: Uuid): TransactionHistory;
};

export function createTransactionHistories(): TransactionHistories {
  const histories = new Map<Uuid, TransactionHistory>();
  return Object.assign(histories, {
    getOrCreate: (id: Uuid): TransactionHistory => {
      const history = histories.get(id) ?? emptyHistory();
      histories.set(id, history);
      return history;
    },
  });
}

const emptyHistory = (): TransactionHistory => ({
  states: [],
  deadlines: new Set(),
  attempts: new Set(),
  requests: new Set(),
  returnedStates: new Set(),
  writers: new Set(),
  deliverers: new Set(),
  isAdviceSent: false,
});
