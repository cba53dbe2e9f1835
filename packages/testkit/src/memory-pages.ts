import type { Uuid } from "@electrum-vouchers/core";
import type { ListQuery } from "@electrum-vouchers/core/ports";
import { clientLabelOf, type MemoryRow, queueOf } from "./memory-row.ts";

/** The rows that a query asks for, and the last one of them if there are more. */
export function pageOf(
  rows: readonly MemoryRow[],
  query: ListQuery,
): { readonly rows: readonly MemoryRow[]; readonly next?: Uuid } {
  const { after, limit } = query;
  const wanted = rows
    .slice(rows.findIndex(({ change }) => change.id === after) + 1)
    .filter((row) => meetsEvery(row, query));
  const page = wanted.slice(0, limit);
  const last = page.at(-1);
  return last !== undefined && wanted.length > limit ? { rows: page, next: last.change.id } : { rows: page };
}

function meetsEvery(row: MemoryRow, query: ListQuery): boolean {
  const { change } = row;
  const { at, labels } = change;
  const { only, dueBy, committedBefore, committedSince } = query;
  return (
    (only !== "unfinished" || !change.final) &&
    (only !== "needsAttention" || change.needsAttention) &&
    (only !== "toHandOver" || change.toHandOver === true) &&
    isAsAsked(query.kind, change.kind) &&
    isAsAsked(query.state, change.state) &&
    isAsAsked(query.queue, queueOf(row)) &&
    isAsAsked(query.client, clientLabelOf(row)) &&
    isAsAsked(query.terminal, labels?.terminal) &&
    isAsAsked(query.correlation, labels?.correlation) &&
    (dueBy === undefined || (change.due !== undefined && change.due.at <= dueBy)) &&
    (committedBefore === undefined || at < committedBefore) &&
    (committedSince === undefined || at >= committedSince)
  );
}

const isAsAsked = (asked: string | undefined, found: string | undefined): boolean =>
  asked === undefined || asked === found;
