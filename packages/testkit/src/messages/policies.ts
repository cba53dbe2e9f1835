import {
  netcare,
  type Policy,
  parsePolicy,
  type ProviderProfile,
  standardProvider,
  stellr,
} from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import { unwrap } from "../unwrap.ts";

/** A policy with these choices, and the defaults for the rest. Throws if a choice is invalid. */
export const policyOf = (choices: Partial<Policy> = {}): Policy => unwrap(parsePolicy(choices));

/** The core's profile of each provider that the simulator knows. */
export const providerProfiles: Readonly<Record<ProviderName, ProviderProfile>> = {
  standard: standardProvider,
  Netcare: netcare,
  Stellr: stellr,
};
