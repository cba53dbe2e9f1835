import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Change, ClaimRequest, Due, Outbox, OutboxInspection, Work } from "@electrum-vouchers/core/ports";
import type { ResultAsync } from "neverthrow";

/** Opens an outbox on an empty store. */
export type OpenOutbox = () => Promise<Outbox & OutboxInspection>;

/** Some moment; what is due is so a little before or after it. */
export const NOW: Instant = 1_700_000_000_000;

/** The n-th of some ids. */
export const uuid = (n: number): Uuid => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

/** The first commit of the n-th transaction, or another where the fields say so. */
export const createChange = (n: number, fields: Partial<Change> = {}): Change => ({
  id: uuid(n),
  expectedVersion: 0,
  kind: "provision",
  state: "requesting",
  final: false,
  needsAttention: false,
  record: `record ${n}.${(fields.expectedVersion ?? 0) + 1}`,
  entry: `entry ${n}.${(fields.expectedVersion ?? 0) + 1}`,
  at: NOW,
  ...fields,
});

/** Work that is due at this moment. */
export const dueAt = (at: Instant, work: Work = "advice"): { readonly due: Due } => ({
  due: { at, work, description: "confirmVoucher" },
});

/** Advices of the n-th, n+1-th… transaction in one queue, a moment after each other. */
export const queuedChanges = (
  queue: string,
  first: number,
  count: number,
  at: Instant = NOW - 1_000,
): readonly Change[] =>
  Array.from({ length: count }, (_, index) => createChange(first + index, { ...dueAt(at + index), labels: { queue } }));

/** A claim of every kind of work, by a worker and at a moment of its own. */
export const createClaim = (
  worker: string,
  now: Instant = NOW,
  until: Instant = now + 60_000,
  limit = 100,
): ClaimRequest => ({
  worker,
  work: ["replyDeadline", "timer", "advice"],
  now,
  until,
  limit,
});

/** What the call gave; it must succeed. */
export async function unwrap<Value>(call: ResultAsync<Value, unknown>): Promise<Value> {
  const result = await call;
  if (result.isErr()) throw new Error(`it must succeed, but gave ${JSON.stringify(result.error)}`);
  return result.value;
}

/** Why the call failed; it must. */
export async function unwrapError<Failure>(call: ResultAsync<unknown, Failure>): Promise<Failure> {
  const result = await call;
  if (result.isOk()) throw new Error("it must fail, but succeeded");
  return result.error;
}

/** Commits each change, one after the other. */
export async function commitAll(outbox: Outbox, ...changes: readonly Change[]): Promise<void> {
  for (const each of changes) await unwrap(outbox.commit(each));
}

/** Which transactions a request gives, by their numbers, in order. */
export async function claimNumbers(outbox: Outbox, request: ClaimRequest): Promise<readonly number[]> {
  const { records } = await unwrap(outbox.claim(request));
  return records.map(({ id }) => Number.parseInt(id.slice(-12), 16));
}

/** The ids of the transactions that are claimed now, in order. */
export async function claimIds(outbox: Outbox, worker: string, now: Instant = NOW): Promise<readonly Uuid[]> {
  const { records } = await unwrap(outbox.claim(createClaim(worker, now)));
  return records.map(({ id }) => id);
}
