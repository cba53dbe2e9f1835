import type { Instant, ProvisionRequest, Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { policyOf, provisionRequest, successResponse, tenders, unwrap, uuid } from "@electrum-vouchers/testkit";
import { runTransaction } from "../src/engine/run-transaction.ts";
import {
  factStep,
  intentStep,
  type PendingStep,
  startStep,
  type VersionedTransaction,
} from "../src/engine/stored-step.ts";

const idsFrom = (first: number, count: number): readonly Uuid[] =>
  Array.from({ length: count }, (_, nth) => uuid(first + nth));

/** Sales whose request was under way since `at`, when their till died. Gives their ids. */
export async function queueRequesting(outbox: Outbox, count: number, at: Instant): Promise<readonly Uuid[]> {
  const ids = idsFrom(0x1000, count);
  for (const id of ids) await start(outbox, provisionRequest(id), at);
  return ids;
}

/**
 * Confirmations that wait to be sent, as a till that stopped left them: one a millisecond, up to `at`. Gives the ids of their
 * sales, the oldest first.
 */
export async function queueConfirmations(
  outbox: Outbox,
  count: number,
  at: Instant,
  firstId = 0x1000,
  changes: Partial<ProvisionRequest> = {},
): Promise<readonly Uuid[]> {
  const ids = idsFrom(firstId, count);
  for (const [nth, id] of ids.entries()) await confirm(outbox, provisionRequest(id, changes), at - count + 1 + nth);
  return ids;
}

async function start(outbox: Outbox, request: ProvisionRequest, at: Instant): Promise<VersionedTransaction> {
  const { id } = request;
  const first = { request, confirmationId: mintedFor(id, "c"), reversalId: mintedFor(id, "d"), policy: policyOf(), at };
  return store(outbox, unwrap(startStep({ type: "provisionStarted", start: first })));
}

async function confirm(outbox: Outbox, request: ProvisionRequest, at: Instant): Promise<void> {
  const response = successResponse({ operation: "provisionVoucher", message: request });
  const requesting = await start(outbox, request, at);
  const issued = await store(outbox, factStep(requesting, { type: "response", attempt: 0, ...response, at }));
  await store(outbox, unwrap(intentStep(issued, { type: "confirm", tenders, at })));
}

/** Stores what is decided, and carries nothing out: as a till does that dies at once. */
const store = async (outbox: Outbox, progress: PendingStep): Promise<VersionedTransaction> =>
  unwrap(await runTransaction(progress, { commit: (change) => outbox.commit(change), execute: async () => undefined }));

/** Another id for each sale, and the same in every run. */
const mintedFor = (id: Uuid, digit: "c" | "d"): Uuid => `${digit.repeat(8)}${id.slice(8)}`;
