import type { Transaction } from "./transaction.ts";

/** Every state by its kind; the types keep the lists complete. */
const states = {
  provision: {
    requesting: true,
    waitingToRetry: true,
    issued: true,
    completed: true,
    declined: true,
    confirming: true,
    reversing: true,
    confirmed: true,
    reversed: true,
    disputed: true,
    resolved: true,
  } satisfies Record<Extract<Transaction, { kind: "provision" }>["state"], true>,
  redemption: {
    lookingUp: true,
    waitingToLookUp: true,
    notFound: true,
    found: true,
    abandoned: true,
    redeeming: true,
    redeemed: true,
    completed: true,
    declined: true,
    confirming: true,
    reversing: true,
    confirmed: true,
    reversed: true,
    disputed: true,
    resolved: true,
  } satisfies Record<Extract<Transaction, { kind: "redemption" }>["state"], true>,
};

/** The names of a kind's states, in the order of a transaction's life. */
export const provisionStates: readonly string[] = Object.keys(states.provision);
export const redemptionStates: readonly string[] = Object.keys(states.redemption);

/**
 * Whether a value read back is a transaction, once its checksum has shown that it is what was written: it must name a state
 * that this release knows.
 */
export const isTransaction = (value: unknown): value is Transaction => {
  if (typeof value !== "object" || value === null) return false;
  if (!("kind" in value && "state" in value && "id" in value && "start" in value && "marks" in value)) return false;
  const known = value.kind === "provision" ? provisionStates : value.kind === "redemption" ? redemptionStates : [];
  return typeof value.state === "string" && known.includes(value.state);
};
