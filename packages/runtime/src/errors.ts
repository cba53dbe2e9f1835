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

/** Why a call to the till failed, and so what to do about it. Errors get logged: any `transaction` in one is redacted. */
export type TillError =
  /** The request is at fault, or it comes too late: nothing has changed. Correct it, or take what `transaction` shows. */
  | { readonly type: "refused"; readonly refusal: Refusal; readonly transaction?: Transaction }
  /** Another request was started under this id. Take a new id. */
  | { readonly type: "idInUse"; readonly transaction: Transaction }
  /** No such transaction. */
  | { readonly type: "unknownTransaction"; readonly id: Uuid }
  /** Electrum must not be asked yet; `allowedFrom` says when. */
  | LookupTooEarly
  /**
   * The outbox took no commit, so nothing that was to follow it was done. Call again: starting and deciding twice is
   * harmless. What had been sent before is recovered by itself.
   */
  | { readonly type: "outboxUnavailable"; readonly error: OutboxUnavailable | CommitUncertain }
  /** The stored record cannot be trusted; a person must look at it. */
  | { readonly type: "damaged"; readonly id: Uuid; readonly damage: DamagedRecord }
  /** The till has stopped. Ask the next one. */
  | { readonly type: "stopped" };

/** What a failed drive means to whoever called the till. */
export function tillErrorOf(id: Uuid, error: EngineError): TillError {
  switch (error.type) {
    case "unavailable":
    case "uncertain":
      return { type: "outboxUnavailable", error };
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

/** What the core refused, and what it refused it for. */
export const refused = (refusal: Refusal, transaction: Transaction): TillError => ({
  type: "refused",
  refusal,
  transaction: redact(transaction),
});

/** The call is for the other kind of transaction. */
export const wrongKind = (transaction: Transaction): TillError =>
  refused({ type: "wrongKind", intent: transaction.kind }, transaction);
