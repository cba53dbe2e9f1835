import type { Uuid } from "../messages/uuid.ts";
import type { RefundStart } from "../start.ts";
import type { HandedOver } from "../step.ts";
import type { Finalization, ReconciliationItem } from "./finalization-state.ts";
import type { AwaitingDecision, SentOnceCompleted, SentOnceDeclined, UnderWay } from "./sent-once-state.ts";

/** The refund of one redemption, in any state; `Refund<Refunded>` is one in that state. */
export type Refund<State extends RefundState = RefundState> = State extends RefundState ? RefundHead & State : never;

/** The fields that every refund has, in any state. */
export interface RefundHead {
  readonly kind: "refund";
  readonly id: Uuid;
  readonly start: RefundStart;
  readonly reconciliation: readonly ReconciliationItem[];
  /** Absent: nothing was handed over. */
  readonly handedOver?: HandedOver;
}

export type RefundState = RequestingRefund | Refunded | RefundCompleted | RefundDeclined | Finalization;

/** `refundVoucher` is under way. Electrum has no retry for it. */
export interface RequestingRefund extends UnderWay {
  readonly state: "requesting";
  /** A refund is sent once: it is 0. */
  readonly attempt: number;
}

/** Dual messaging: the voucher is refunded. The till must confirm or cancel. */
export type Refunded = AwaitingDecision<"refunded">;

/** Final, single messaging: the approval completes the refund. */
export type RefundCompleted = SentOnceCompleted;

/** Final: a hard decline. Nothing is owed. Another attempt is a new transaction with a new id. */
export type RefundDeclined = SentOnceDeclined;
