import type { Policy } from "@electrum-vouchers/core";
import type { FaultRule } from "@electrum-vouchers/simulator";

/** The circumstances in which a flow is result. */
export interface FlowSetup {
  /** Beside the demo's own. */
  readonly policy?: Partial<Policy>;
  /** Default: a provider that follows the whole protocol. */
  readonly provider?: FlowProvider;
  /** A voucher was sold before, which the customer brings. */
  readonly voucher?: true;
  /** What goes wrong at the switch. */
  readonly faults?: readonly FaultRule[];
}

export type FlowProvider = "Standard" | "Netcare" | "Stellr";
