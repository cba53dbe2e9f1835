import type { Outbox } from "@electrum-vouchers/core/ports";
import { commitAll, createChange, createClaim, dueAt, NOW } from "./fixtures.ts";
import { unwrapAsync } from "../unwrap.ts";

export const HELD_RECORDS = 3;

/**
 * What the conformance suite has a process of its own do: it commits some due work, and leases all of it for a long time. Then it waits to
 * be killed.
 */
export async function holdUntilKilled(outbox: Outbox): Promise<void> {
  await commitAll(outbox, ...Array.from({ length: HELD_RECORDS }, (_, n) => createChange(n, dueAt(NOW))));
  await unwrapAsync(outbox.claim(createClaim("holder")));
}
