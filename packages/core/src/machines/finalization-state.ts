import type { JsonObject } from "../json.ts";
import type { Confirmation, Reversal } from "../messages/operations.ts";
import type { Decision, Hold, PaymentStarted, Reconcile, Resolve } from "../step.ts";
import type { LedgerAmount } from "../messages/amounts.ts";
import type { Instant } from "../time.ts";
import type { InDoubt } from "./in-doubt.ts";
import type { Acknowledgement } from "../responses/advice-outcome.ts";
import type { ErrorResponse } from "../responses/request-outcome.ts";

/** The states that all kinds of transaction share, from the decision on: one advice, until it is acknowledged. */
export type Finalization = Confirming | Reversing | Confirmed | Reversed | Disputed | Resolved;

/** An approval, as it was received. */
export interface Approval {
  readonly attempt: number;
  readonly at: Instant;
  /** Holds the voucher. Only `handOver` gives it out. */
  readonly response: JsonObject;
}

/** A confirmation is being delivered. */
export interface Confirming {
  readonly state: "confirming";
  readonly decision: Decision;
  readonly approval: Approval;
  readonly advice: Confirmation;
  /** From when it may be delivered, if that is not the moment of the decision: the clock was set back since. */
  readonly notBefore?: Instant;
  readonly held?: Held;
}

/** A reversal is being delivered. If a voucher was approved, the state no longer holds it: it must not be handed out. */
export interface Reversing {
  readonly state: "reversing";
  readonly decision: Decision;
  readonly advice: Reversal;
  readonly notBefore: Instant;
  readonly inDoubt?: InDoubt;
  /** An approval that came too late. It is evidence: Electrum has issued what the reversal must undo. */
  readonly lateApproval?: Approval;
  readonly held?: Held;
}

/** An operator wants the advice not to be sent for now. Nothing is due until it is sent again, or Electrum acknowledges it after all. */
export type Held = Omit<Hold, "type">;

/** Final: for the till and for Electrum the transaction is done. */
export interface Confirmed {
  readonly state: "confirmed";
  readonly decision: Decision;
  readonly approval: Approval;
  readonly advice: Confirming["advice"];
  readonly acknowledgement: Acknowledgement;
  readonly at: Instant;
}

/** Final: for the till and for Electrum the transaction is undone. */
export interface Reversed {
  readonly state: "reversed";
  readonly decision: Decision;
  readonly advice: Reversing["advice"];
  readonly inDoubt?: InDoubt;
  readonly acknowledgement: Acknowledgement;
  readonly at: Instant;
}

/** Electrum does not accept the advice. An operator must look, then resend or resolve. */
export interface Disputed {
  readonly state: "disputed";
  readonly finalizing: Confirming | Reversing;
  readonly dispute: Dispute;
}

export interface Dispute {
  readonly reason: "refused" | "contradicted";
  readonly error: ErrorResponse;
  readonly at: Instant;
}

/** Final: an operator has settled the dispute. */
export interface Resolved {
  readonly state: "resolved";
  readonly finalizing: Confirming | Reversing;
  readonly dispute: Dispute;
  readonly resolution: Omit<Resolve, "type">;
}

/** Dual messaging: what the till has said about the payment while it decides. */
export interface Undecided {
  /** When the till's time to decide is over. */
  readonly decideBy?: Instant;
  /** The customer is about to pay, or has paid. */
  readonly payment?: Omit<PaymentStarted, "type">;
  /** Since when an operator must look: the time to decide was over, and the approval was not reversed. */
  readonly overdueAt?: Instant;
}

/**
 * What an operator must reconcile. Items may be added even to a final state, one open one for each reason. None is ever removed, so that
 * its place in the list is its number.
 */
export type ReconciliationItem = Evidence & {
  /** How an operator has settled it; absent while it is open. */
  readonly settled?: Omit<Reconcile, "type" | "items">;
};

/** What must be reconciled, and how it came up. */
export type Evidence =
  /** An approval came after the transaction had been declined or reversed, or while it is disputed. */
  | { readonly reason: "lateApproval"; readonly at: Instant; readonly attempt: number; readonly response: JsonObject }
  /** Electrum acknowledged a reversal, but does not forward it to this provider. */
  | { readonly reason: "providerTakesNoReversals"; readonly at: Instant; readonly provider: string }
  /**
   * VOUCHER_NOT_REDEEMED to a confirmRedeem, or VOUCHER_NOT_REFUNDED to a confirmRefund: either confirmed before, or never redeemed or
   * refunded. The response does not tell.
   */
  | { readonly reason: "confirmationAmbiguous"; readonly at: Instant }
  /**
   * A 404 ended the reversal, and it had no body, or an approval had been seen and this was its first delivery: Electrum may
   * have lost what it issued.
   */
  | { readonly reason: "reversalNotFound"; readonly at: Instant; readonly status: number; readonly approval?: Approval }
  /** The advice was acknowledged only by successes that named no id. */
  | { readonly reason: "acknowledgedUnnamed"; readonly at: Instant; readonly status: number }
  /** Approved for more than was asked, or in another currency. */
  | {
      readonly reason: "approvedOtherAmount";
      readonly at: Instant;
      readonly requested: LedgerAmount;
      readonly approved: LedgerAmount;
    }
  /** One transaction was approved with two vouchers. */
  | { readonly reason: "secondVoucher"; readonly at: Instant; readonly attempt: number; readonly response: JsonObject };
