import type { Policy } from "@electrum-vouchers/core";
import { CLIENT } from "../messages/requests.ts";
import { policyOf, providerProfiles } from "../messages/policies.ts";
import { emptyWorld, type InitialWorld, worldWithVoucher } from "../simulated-electrum/initial-world.ts";
import type { FlowConditions } from "./flow.ts";

/** The policy under which a flow is played: the profile of its provider, and what the flow chooses. */
export const policyFor = ({ provider = "standard", policy }: FlowConditions): Policy =>
  policyOf({ provider: providerProfiles[provider], ...policy });

/** What the switch knows when a flow begins. */
export function worldFor({ provider = "standard", policy, hasVoucher }: FlowConditions): InitialWorld {
  const settings = { singleMessagingUsers: policy?.messaging === "single" ? [CLIENT] : [], maxHistory: 0 };
  return hasVoucher === true ? worldWithVoucher(provider, settings) : emptyWorld(settings);
}
