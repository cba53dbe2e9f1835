import type { FaultPlan, FaultRule } from "../faults/plan.ts";
import type { ProviderCondition, ProviderName } from "../switch/provider-profiles.ts";
import type { World } from "../switch/world.ts";
import type { FaultsView, RequestsView } from "./running-switch.ts";

export interface Restart {
  /** Default `kept`. */
  readonly memory?: "kept" | "lost";
  /** How long nobody listens. Default 0. */
  readonly durationMs?: number;
}

/** A running switch as a test or a person sees it: what the administration can do, and no more. */
export interface AdminActions {
  readonly world: () => World;
  readonly setProvider: (name: ProviderName, condition: ProviderCondition) => void;
  /** For requests that come from now on. */
  readonly setMessaging: (user: string, messaging: "dual" | "single") => void;
  /** Replaces the fault plan, with its counts. */
  readonly setFaults: (plan: FaultPlan) => void;
  /** Adds a rule behind the others. */
  readonly addFault: (rule: FaultRule) => void;
  /** The plan and the faults that fired: their counts, and the last `limit` of them. Default 1000. */
  readonly faults: (limit?: number) => FaultsView;
  /** How many requests came, and the last `limit` of them, secrets masked. Default 1000. */
  readonly requests: (limit?: number) => RequestsView;
  /**
   * Forgets transactions, vouchers, queues, log and the faults that fired. Settings and conditions stay; the fault plan
   * starts anew.
   */
  readonly reset: () => void;
  /** Breaks every connection and listens again, after a while if asked to, with its memory or without. */
  readonly restart: (restart: Restart) => void;
}
