import type { Policy } from "@electrum-vouchers/core";
import type { Rule } from "@electrum-vouchers/simulator";

/** The circumstances in which a flow is played. */
export interface Given {
  /** Beside the demo's own. */
  readonly policy?: Partial<Policy>;
  /** Default: a provider that follows the whole protocol. */
  readonly provider?: ProviderName;
  /** A voucher was sold before, which the customer brings. */
  readonly voucher?: true;
  /** What goes wrong at the switch. */
  readonly faults?: readonly Rule[];
}

export type ProviderName = "Ordinary" | "Netcare" | "Stellr";
