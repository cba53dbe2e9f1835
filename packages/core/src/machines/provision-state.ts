import type { InDoubt } from "./in-doubt.ts";
import type { Uuid } from "../messages/uuid.ts";
import type { ErrorResponse } from "../responses/request-outcome.ts";
import type { Approval, ReconciliationItem, Finalization, Undecided } from "./finalization-state.ts";
import type { ProvisionStart } from "../start.ts";
import type { HandedOver } from "../step.ts";
import type { Instant } from "../time.ts";

/** The sale of one voucher, in any state; `Provision<Issued>` is one in that state. */
export type Provision<State extends ProvisionState = ProvisionState> = State extends ProvisionState
  ? ProvisionHead & State
  : never;

/** The fields that every provision has, in any state. */
export interface ProvisionHead {
  readonly kind: "provision";
  /** The id of the request. */
  readonly id: Uuid;
  readonly start: ProvisionStart;
  readonly reconciliation: readonly ReconciliationItem[];
  /** Absent: nothing was handed over. */
  readonly handedOver?: HandedOver;
}

export type ProvisionState =
  | Requesting
  | WaitingToRetry
  | Issued
  | ProvisionCompleted
  | ProvisionDeclined
  | Finalization;

/** An attempt is under way: attempt 0 is `provisionVoucher`, the later ones are `retryProvisionVoucher`. */
export interface Requesting {
  readonly state: "requesting";
  readonly attempt: number;
  readonly deadlineAt: Instant;
  /** When the till cancelled. Whatever the response, no voucher is handed out. */
  readonly cancelledAt?: Instant;
  readonly inDoubt?: InDoubt;
}

/** The outcome is unknown; the next attempt starts at `retryAt`. */
export interface WaitingToRetry {
  readonly state: "waitingToRetry";
  /** The attempt whose outcome is unknown. */
  readonly attempt: number;
  readonly retryAt: Instant;
  readonly inDoubt: InDoubt;
}

/** Dual messaging: Electrum has issued a voucher. The till must confirm or cancel. */
export interface Issued extends Undecided {
  readonly state: "issued";
  readonly approval: Approval;
  readonly inDoubt?: InDoubt;
}

/** Final, single messaging: the approval completes the sale. */
export interface ProvisionCompleted {
  readonly state: "completed";
  readonly approval: Approval;
}

/** Final: a hard decline of the first request. Nothing is owed. */
export interface ProvisionDeclined {
  readonly state: "declined";
  readonly at: Instant;
  readonly error: ErrorResponse;
  readonly cancelledAt?: Instant;
}
