import type { Advice } from "@electrum-vouchers/core";
import type { DecidedIntent } from "../../oracle/promises.ts";

/** What is remembered for the invariants, and to bound what a caller may want again. */
export interface History {
  /** The last attempt that was sent; -1 before the first. */
  readonly lastAttemptSent: number;
  readonly adviceSent?: Advice;
  /** The till has asked for the redemption. */
  readonly hasSentRedemption: boolean;
  /** The decision that is durable. */
  readonly decision?: DecidedIntent;
  /** A customer may have the voucher. */
  readonly isHandedOver: boolean;
  /** The till has looked up again a voucher that was not found. It does so only once. */
  readonly hasLookedUpAgain: boolean;
  /** The switch has answered 404 to the reversal, and has not remembered it. */
  readonly isReversalForgotten: boolean;
  /** Something has happened that no client can repair: a limit of the protocol. */
  readonly limitCause?: LimitCause;
}

/**
 * - `lateRequest`: the switch processed a request after it had answered the reversal with 404 and forgotten it
 * - `repeatedRequest`: something between till and switch repeated a request by itself, and one of the two was declined
 */
export type LimitCause = "lateRequest" | "repeatedRequest";

export const emptyHistory: History = {
  lastAttemptSent: -1,
  hasSentRedemption: false,
  isHandedOver: false,
  hasLookedUpAgain: false,
  isReversalForgotten: false,
};
