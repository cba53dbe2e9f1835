import type { Instant, Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  ListPage,
  ListQuery,
  OutboxInspection,
  OutboxSummary,
  OutboxUnavailable,
  RetainRequest,
} from "@electrum-vouchers/core/ports";
import { ok, type Result, type ResultAsync } from "neverthrow";

/** A transaction as the outbox in memory keeps it. */
export interface Row {
  /** The last one. */
  readonly change: Change;
  readonly version: number;
  readonly journal: readonly string[];
  readonly isScrubbed: boolean;
  readonly postponed: number;
  readonly holding?: Holding;
}

/** What keeps a due record from being claimed: a lease of `worker`, or a postponement. */
export interface Holding {
  readonly until: Instant;
  readonly worker?: string;
}

type WhenOpen = <Value>(work: () => Result<Value, never>) => ResultAsync<Value, OutboxUnavailable>;

/** The look into the outbox in memory. */
export const inspect = (rows: Map<Uuid, Row>, open: WhenOpen): OutboxInspection => ({
  summary: () => open(() => ok(summaryOf([...rows.values()]))),
  list: (query) => open(() => ok(pageOf([...rows.values()], query))),
  journal: (id) => open(() => ok(rows.get(id)?.journal ?? [])),
  retain: (request) => open(() => ok(retain(rows, request))),
  check: () => open(() => ok([])),
});

function summaryOf(rows: readonly Row[]): OutboxSummary {
  const states: Record<string, number> = {};
  const due = { replyDeadline: 0, timer: 0, advice: 0 };
  const dueAt: Instant[] = [];
  for (const { change } of rows) {
    states[change.state] = (states[change.state] ?? 0) + 1;
    if (change.due === undefined) continue;
    due[change.due.work] += 1;
    dueAt.push(change.due.at);
  }
  const attention = rows.filter(({ change }) => change.attention).length;
  return { states, attention, due, ...(dueAt.length === 0 ? {} : { oldestDueAt: Math.min(...dueAt) }) };
}

function pageOf(rows: readonly Row[], { only, after, limit }: ListQuery): ListPage {
  const wanted = rows
    .slice(rows.findIndex(({ change }) => change.id === after) + 1)
    .filter(({ change }) => (only === "unfinished" ? !change.final : only === "attention" ? change.attention : true));
  const records = wanted.slice(0, limit).map(listedOf);
  const last = records.at(-1);
  return last !== undefined && wanted.length > limit ? { records, next: last.id } : { records };
}

const listedOf = ({ version, change: { id, record, due, kind, state } }: Row): ListPage["records"][number] => ({
  id,
  version,
  record,
  kind,
  state,
  ...(due === undefined ? {} : { due }),
});

/** Removes what is old enough first, so that nothing is scrubbed only to be removed. */
function retain(rows: Map<Uuid, Row>, { scrubBefore, removeBefore, limit, redact }: RetainRequest) {
  const finished = [...rows.values()]
    .filter(({ change }) => change.final)
    .toSorted((left, right) => left.change.at - right.change.at);
  const removable = finished.filter(({ change }) => change.at < removeBefore);
  const removed = removable.slice(0, limit);
  for (const { change } of removed) rows.delete(change.id);

  const scrubbed = finished
    .slice(removable.length)
    .filter(({ change, isScrubbed }) => change.at < scrubBefore && !isScrubbed)
    .slice(0, limit - removed.length);
  for (const row of scrubbed) {
    const change = { ...row.change, record: redact.record(row.change.record) };
    rows.set(change.id, { ...row, change, journal: row.journal.map((entry) => redact.entry(entry)), isScrubbed: true });
  }
  return { scrubbed: scrubbed.length, removed: removed.length };
}
