import { createHash } from "node:crypto";
import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { TillProcess } from "@electrum-vouchers/testkit";
import type { DecidedIntent } from "./promises.ts";

/** What was stored, sent and told of one transaction. */
export interface TransactionHistory {
  /** As it was stored last. */
  stored?: Transaction;
  /** It was stored so once, at least. */
  hasNeededAttention?: true;
  /** The attempts that were stored: no more requests may be sent. */
  readonly asked: Set<number>;
  requestsSent: number;
  /** The advice, as text, once it was stored. */
  advice?: string;
  /** The processes that have stored a step of it. */
  readonly writers: Set<TillProcess>;
  /** The message of its request, as text, once it was sent. */
  request?: string;
  /** The attempts that were sent. */
  readonly attempts: Set<string>;
  /** The requests that were sent and not answered. */
  readonly requests: Set<SentRequest>;
  /** The processes that are delivering its advice. */
  readonly deliverers: Set<TillProcess>;
  isAdviceSent: boolean;
  /** The states that a caller of the till was told of. */
  readonly toldStates: Set<string>;
  /** What the till accepted of its caller. */
  decision?: DecidedIntent;
  /** Of the code of the voucher, once a customer has it. */
  voucherFingerprint?: string;
}

/** A request that may be under way. */
export interface SentRequest {
  readonly operation: string;
  readonly sender: TillProcess;
  /** Until when it may be under way, by a clock that cannot be set. */
  readonly endsAtMs: number;
  /** Whether its sender still waits for the response. */
  isAwaited: boolean;
}

/** Enough to compare two voucher codes, without one ever leaving the till's process. */
export const fingerprintOf = (code: string): string => createHash("sha256").update(code).digest("hex");

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
  asked: new Set(),
  requestsSent: 0,
  writers: new Set(),
  attempts: new Set(),
  requests: new Set(),
  deliverers: new Set(),
  isAdviceSent: false,
  toldStates: new Set(),
});
