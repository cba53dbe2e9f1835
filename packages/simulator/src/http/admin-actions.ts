import type { FaultPlan, FaultRule } from "../faults/plan.ts";
import type { ProviderCondition, SimulatedProfile } from "../switch/provider-profiles.ts";
import type { World } from "../switch/world.ts";
import type { FaultsView, RequestsView } from "./running-switch.ts";

export interface Restart {
  /** Default `kept`. */
  readonly memory?: "kept" | "lost";
  /** How long new connections are refused, in milliseconds. Default 0. */
  readonly durationMs?: number;
}

/** The administration of a running switch: for tests, and for the HTTP endpoints below `/admin`. */
export interface AdminActions {
  readonly world: () => World;
  readonly setProvider: (name: string, condition: ProviderCondition) => void;
  /** Changes what a provider takes. A name that is new makes a new provider. */
  readonly setProfile: (name: string, profile: Partial<SimulatedProfile>) => void;
  /** Sets a user's messaging, for requests that come from now on. */
  readonly setMessaging: (user: string, messaging: "dual" | "single") => void;
  /** Replaces the fault plan, with its counts. */
  readonly setFaults: (plan: FaultPlan) => void;
  /** Adds a rule after the others. */
  readonly addFault: (rule: FaultRule) => void;
  /** The plan and the injected faults: their counts, and the last `limit` of them. Default 1000. */
  readonly faults: (limit?: number) => FaultsView;
  /** How many requests came, and the last `limit` of them, with secrets masked. Default 1000. */
  readonly requests: (limit?: number) => RequestsView;
  /** Makes the tokens of OAuth2 worthless that were issued so far. */
  readonly revokeTokens: () => void;
  /**
   * Forgets transactions, vouchers, queues, the request log and the injected faults. Settings and conditions stay. The fault plan
   * starts again.
   */
  readonly reset: () => void;
  /** Resets every connection, then listens again after `durationMs`, with its memory kept or lost. */
  readonly restart: (restart: Restart) => void;
}
