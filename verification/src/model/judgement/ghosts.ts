import type { Advice } from "@electrum-vouchers/core";

/** What is remembered for the sake of the invariants, and to bound what a till may want again. */
export interface Ghosts {
  /** The last attempt that was sent; -1 before the first. */
  readonly attemptSent: number;
  readonly adviceSent?: Advice;
  /** The till has asked for the redemption. */
  readonly hasRedeemed: boolean;
  /** What the till has decided, durably. */
  readonly decided?: Decided;
  /** A customer may have the voucher. */
  readonly handedOver: boolean;
  /** The till has asked once more for a voucher that was not found; it asks no third time. */
  readonly lookedUpAgain: boolean;
  /** The switch has answered 404 to the reversal, and has not remembered it. */
  readonly forgotten: boolean;
  /** Something has happened that no client can make good: a limit of the protocol. */
  readonly excuse?: Excuse;
}

/**
 * - `lateRequest`: the switch processed a request whose reversal it had answered with 404, and forgotten
 * - `repeatedRequest`: something between till and switch repeated a request by itself, and one of the two was declined
 */
export type Excuse = "lateRequest" | "repeatedRequest";

export const nothingYet: Ghosts = {
  attemptSent: -1,
  hasRedeemed: false,
  handedOver: false,
  lookedUpAgain: false,
  forgotten: false,
};

/** What the till has decided about a transaction. */
export type Decided = "confirm" | "cancel";
