import { decodeEntry, sameJson, type Uuid } from "@electrum-vouchers/core";
import type { Change, Outbox, OutboxInspection, StoredRecord } from "@electrum-vouchers/core/ports";
import { readRecord } from "@electrum-vouchers/runtime/drive";

/** What was committed, to hold the outbox against: it promised to keep every bit of it. */
export type Ledger = readonly Change[];

/** Everything that must be seen again, and nothing else. */
export type Store = Pick<Outbox, "load"> & Pick<OutboxInspection, "list" | "journal" | "check">;

/** More transactions than any workload here has. */
export const PAGE = 1_000;

/** How the store differs from what was committed; nothing where all of it is there, and nothing else. */
export async function differences(store: Store, ledger: Ledger): Promise<readonly string[]> {
  const listed = await store.list({ limit: PAGE });
  const ids = new Set([
    ...ledger.map(({ id }) => id),
    ...listed.map(({ records }) => records.map(({ id }) => id)).unwrapOr([]),
  ]);
  const found = listed.isErr() ? [`it cannot be listed: ${listed.error.reason}`] : [];
  for (const id of ids) found.push(...(await differencesOf(store, id, ledger)));
  const check = await store.check();
  return [
    ...found,
    ...check.match(
      (faults) => faults,
      ({ reason }) => [`it cannot be checked: ${reason}`],
    ),
  ];
}

async function differencesOf(store: Store, id: Uuid, ledger: Ledger): Promise<readonly string[]> {
  const life = ledger.filter((change) => change.id === id);
  const reading = await read(store, id, ledger);
  if (!("version" in reading) || reading.version !== life.length)
    return [`${id} is ${inWords(reading)}, and was committed ${life.length} times`];
  const journal = await store.journal(id);
  const entries = life.map(({ entry }) => entry);
  return journal.match(
    (stored) => (sameJson(stored, entries) ? [] : [`the journal of ${id} is another`]),
    ({ reason }) => [`the journal of ${id} cannot be read: ${reason}`],
  );
}

/** What the store says of a transaction. */
export type Reading =
  /** It holds so many of its commits; 0 for none. */
  | { readonly version: number }
  /** It says what is wrong. */
  | { readonly error: string }
  /** It gives something that was never committed: there is no worse. */
  | { readonly isMadeUp: true };

const inWords = (reading: Reading): string =>
  "version" in reading ? `at version ${reading.version}` : "error" in reading ? reading.error : "made up";

/** Reads a transaction as the runtime does, and finds the commit that it comes from. */
export async function read(store: Pick<Store, "load">, id: Uuid, ledger: Ledger): Promise<Reading> {
  const loaded = await store.load(id);
  if (loaded.isErr()) return { error: loaded.error.reason };
  if (loaded.value === undefined) return { version: 0 };
  if (readRecord(loaded.value).isErr()) return { error: "damaged" };
  return loaded.value.id === id && isCommitted(loaded.value, ledger)
    ? { version: loaded.value.version }
    : { isMadeUp: true };
}

/** Whether this very record was committed, for this transaction. */
export const isCommitted = ({ id, record }: StoredRecord, ledger: Ledger): boolean =>
  ledger.some((change) => change.id === id && change.record === record);

/** Whether every entry of a transaction's journal that can be read is one that was committed. */
export async function isJournalTrue(store: Pick<Store, "journal">, id: Uuid, ledger: Ledger): Promise<boolean> {
  const journal = await store.journal(id);
  const committed = new Set(ledger.filter((change) => change.id === id).map(({ entry }) => entry));
  return journal.match(
    (entries) => entries.every((entry) => decodeEntry(entry).isErr() || committed.has(entry)),
    () => true,
  );
}
