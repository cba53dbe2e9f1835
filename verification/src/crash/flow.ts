import type { Operation, Policy, Transaction } from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import type { Act } from "./acts.ts";

/** A flow of the demo, played in simulated time, so that it can be broken off at every call of a port. */
export interface Flow {
  /** As the demo calls it. */
  readonly name: string;
  readonly policy?: Partial<Policy>;
  /** Default: one that follows the whole protocol. */
  readonly provider?: ProviderName;
  /** The customer brings a voucher that was sold before. */
  readonly voucher?: true;
  readonly faults?: readonly Fault[];
  /** What the till, or the world around it, does, one after the other. */
  readonly acts: readonly Act[];
  /** How its transactions end where nothing is broken off. */
  readonly ends: readonly Transaction["state"][];
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
