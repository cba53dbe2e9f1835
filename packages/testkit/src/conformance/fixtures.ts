import type { Instant, Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  ClaimRequest,
  Due,
  Outbox,
  OutboxInspection,
  OutboxSummary,
  StoredRecord,
  Work,
} from "@electrum-vouchers/core/ports";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** Opens an outbox on an empty store. */
export type OpenOutbox = () => Promise<Outbox & OutboxInspection>;

/** Some moment; what is due is so a little before or after it. */
export const NOW: Instant = 1_700_000_000_000;

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

/** No work, in a summary. */
export const noWork: OutboxSummary["due"] = {
  replyDeadline: { count: 0, amounts: {} },
  timer: { count: 0, amounts: {} },
  advice: { count: 0, amounts: {} },
};

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

/** Commits each change, one after the other. */
export async function commitAll(outbox: Outbox, ...changes: readonly Change[]): Promise<void> {
  for (const each of changes) await unwrapAsync(outbox.commit(each));
}

/** The stored record, without how long it has waited, which no test knows. */
export async function load(outbox: Outbox, id: Uuid): Promise<Omit<StoredRecord, "waitedMs"> | undefined> {
  const stored = await unwrapAsync(outbox.load(id));
  if (stored === undefined) return undefined;
  const { waitedMs: _, ...rest } = stored;
  return rest;
}

/** Which transactions a request gives, by their numbers, in order. */
export async function claimNumbers(outbox: Outbox, request: ClaimRequest): Promise<readonly number[]> {
  const { records } = await unwrapAsync(outbox.claim(request));
  return records.map(({ id }) => Number.parseInt(id.slice(-12), 16));
}

/** The ids of the transactions that are claimed now, in order. */
export async function claimIds(outbox: Outbox, worker: string, now: Instant = NOW): Promise<readonly Uuid[]> {
  const { records } = await unwrapAsync(outbox.claim(createClaim(worker, now)));
  return records.map(({ id }) => id);
}
