import type { ErrorType } from "@electrum-vouchers/core";

/** `standard` is every provider but the two that Electrum documents as special. */
export type ProviderName = "standard" | "Netcare" | "Stellr";

export const providerNames: readonly ProviderName[] = ["standard", "Netcare", "Stellr"];

export interface Profile {
  /** `false`: Electrum answers a retry with a hard decline. */
  readonly takesRetries: boolean;
  /** `false`: Electrum acknowledges each advice and forwards none; what was approved stands. */
  readonly takesAdvices: boolean;
}

export const profiles: Readonly<Record<ProviderName, Profile>> = {
  standard: { takesRetries: true, takesAdvices: true },
  Netcare: { takesRetries: false, takesAdvices: true },
  Stellr: { takesRetries: false, takesAdvices: false },
};

/** How a provider is. One that is slower than the switch waits has processed the request all the same. */
export type ProviderCondition =
  | { readonly state: "up" }
  | { readonly state: "slow"; readonly delayMs: number }
  | { readonly state: "down" }
  | {
      readonly state: "declining";
      /** Default 400; Electrum's documents name 404 as well. */
      readonly status?: 400 | 404;
      /** Default `TRANSACTION_DECLINED`. */
      readonly errorType?: ErrorType;
    };
