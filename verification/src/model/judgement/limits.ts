import type { Configuration } from "../configuration.ts";
import type { Excuse } from "./ghosts.ts";

/** A limit that no client can remove. `noReversals`: the provider takes none, and the till has marked the transaction. */
export type Limit = Excuse | "noReversals";

/** What the protocol itself cannot promise: where no client can bring till and switch together again. */
export const limits: Readonly<Record<Limit, string>> = {
  lateRequest: "a request surfaces after its reversal, at a switch that has forgotten the reversal",
  repeatedRequest:
    "something between till and switch repeats a request by itself, and the answer to the repeat looks like a decline",
  noReversals: "the provider takes no reversals; the till marks the transaction for reconciliation",
};

/** The limits that a world reaches. Anywhere else a disagreement is a defect; and where none is found, the limit is none. */
export function limitsOf({ kind, policy, ...world }: Configuration): readonly Limit[] {
  const { remembersReversals, late, repeats, troubles } = world;
  return [
    ...(!remembersReversals && (late || repeats) ? (["lateRequest"] as const) : []),
    ...(repeats && (kind === "redemption" || troubles === "every") ? (["repeatedRequest"] as const) : []),
    ...(policy.provider.takesReversals ? [] : (["noReversals"] as const)),
  ];
}
