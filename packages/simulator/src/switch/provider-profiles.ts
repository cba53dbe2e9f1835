// The providers as data: what each takes, and how it does at the moment.
//
// Rules
// 1. A profile is what a provider is built like; a condition is how it does today. Both may change while the switch runs.
// 2. Electrum acknowledges each advice, whatever the provider takes. One that the provider does not take is not forwarded, so that
//    switch and provider differ from then on: a voucher whose reversal is not taken stays as it is.
// 3. A provider that takes no confirmations has a live voucher as soon as it approves.

import type { ErrorType } from "@electrum-vouchers/core";
import { type Check, flag, object, optional, wholeNumber } from "../messages/check.ts";

/** The providers that every world has. `standard` is every provider that has no name of its own here. */
export type ProviderName = "standard" | "Netcare" | "Stellr";

export const providerNames: readonly ProviderName[] = ["standard", "Netcare", "Stellr"];

export interface SimulatedProfile {
  /** `false`: Electrum declines every retry. */
  readonly takesRetries: boolean;
  /** `false`: Electrum acknowledges each confirmation and forwards none. */
  readonly takesConfirmations: boolean;
  /** `false`: Electrum acknowledges each reversal and forwards none. What the provider approved stays approved. */
  readonly takesReversals: boolean;
  /** How many of its oldest advices Electrum may have under way to it at once. */
  readonly window: number;
}

export const standardProfile: SimulatedProfile = {
  takesRetries: true,
  takesConfirmations: true,
  takesReversals: true,
  window: 1,
};

/** `standard` takes everything; the other two are those that Electrum documents as special. */
export const knownProfiles: Readonly<Record<ProviderName, SimulatedProfile>> = {
  standard: standardProfile,
  Netcare: { ...standardProfile, takesRetries: false },
  Stellr: { ...standardProfile, takesRetries: false, takesConfirmations: false, takesReversals: false },
};

/** Whether switch and provider agree in the end, whatever happens. */
export const takesAllAdvices = ({ takesConfirmations, takesReversals }: SimulatedProfile): boolean =>
  takesConfirmations && takesReversals;

/** What a receiver's name or id must be, without regard to case, to lead to this provider. */
export const PROVIDER_NAME: RegExp = /^[0-9A-Za-z][0-9A-Za-z _.-]{0,39}$/;
export const PROVIDER_NAME_MEANING = "letters, digits, spaces, dots, hyphens and underscores, at most 40";

/** More are a mistake, and each request is matched against all of them. */
export const MAX_PROVIDERS = 100;

/** No switch has more messages under way to one provider. */
const MAX_WINDOW = 1_000;

export const profileCheck: Check<Partial<SimulatedProfile>> = object<Partial<SimulatedProfile>>({
  takesRetries: optional(flag),
  takesConfirmations: optional(flag),
  takesReversals: optional(flag),
  window: optional(wholeNumber(1, MAX_WINDOW)),
});

/** The condition of a provider. If it is slower than the switch waits, it has processed the request all the same. */
export type ProviderCondition =
  | { readonly state: "up" }
  | { readonly state: "slow"; readonly delayMs: number }
  | { readonly state: "down" }
  /** It does everything, and no answer of its reaches the switch: requests end as 504, advices are repeated. */
  | { readonly state: "answerLost" }
  | {
      readonly state: "declining";
      /** Default 400. Electrum's documentation names 404 as well. */
      readonly status?: 400 | 404;
      /** Default `TRANSACTION_DECLINED`. */
      readonly errorType?: ErrorType;
    };
