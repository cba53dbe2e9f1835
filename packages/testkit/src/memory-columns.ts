import { columnsOf, decodeStored, isDamaged, type Uuid } from "@electrum-vouchers/core";
import type { Change, CorrectedPage, CorrectedRecord, ListQuery } from "@electrum-vouchers/core/ports";
import type { MemoryRow } from "./memory-row.ts";
import { pageOf } from "./memory-pages.ts";

/** Corrects the columns of a page of records that contradict them. `noted` are reported as well, and forgotten. */
export function correctPage(rows: Map<Uuid, MemoryRow>, query: ListQuery, noted: CorrectedRecord[]): CorrectedPage {
  const { rows: page, next } = pageOf([...rows.values()], query);
  const corrected = page.flatMap((row) => correctRow(rows, row) ?? []);
  const damaged = page.filter((row) => markDamaged(rows, row)).map(({ change }) => change.id);
  return { corrected: [...noted.splice(0), ...corrected], damaged, ...(next === undefined ? {} : { next }) };
}

/** Has the columns of one record say what the record says. Gives what was wrong, if anything was. */
export function correctRow(rows: Map<Uuid, MemoryRow>, row: MemoryRow): CorrectedRecord | undefined {
  const { change } = row;
  const sound = soundChange(change);
  const columns = NAMES.filter(
    (name) => JSON.stringify(textsOf(change)[name]) !== JSON.stringify(textsOf(sound)[name]),
  );
  if (columns.length === 0) return undefined;
  // What was held was due at another time.
  const { hold: _, ...free } = row;
  rows.set(change.id, { ...free, change: sound });
  return { id: change.id, columns };
}

/** A record that cannot be read needs attention. Gives whether that is new. */
export function markDamaged(rows: Map<Uuid, MemoryRow>, row: MemoryRow): boolean {
  const { change, journal } = row;
  if (change.needsAttention || !isDamaged(change, () => journal.map(({ entry }) => entry))) return false;
  rows.set(change.id, { ...row, change: { ...change, needsAttention: true } });
  return true;
}

const NAMES = [
  "kind",
  "state",
  "final",
  "needsAttention",
  "toHandOver",
  "due",
  "queue",
  "client",
  "terminal",
  "amount",
  "correlation",
] as const;

/** The columns, one by one. No name is the same as none. */
const textsOf = ({ labels, due, ...change }: Change) => ({
  ...change,
  toHandOver: change.toHandOver === true,
  due: due === undefined ? undefined : [due.at, due.work, due.description],
  queue: labels?.queue ?? "",
  client: labels?.client ?? "",
  terminal: labels?.terminal,
  correlation: labels?.correlation,
  amount: labels?.amount === undefined ? undefined : [labels.amount.amount, labels.amount.currency],
});

/** The change as its record says that it must be. A record that cannot be read says nothing. */
const soundChange = (change: Change): Change =>
  decodeStored(change).match(
    (transaction) => {
      const { due: _due, toHandOver: _mark, ...rest } = change;
      return { ...rest, ...columnsOf(transaction) };
    },
    () => change,
  );
