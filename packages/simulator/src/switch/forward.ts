import type { BasicAdvice, Instant } from "@electrum-vouchers/core";
import type { SwitchCall } from "./call.ts";
import { findTransaction, historyEvent, recordTransaction } from "./ledger.ts";
import type { SwitchAdviceOperation } from "./operations.ts";
import { recordReceived } from "./providers.ts";
import { profiles, type ProviderName } from "./provider-profiles.ts";
import { dequeue, enqueue, head, replaceHead } from "./queue.ts";
import type { Forward, Provider, LedgerTransaction, World } from "./world.ts";

/** Queues an advice for its provider. If the provider takes no advices, Electrum acknowledges it and does not forward it. */
export function forwardAdvice(
  world: World,
  transaction: LedgerTransaction,
  advice: BasicAdvice,
  call: SwitchCall<SwitchAdviceOperation>,
): { readonly world: World; readonly forwards: readonly Forward[] } {
  if (!profiles[transaction.provider].takesAdvices) return { world, forwards: [] };
  const queued: Forward = {
    provider: transaction.provider,
    operation: call.operation,
    id: advice.id,
    transaction: { kind: transaction.kind, user: transaction.user, id: transaction.id },
    queuedAt: call.at,
    attempts: 0,
  };
  const provider = world.providers[queued.provider];
  return {
    world: withProvider(world, queued.provider, { ...provider, queue: enqueue(provider.queue, queued) }),
    forwards: [queued],
  };
}

export interface ForwardAttempt {
  readonly world: World;
  /** The advice that was tried; absent if none waits. */
  readonly forward?: Forward;
  /** Whether the provider responded. If not, the advice stays at the head of the queue. */
  readonly delivered: boolean;
}

/** Tries to deliver the oldest advice that waits for this provider. The next one goes only after it was delivered. */
export function deliverNextAdvice(world: World, name: ProviderName, at: Instant): ForwardAttempt {
  const provider = world.providers[name];
  const oldest = head(provider.queue);
  if (oldest === undefined) return { world, delivered: false };
  if (provider.condition.state === "down") {
    const tried = { ...oldest, attempts: oldest.attempts + 1 };
    const queue = replaceHead(provider.queue, tried);
    return { world: withProvider(world, name, { ...provider, queue }), forward: tried, delivered: false };
  }
  const shorter = withProvider(world, name, { ...provider, queue: dequeue(provider.queue) });
  return { world: applyAtProvider(shorter, oldest, at), forward: oldest, delivered: true };
}

function applyAtProvider(world: World, { operation, id, transaction: name, provider }: Forward, at: Instant): World {
  const recorded = recordReceived(world, provider, { at, operation, id, requestId: name.id });
  const transaction = findTransaction(recorded, name);
  if (transaction === undefined) return recorded;
  const providerState = operation.startsWith("confirm") ? "confirmed" : "reversed";
  return recordTransaction(
    recorded,
    { ...transaction, providerState },
    historyEvent(at, `${operation} delivered to ${provider}`),
  );
}

const withProvider = (world: World, name: ProviderName, provider: Provider): World => ({
  ...world,
  providers: { ...world.providers, [name]: provider },
});
