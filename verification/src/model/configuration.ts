import type { Policy } from "@electrum-vouchers/core";

/** One space of states: a till's policy, and how much the world around it may do. */
export interface Configuration {
  readonly name: string;
  readonly kind: "provision" | "redemption";
  readonly policy: Policy;
  /** Whether the switch remembers a reversal that came before its request. */
  readonly remembersReversals: boolean;
  /** Whether a request may arrive after its deadline; otherwise it arrives before, or never. */
  readonly late: boolean;
  /** Whether the network may repeat a request by itself. */
  readonly repeats: boolean;
  /** How many activities of tills may be under way at once: of one process or of several that share an outbox. */
  readonly owners: number;
}
