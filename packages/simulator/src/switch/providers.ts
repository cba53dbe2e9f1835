import type { ErrorType, Instant, Institution } from "@electrum-vouchers/core";
import type { SwitchOperation } from "./operations.ts";
import type { ReceivedMessage, World } from "./world.ts";
import { type ProviderCondition, type ProviderName, providerNames } from "./provider-profiles.ts";

/** The outcome of a request to a provider. */
export type ProviderResponse =
  | { readonly outcome: "approved"; readonly delayMs: number }
  | { readonly outcome: "declined"; readonly status: 400 | 404; readonly errorType: ErrorType }
  /** The provider is down (503), or its response did not come in time (504); then it has processed the request. */
  | {
      readonly outcome: "unavailable";
      readonly status: 503 | 504;
      readonly processed: boolean;
      readonly delayMs: number;
    };

/** The provider of a message, by the name or the id of its receiver. */
export function providerOf(receiver: Institution | undefined): ProviderName {
  const names = [receiver?.name, receiver?.id].map((name) => name?.trim().toLowerCase());
  return providerNames.find((provider) => names.includes(provider.toLowerCase())) ?? "standard";
}

export function askProvider(world: World, name: ProviderName): ProviderResponse {
  const { condition } = world.providers[name];
  const { upstreamDeadlineMs } = world.settings;
  switch (condition.state) {
    case "up":
      return { outcome: "approved", delayMs: 0 };
    case "slow":
      return condition.delayMs < upstreamDeadlineMs
        ? { outcome: "approved", delayMs: condition.delayMs }
        : { outcome: "unavailable", status: 504, processed: true, delayMs: upstreamDeadlineMs };
    case "down":
      return { outcome: "unavailable", status: 503, processed: false, delayMs: 0 };
    case "declining":
      return {
        outcome: "declined",
        status: condition.status ?? 400,
        errorType: condition.errorType ?? "TRANSACTION_DECLINED",
      };
  }
}

export function setCondition(world: World, name: ProviderName, condition: ProviderCondition): World {
  return { ...world, providers: { ...world.providers, [name]: { ...world.providers[name], condition } } };
}

/** Records that the provider received a message, unless it is down. */
export function recordReceived(
  world: World,
  name: ProviderName,
  message: {
    readonly operation: SwitchOperation;
    readonly id?: string;
    readonly requestId?: string;
    readonly at: Instant;
  },
): World {
  const provider = world.providers[name];
  if (provider.condition.state === "down") return world;
  const entry: ReceivedMessage = message;
  const messages = [...provider.receivedMessages, entry].slice(-world.settings.maxHistory);
  return {
    ...world,
    providers: {
      ...world.providers,
      [name]: {
        ...provider,
        receivedCount: provider.receivedCount + 1,
        receivedMessages: world.settings.maxHistory === 0 ? [] : messages,
      },
    },
  };
}
