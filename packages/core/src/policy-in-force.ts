import type { Policy } from "./policy.ts";

/** What of a transaction, or of its view, says by which policy it goes. */
interface Governed {
  readonly start: { readonly policy: Policy };
  readonly redeem?: { readonly policy?: Policy };
}

/** The policy that a transaction goes by. A redemption may have got another one with `redeem`: only then its provider was known. */
export const policyInForce = ({ start, redeem }: Governed): Policy => redeem?.policy ?? start.policy;
