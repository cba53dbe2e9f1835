// Store and forward: the switch keeps each advice in its provider's queue, and tells the provider until it has an answer.
//
// Rules
// 1. A queue for each provider, confirmations and reversals together, oldest first.
// 2. A window of the oldest may be under way at once (`SimulatedProfile`). What was not answered is sent again, so a provider may get an
//    advice twice; it answers a repeat as it answered the first.
// 3. An advice that its provider does not take is acknowledged to the sender and forwarded to nobody.

import type { BasicAdvice, Instant } from "@electrum-vouchers/core";
import type { SwitchCall } from "./call.ts";
import { findTransaction, historyEvent, recordTransaction } from "./ledger.ts";
import type { SwitchAdviceOperation } from "./operations.ts";
import type { SimulatedProfile } from "./provider-profiles.ts";
import { recordReceived } from "./providers.ts";
import { dequeue, enqueue, itemAt, lengthOf, replaceAt } from "./queue.ts";
import { type Forward, providerNamed, type Provider, type LedgerTransaction, type World } from "./world.ts";

/** Whether the provider is told of an advice that brings its transaction into this state. */
export const takesAdvice = (profile: SimulatedProfile, state: "confirmed" | "reversed"): boolean =>
  state === "confirmed" ? profile.takesConfirmations : profile.takesReversals;

/** Queues an advice for its provider, if the provider takes it. */
export function forwardAdvice(
  world: World,
  transaction: LedgerTransaction,
  advice: BasicAdvice,
  call: SwitchCall<SwitchAdviceOperation>,
): { readonly world: World; readonly forwards: readonly Forward[] } {
  const provider = providerNamed(world, transaction.provider);
  if (!takesAdvice(provider.profile, stateAfter(call.operation))) return { world, forwards: [] };
  const queued: Forward = {
    provider: transaction.provider,
    operation: call.operation,
    id: advice.id,
    transaction: { kind: transaction.kind, user: transaction.user, id: transaction.id },
    queuedAt: call.at,
    attempts: 0,
  };
  return {
    world: withProvider(world, queued.provider, { ...provider, queue: enqueue(provider.queue, queued) }),
    forwards: [queued],
  };
}

const stateAfter = (operation: SwitchAdviceOperation): "confirmed" | "reversed" =>
  operation.startsWith("confirm") ? "confirmed" : "reversed";

export interface ForwardAttempt {
  readonly world: World;
  /** The advice that was tried; absent if none waits. */
  readonly forward?: Forward;
  /** Whether the provider's answer came. If not, the advice stays where it is in the queue. */
  readonly delivered: boolean;
}

/** Tries to deliver the oldest advice that waits for this provider. */
export const deliverNextAdvice = (world: World, name: string, at: Instant): ForwardAttempt =>
  deliverAt(world, name, 0, at);

/** Tries to deliver the oldest advices that wait for this provider, as many as may be under way at once. */
export function deliverWindow(world: World, name: string, at: Instant): World {
  const { profile, queue } = providerNamed(world, name);
  let [after, failed] = [world, 0];
  for (let count = Math.min(profile.window, lengthOf(queue)); count > 0; count -= 1) {
    const attempt = deliverAt(after, name, failed, at);
    after = attempt.world;
    if (!attempt.delivered) failed += 1;
  }
  return after;
}

/** Only the first one in the queue can be taken out, so that those before it must have been tried in vain. */
function deliverAt(world: World, name: string, offset: number, at: Instant): ForwardAttempt {
  const { queue, condition } = providerNamed(world, name);
  const waiting = itemAt(queue, offset);
  if (waiting === undefined) return { world, delivered: false };
  const forward = { ...waiting, attempts: waiting.attempts + 1 };
  const told = condition.state === "down" ? world : applyAtProvider(world, waiting, at);
  const provider = providerNamed(told, name);
  if (condition.state === "down" || condition.state === "answerLost") {
    const kept = withProvider(told, name, { ...provider, queue: replaceAt(queue, offset, forward) });
    return { world: kept, forward, delivered: false };
  }
  return { world: withProvider(told, name, { ...provider, queue: dequeue(queue) }), forward: waiting, delivered: true };
}

function applyAtProvider(world: World, { operation, id, transaction: name, provider }: Forward, at: Instant): World {
  const recorded = recordReceived(world, provider, { at, operation, id, requestId: name.id });
  const transaction = findTransaction(recorded, name);
  if (transaction === undefined) return recorded;
  return recordTransaction(
    recorded,
    { ...transaction, providerState: stateAfter(operation) },
    historyEvent(at, `${operation} delivered to ${provider}`),
  );
}

const withProvider = (world: World, name: string, provider: Provider): World => ({
  ...world,
  providers: { ...world.providers, [name]: provider },
});
