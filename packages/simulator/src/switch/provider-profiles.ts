import type { ErrorType } from "@electrum-vouchers/core";

/** `standard` is every provider except the two that Electrum documents as special. */
export type ProviderName = "standard" | "Netcare" | "Stellr";

export const providerNames: readonly ProviderName[] = ["standard", "Netcare", "Stellr"];

export interface Profile {
  /** `false`: Electrum declines every retry. */
  readonly takesRetries: boolean;
  /** `false`: Electrum acknowledges each advice and forwards none. What the provider approved stays approved. */
  readonly takesAdvices: boolean;
}

export const profiles: Readonly<Record<ProviderName, Profile>> = {
  standard: { takesRetries: true, takesAdvices: true },
  Netcare: { takesRetries: false, takesAdvices: true },
  Stellr: { takesRetries: false, takesAdvices: false },
};

/** The condition of a provider. If it is slower than the switch waits, it has processed the request all the same. */
export type ProviderCondition =
  | { readonly state: "up" }
  | { readonly state: "slow"; readonly delayMs: number }
  | { readonly state: "down" }
  | {
      readonly state: "declining";
      /** Default 400. Electrum's documentation names 404 as well. */
      readonly status?: 400 | 404;
      /** Default `TRANSACTION_DECLINED`. */
      readonly errorType?: ErrorType;
    };
