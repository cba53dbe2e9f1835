import type { Operation, Policy } from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";

/** The circumstances in which a flow is played. */
export interface Given {
  readonly policy?: Partial<Policy>;
  /** Default: one that follows the whole protocol. */
  readonly provider?: ProviderName;
  /** The customer brings a voucher that was sold before. */
  readonly voucher?: true;
  readonly faults?: readonly Fault[];
}

/** What goes wrong at the switch with the first messages of an operation. */
export interface Fault {
  readonly operation: Operation;
  /** How many; default 1. */
  readonly times?: number;
  readonly effect: Effect;
}

/**
 * - `answerLost`: processed, and never answered
 * - `cutOff`: the connection breaks at once; processed all the same, just before its deadline
 * - `late`: processed, and answered after this time
 * - `emptyBody`: processed, and answered without a body
 * - `error`: answered with an error, whether processed or not
 */
export type Effect =
  | { readonly type: "answerLost" }
  | { readonly type: "cutOff" }
  | { readonly type: "late"; readonly delayMs: number }
  | { readonly type: "emptyBody" }
  | { readonly type: "error"; readonly status: number; readonly errorType: string; readonly isProcessed: boolean };
