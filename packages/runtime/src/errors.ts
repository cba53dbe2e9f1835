import {
  type DamagedRecord,
  type LookupTooEarly,
  redact,
  type Refusal,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { CommitUncertain, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { EngineError } from "./engine/run-transaction.ts";

/** Why a call to the till failed, and what to do about it. Errors get logged, so any `transaction` in one is redacted. */
export type TillError =
  /** The request has a fault, or it comes too late. Nothing has changed. Correct it, or go on from what `transaction` shows. */
  | { readonly type: "refused"; readonly refusal: Refusal; readonly transaction?: Transaction }
  /** Another request was started under this id. Use a new id. */
  | { readonly type: "idInUse"; readonly transaction: Transaction }
  /** There is no such transaction. */
  | { readonly type: "unknownTransaction"; readonly id: Uuid }
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
  /** Another transaction holds what this one needs for itself. */
  | { readonly type: "taken"; readonly holder: Uuid }
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
      return { type: "taken", holder: error.holder.id };
    case "refused":
      return refused(error.refusal, error.winner.transaction);
    case "exists":
      return { type: "idInUse", transaction: redact(error.winner.transaction) };
    case "gone":
      return { type: "unknownTransaction", id };
    case "damaged":
      return { type: "damaged", id, damage: error.damage };
  }
}

/** What the core refused, and the transaction that it refused it for. */
export const refused = (refusal: Refusal, transaction: Transaction): TillError => ({
  type: "refused",
  refusal,
  transaction: redact(transaction),
});

/** The call is for the other kind of transaction. */
export const wrongKind = (transaction: Transaction): TillError =>
  refused({ type: "wrongKind", intent: transaction.kind }, transaction);
