import type { ErrorType, Instant, Institution } from "@electrum-vouchers/core";
import type { SwitchOperation } from "./operations.ts";
import type { ProviderCondition } from "./provider-profiles.ts";
import { providerNamed, type ReceivedMessage, type World } from "./world.ts";

/** The outcome of a request to a provider. */
export type ProviderResponse =
  | { readonly outcome: "approved"; readonly delayMs: number }
  | { readonly outcome: "declined"; readonly status: 400 | 404; readonly errorType: ErrorType }
  /** The provider is down (503), or its response did not come (504); then it has processed the request. */
  | {
      readonly outcome: "unavailable";
      readonly status: 503 | 504;
      readonly processed: boolean;
      readonly delayMs: number;
    };

/** The provider of a message, by the name or the id of its receiver. */
export function providerOf(world: World, receiver: Institution | undefined): string {
  const names = [receiver?.name, receiver?.id].map((name) => name?.trim().toLowerCase());
  return Object.keys(world.providers).find((provider) => names.includes(provider.toLowerCase())) ?? "standard";
}

export function askProvider(world: World, name: string): ProviderResponse {
  const { condition } = providerNamed(world, name);
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
    case "answerLost":
      return { outcome: "unavailable", status: 504, processed: true, delayMs: 0 };
    case "declining":
      return {
        outcome: "declined",
        status: condition.status ?? 400,
        errorType: condition.errorType ?? "TRANSACTION_DECLINED",
      };
  }
}

export function setCondition(world: World, name: string, condition: ProviderCondition): World {
  return { ...world, providers: { ...world.providers, [name]: { ...providerNamed(world, name), condition } } };
}

/** Records that the provider received a message, unless it is down. */
export function recordReceived(
  world: World,
  name: string,
  message: {
    readonly operation: SwitchOperation;
    readonly id?: string;
    readonly requestId?: string;
    readonly at: Instant;
  },
): World {
  const provider = providerNamed(world, name);
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
