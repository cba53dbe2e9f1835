import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change, Outbox } from "@electrum-vouchers/core/ports";
import { createSaleSteps } from "./sample.ts";

/**
 * Sales that are all alike but for their ids: as large as any, and made in no time. The store hears of each when its confirmation
 * is due, and once more when that is acknowledged. Their checksums do not match: nobody reads them here.
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

/** It was acknowledged before the store heard of it. */
export const toPastSale = (id: Uuid): Change => withId(confirmed, id, 0);

/** What is written where there is next to nothing to write: what is left of the time is the outbox's own. */
export const withoutContent = (change: Change): Change => ({ ...change, record: "{}", entry: "{}" });

/** What a caller may have under way at once, so that the outbox turns nobody away. */
const MAX_CONCURRENT = 1_000;

/**
 * What an outbox puts off until the next turns of the event loop, it has done once this resolves: it belongs to the work that
 * caused it, not to whatever is measured next.
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
