import type { Configuration } from "../configuration.ts";
import type { LimitCause } from "./history.ts";

/** A limit that no client can remove. `noReversals`: the provider takes none, and the till has listed the transaction for reconciliation. */
export type ProtocolLimit = LimitCause | "noReversals";

/** What the protocol itself cannot promise: no client can make till and switch agree again. */
export const limits: Readonly<Record<ProtocolLimit, string>> = {
  lateRequest: "a request surfaces after its reversal, at a switch that has forgotten the reversal",
  repeatedRequest:
    "something between till and switch repeats a request by itself, and the response to the repeat looks like a decline",
  noReversals: "the provider takes no reversals; the till marks the transaction for reconciliation",
};

/** The limits that a configuration reaches. In any other configuration a disagreement is a defect. If one of these is not found, it is no limit. */
export function expectedLimits({ kind, policy, ...world }: Configuration): readonly ProtocolLimit[] {
  const { remembersReversals, mayArriveLate, mayRepeat, faults } = world;
  return [
    ...(!remembersReversals && (mayArriveLate || mayRepeat) ? (["lateRequest"] as const) : []),
    ...(mayRepeat && (kind !== "provision" || faults === "every") ? (["repeatedRequest"] as const) : []),
    ...(policy.provider.takesReversals ? [] : (["noReversals"] as const)),
  ];
}
