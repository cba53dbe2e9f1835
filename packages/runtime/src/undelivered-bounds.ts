import type { Instant, Policy, UndeliveredBounds } from "@electrum-vouchers/core";
import type { Outbox, Undelivered } from "@electrum-vouchers/core/ports";
import { err, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import type { Clock } from "./clock.ts";
import type { TillError } from "./errors.ts";

// Confirmations that are not delivered are money that the shop owes to a provider which does not know of it yet. Where the policy sets bounds,
// no new sale of that provider begins beyond them. What was sold stays sold: nothing but a start is refused.
//
// What is held does not count: an operator has looked at it.

/** Refuses a sale if too much of its queue is undelivered. */
export interface UndeliveredGate {
  admit(queue: string, policy: Policy): ResultAsync<void, TillError>;
}

/** How long what a queue owes is taken to be the same, so that a busy till does not count it at each sale. */
const COUNTED_FOR_MS = 1_000;

/** So many queues are remembered; a shop has a few. */
const MAX_QUEUES = 100;

export function createUndeliveredGate(outbox: Pick<Outbox, "undelivered">, clock: Clock): UndeliveredGate {
  const counted = new Map<string, { readonly atMs: number; readonly found: Undelivered }>();

  function count(queue: string): ResultAsync<Undelivered, TillError> {
    const last = counted.get(queue);
    if (last !== undefined && clock.monotonicMs() < last.atMs + COUNTED_FOR_MS) return okAsync(last.found);
    return outbox
      .undelivered(queue)
      .andTee((found) => {
        if (counted.size >= MAX_QUEUES) counted.clear();
        counted.set(queue, { atMs: clock.monotonicMs(), found });
      })
      .mapErr((error): TillError => ({ type: "outboxUnavailable", error }));
  }

  return {
    admit: (queue, { maxUndelivered }) =>
      maxUndelivered === undefined
        ? okAsync(undefined)
        : count(queue).andThen((found) => check(queue, found, maxUndelivered, clock.now())),
  };
}

function check(queue: string, found: Undelivered, bounds: UndeliveredBounds, now: Instant): Result<void, TillError> {
  const bound = reachedBound(found, bounds, now);
  return bound === undefined ? ok() : err({ type: "tooManyUndelivered", queue, bound, ...found });
}

function reachedBound(
  { count, amounts, oldestDueAt }: Undelivered,
  bounds: UndeliveredBounds,
  now: Instant,
): keyof UndeliveredBounds | undefined {
  if (bounds.count !== undefined && count >= bounds.count) return "count";
  const { amount, ageMs } = bounds;
  if (amount !== undefined && Object.values(amounts).some((owed) => owed >= amount)) return "amount";
  return ageMs !== undefined && oldestDueAt !== undefined && now - oldestDueAt >= ageMs ? "ageMs" : undefined;
}
