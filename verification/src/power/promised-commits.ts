import type { Uuid } from "@electrum-vouchers/core";
import type { Change, Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import type { Judge } from "./judge.ts";
import { MAX_RECORDS } from "./life-plan.ts";

/** How an outbox differs from what was promised to be in it. Empty if it keeps all that, and nothing that was never to be committed. */
export async function findBrokenPromises(
  outbox: Pick<Outbox, "load"> & Pick<OutboxInspection, "check" | "journal" | "list">,
  { begun, promised }: Pick<Judge, "begun" | "promised">,
): Promise<readonly string[]> {
  const listed = (await outbox.list({ limit: MAX_RECORDS }))._unsafeUnwrap().records;
  const ids = new Set([...promised.map(({ id }) => id), ...listed.map(({ id }) => id)]);
  const found = (await outbox.check())._unsafeUnwrap().map((fault) => `the outbox is sound (${fault})`);
  for (const id of ids) found.push(...(await compareTransaction(outbox, id, { begun, promised })));
  return found;
}

async function compareTransaction(
  outbox: Pick<Outbox, "load"> & Pick<OutboxInspection, "journal">,
  id: Uuid,
  { begun, promised }: Pick<Judge, "begun" | "promised">,
): Promise<readonly string[]> {
  const stored = (await outbox.load(id))._unsafeUnwrap();
  const journal = (await outbox.journal(id))._unsafeUnwrap();
  const version = stored?.version ?? 0;
  const lost = promised.filter((change) => change.id === id && change.expectedVersion >= version);
  const isMadeUp = stored !== undefined && !matches(begun, id, version, ({ record }) => record === stored.record);
  const isWhole =
    journal.length === version &&
    journal.every((entry, index) => matches(begun, id, index + 1, (change) => change.entry === entry));
  const replaced = promised.filter((change) => change.id === id && journal[change.expectedVersion] !== change.entry);
  return [
    ...lost.map(({ state }) => `what was promised is kept (${id} is at version ${version}; lost: ${state})`),
    ...(isMadeUp ? [`nothing is stored that was never committed (${id})`] : []),
    ...(isWhole ? [] : [`the journal is that of what is stored (${id})`]),
    ...(lost.length === 0 && replaced.length > 0 ? [`what was promised is kept (the journal of ${id})`] : []),
  ];
}

/** Whether a change that was to make this version of the transaction passes the test. */
const matches = (changes: readonly Change[], id: Uuid, version: number, test: (change: Change) => boolean): boolean =>
  changes.some((change) => change.id === id && change.expectedVersion === version - 1 && test(change));
