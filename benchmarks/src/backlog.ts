import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change, Outbox } from "@electrum-vouchers/core/ports";
import { createSaleSteps } from "./sample.ts";

/**
 * Sales that differ only in their ids. They have the usual size, and are made quickly. Each is stored when its confirmation is
 * due, and again when that is acknowledged. Their checksums are not valid, which does not matter since nothing reads them here.
 */
const [, , confirming, confirmed] = createSaleSteps();

const withId = (change: Change, id: Uuid, expectedVersion: number): Change => ({
  ...change,
  id,
  expectedVersion,
  record: change.record.replaceAll(change.id, id),
  entry: change.entry.replaceAll(change.id, id),
});

export const createIds = (count: number): readonly Uuid[] => Array.from({ length: count }, () => randomUUID());

/** The confirmation is due. */
export const toQueuedSale = (id: Uuid): Change => withId(confirming, id, 0);

/** It is acknowledged. */
export const toFinishedSale = (id: Uuid): Change => withId(confirmed, id, 1);

/** It was acknowledged before it was stored. */
export const toPastSale = (id: Uuid): Change => withId(confirmed, id, 0);

/** The shortest record. The time that remains is that of the outbox itself. */
export const withoutContent = (change: Change): Change => ({ ...change, record: "{}", entry: "{}" });

/** How many commits a caller may have under way at once without being refused. */
const MAX_CONCURRENT = 1_000;

/**
 * Resolves once an outbox has done what it postpones to the next turns of the event loop. That belongs to the work that caused
 * it, and not to what is measured next.
 */
export async function awaitDeferredWork(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** Commits a change for each, many at once. */
export async function commitEach<Each>(
  outbox: Pick<Outbox, "commit">,
  all: readonly Each[],
  changeOf: (each: Each) => Change,
): Promise<void> {
  for (let from = 0; from < all.length; from += MAX_CONCURRENT) {
    const some = all.slice(from, from + MAX_CONCURRENT);
    for (const result of await Promise.all(some.map((each) => outbox.commit(changeOf(each))))) result._unsafeUnwrap();
  }
  await awaitDeferredWork();
}
