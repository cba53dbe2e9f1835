import {
  type DamagedRecord,
  type HandedOver,
  decodeStored,
  type Instant,
  type LookupTooEarly,
  type MessageFault,
  type Outlook,
  outlookOf,
  type Refusal,
  type NothingToHandOver,
  redact,
  toView,
  type Transaction,
  type TransactionView,
  type UndeliveredBounds,
  type Uuid,
} from "@electrum-vouchers/core";
import type { CommitUncertain, OutboxUnavailable, StoredRecord, Undelivered } from "@electrum-vouchers/core/ports";
import type { EngineError } from "./engine/run-transaction.ts";

/** Why a call to the till failed, and what to do about it. Errors get logged: a transaction in one is a view, and texts of strangers are masked. */
export type TillError =
  /** The request has a fault, or it comes too late. Nothing has changed. Correct it, or go on from what `transaction` shows. */
  | { readonly type: "refused"; readonly refusal: Refusal; readonly transaction?: TransactionView }
  /** Another request was started under this id. Use a new id. */
  | { readonly type: "idInUse"; readonly transaction: TransactionView }
  /**
   * The request's `time` is older than what retention keeps, so no record tells whether it was served before. Nothing was stored. Compare
   * the `time` with `now`, which is the till's clock; if the request is new, correct the clock that is wrong.
   */
  | { readonly type: "tooOld"; readonly time: string; readonly now: Instant; readonly oldest: Instant }
  /** There is no such transaction. */
  | { readonly type: "unknownTransaction"; readonly id: Uuid }
  /** There is nothing to hand over: not yet, or not any more. */
  | NothingToHandOver
  /** It was handed over before: `handedOver` says when, by whom, and how many copies there are. A copy needs a name and a reason. */
  | { readonly type: "alreadyHandedOver"; readonly handedOver: HandedOver }
  /** Electrum must not be asked yet. `allowedFrom` says from when it may. */
  | LookupTooEarly
  /**
   * The outbox did not take the commit, so nothing that follows it was done. Call again: starting and deciding twice is
   * harmless. What was sent before is recovered by itself.
   */
  | { readonly type: "outboxUnavailable"; readonly error: OutboxUnavailable | CommitUncertain }
  /**
   * The responses are not Electrum's: they are a gateway's or a captive portal's. The sale was not started. `retryAfterMs` says when one may
   * find out whether Electrum is back.
   */
  | { readonly type: "notElectrum"; readonly retryAfterMs: number }
  /**
   * So much of this provider's is confirmed and not delivered that the policy lets no new sale begin (`maxUndelivered`). `bound` is the one that
   * is reached. What is undelivered goes on being delivered.
   */
  | ({
      readonly type: "tooManyUndelivered";
      readonly queue: string;
      readonly bound: keyof UndeliveredBounds;
    } & Undelivered)
  /**
   * Another transaction holds what this one needs for itself: the same voucher is being redeemed, the same sale is undecided, or the same
   * redemption has an open refund. Nothing was stored. `holder` is that transaction, and `outlook` says what will become of it.
   */
  | { readonly type: "taken"; readonly id: Uuid; readonly holder?: TransactionView; readonly outlook: Outlook }
  /** The stored record cannot be trusted. The operator must look at it. */
  | { readonly type: "damaged"; readonly id: Uuid; readonly damage: DamagedRecord }
  /** The till has stopped. Call the next one. */
  | { readonly type: "stopped" };

/** What an engine's error means to the caller of the till. */
export function tillErrorOf(id: Uuid, error: EngineError): TillError {
  switch (error.type) {
    case "unavailable":
    case "uncertain":
      return { type: "outboxUnavailable", error };
    case "taken":
      return taken(error.holder);
    case "refused":
      return refused(error.refusal, error.winner.transaction);
    case "exists":
      return { type: "idInUse", transaction: toLoggable(error.winner.transaction) };
    case "gone":
      return { type: "unknownTransaction", id };
    case "damaged":
      return { type: "damaged", id, damage: error.damage };
  }
}

/** The record that holds the key says what will become of it, unless it cannot be read. */
const taken = (stored: StoredRecord): TillError =>
  decodeStored(stored).match(
    (transaction): TillError => ({
      type: "taken",
      id: transaction.id,
      holder: toLoggable(transaction),
      outlook: outlookOf(transaction),
    }),
    () => ({ type: "taken", id: stored.id, outlook: { by: "operator" } }),
  );

/** What the core refused, and the transaction that it refused it for. */
export const refused = (refusal: Refusal, transaction: Transaction): TillError =>
  refusal.type === "nothingToHandOver" || refusal.type === "alreadyHandedOver"
    ? refusal
    : { type: "refused", refusal, transaction: toLoggable(transaction) };

/** A stranger's text may name a voucher that this transaction knows nothing of. The transaction itself still has what it had. */
function toLoggable(transaction: Transaction): TransactionView {
  const masked = redact(transaction);
  if (transaction.start.redacted === true) return toView(masked);
  // Told apart, so that each keeps its start.
  switch (masked.kind) {
    case "provision":
      return toView({ ...masked, start: withoutMark(masked.start) });
    case "redemption":
      return toView({ ...masked, start: withoutMark(masked.start) });
    case "refund":
      return toView({ ...masked, start: withoutMark(masked.start) });
  }
}

const withoutMark = <Start extends { readonly redacted?: true }>({
  redacted: _,
  ...start
}: Start): Omit<Start, "redacted"> => start;

/** What a caller brings has faults. */
export const refusedMessage = (faults: readonly MessageFault[]): TillError => ({
  type: "refused",
  refusal: { type: "invalidMessage", faults },
});

/** The call is for another kind of transaction. */
export const wrongKind = (transaction: Transaction): TillError =>
  refused({ type: "wrongKind", intent: transaction.kind }, transaction);
