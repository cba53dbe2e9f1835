import { decodeEntry, type Uuid } from "@electrum-vouchers/core";
import { sameJson } from "@electrum-vouchers/testkit";
import type { Change, Outbox, OutboxInspection, StoredRecord } from "@electrum-vouchers/core/ports";
import { readRecord } from "@electrum-vouchers/runtime/engine";

/** What was committed. The outbox promised to keep all of it, and is compared with it. */
export type CommitHistory = readonly Change[];

/** The calls that show what the outbox holds. */
export type ReadableOutbox = Pick<Outbox, "load"> & Pick<OutboxInspection, "list" | "journal" | "check">;

/** More transactions than any workload here has. */
export const PAGE = 1_000;

/** How the outbox differs from what was committed. Empty if it holds all of that, and nothing else. */
export async function findDifferences(outbox: ReadableOutbox, history: CommitHistory): Promise<readonly string[]> {
  const listed = await outbox.list({ limit: PAGE });
  const ids = new Set([
    ...history.map(({ id }) => id),
    ...listed.map(({ records }) => records.map(({ id }) => id)).unwrapOr([]),
  ]);
  const found = listed.isErr() ? [`it cannot be listed: ${listed.error.reason}`] : [];
  for (const id of ids) found.push(...(await compareTransaction(outbox, id, history)));
  const check = await outbox.check();
  return [
    ...found,
    ...check.match(
      (faults) => faults,
      ({ reason }) => [`it cannot be checked: ${reason}`],
    ),
  ];
}

async function compareTransaction(
  outbox: ReadableOutbox,
  id: Uuid,
  history: CommitHistory,
): Promise<readonly string[]> {
  const changes = history.filter((change) => change.id === id);
  const result = await readTransaction(outbox, id, history);
  if (!("version" in result) || result.version !== changes.length)
    return [`${id} is ${describeResult(result)}, and was committed ${changes.length} times`];
  const journal = await outbox.journal(id);
  const entries = changes.map(({ entry }) => entry);
  return journal.match(
    (stored) => (sameJson(stored, entries) ? [] : [`the journal of ${id} is another`]),
    ({ reason }) => [`the journal of ${id} cannot be read: ${reason}`],
  );
}

/** What the outbox gives for a transaction. */
export type ReadResult =
  /** It holds so many of its commits; 0 for none. */
  | { readonly version: number }
  /** It gives an error. */
  | { readonly error: string }
  /** It gives something that was never committed: nothing is worse. */
  | { readonly isFabricated: true };

const describeResult = (result: ReadResult): string =>
  "version" in result ? `at version ${result.version}` : "error" in result ? result.error : "made up";

/** Reads a transaction as the runtime does, and finds the commit that it comes from. */
export async function readTransaction(
  outbox: Pick<ReadableOutbox, "load">,
  id: Uuid,
  history: CommitHistory,
): Promise<ReadResult> {
  const loaded = await outbox.load(id);
  if (loaded.isErr()) return { error: loaded.error.reason };
  if (loaded.value === undefined) return { version: 0 };
  if (readRecord(loaded.value).isErr()) return { error: "damaged" };
  return loaded.value.id === id && isCommitted(loaded.value, history)
    ? { version: loaded.value.version }
    : { isFabricated: true };
}

/** Whether this very record was committed, for this transaction. */
export const isCommitted = ({ id, record }: StoredRecord, history: CommitHistory): boolean =>
  history.some((change) => change.id === id && change.record === record);

/** Whether every entry of a transaction's journal that can be read is one that was committed. */
export async function isJournalGenuine(
  outbox: Pick<ReadableOutbox, "journal">,
  id: Uuid,
  history: CommitHistory,
): Promise<boolean> {
  const journal = await outbox.journal(id);
  const committed = new Set(history.filter((change) => change.id === id).map(({ entry }) => entry));
  return journal.match(
    (entries) => entries.every((entry) => decodeEntry(entry).isErr() || committed.has(entry)),
    () => true,
  );
}
