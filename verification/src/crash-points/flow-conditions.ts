import type { Operation, Policy } from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";

/** The circumstances in which a flow is played. */
export interface FlowConditions {
  readonly policy?: Partial<Policy>;
  /** Default: one that follows the whole protocol. */
  readonly provider?: ProviderName;
  /** The customer brings a voucher that was sold before. */
  readonly hasVoucher?: true;
  readonly faults?: readonly ScriptedFault[];
}

/** What goes wrong at the switch with the first messages of an operation. */
export interface ScriptedFault {
  readonly operation: Operation;
  /** How many; default 1. */
  readonly times?: number;
  readonly fault: SwitchFault;
}

/**
 * - `responseLost`: processed, and never answered
 * - `connectionLost`: the connection breaks at once; processed all the same, just before its deadline
 * - `late`: processed, and answered after this time
 * - `emptyBody`: processed, and answered without a body
 * - `error`: answered with an error, whether processed or not
 */
export type SwitchFault =
  | { readonly type: "responseLost" }
  | { readonly type: "connectionLost" }
  | { readonly type: "late"; readonly delayMs: number }
  | { readonly type: "emptyBody" }
  | { readonly type: "error"; readonly status: number; readonly errorType: string; readonly isProcessed: boolean };
