import type { Instant, Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  ListPage,
  ListQuery,
  OutboxInspection,
  OutboxSummary,
  OutboxUnavailable,
  RetentionRequest,
} from "@electrum-vouchers/core/ports";
import { ok, type Result, type ResultAsync } from "neverthrow";

/** A transaction as the outbox in memory keeps it. */
export interface MemoryRow {
  /** The last one. */
  readonly change: Change;
  readonly version: number;
  readonly journal: readonly string[];
  readonly isRedacted: boolean;
  readonly postponed: number;
  readonly reservation?: Reservation;
}

/** What keeps a due record from being claimed: a lease of `worker`, or a postponement. */
export interface Reservation {
  readonly until: Instant;
  readonly worker?: string;
}

type RunIfOpen = <Value>(work: () => Result<Value, never>) => ResultAsync<Value, OutboxUnavailable>;

/** The look into the outbox in memory. */
export const createMemoryInspection = (rows: Map<Uuid, MemoryRow>, open: RunIfOpen): OutboxInspection => ({
  summary: () => open(() => ok(summaryOf([...rows.values()]))),
  list: (query) => open(() => ok(pageOf([...rows.values()], query))),
  journal: (id) => open(() => ok(rows.get(id)?.journal ?? [])),
  applyRetention: (request) => open(() => ok(applyRetention(rows, request))),
  check: () => open(() => ok([])),
});

function summaryOf(rows: readonly MemoryRow[]): OutboxSummary {
  const states: Record<string, number> = {};
  const due = { replyDeadline: 0, timer: 0, advice: 0 };
  const dueAt: Instant[] = [];
  for (const { change } of rows) {
    states[change.state] = (states[change.state] ?? 0) + 1;
    if (change.due === undefined) continue;
    due[change.due.work] += 1;
    dueAt.push(change.due.at);
  }
  const needsAttention = rows.filter(({ change }) => change.needsAttention).length;
  return { states, needsAttention, due, ...(dueAt.length === 0 ? {} : { oldestDueAt: Math.min(...dueAt) }) };
}

function pageOf(rows: readonly MemoryRow[], { only, after, limit }: ListQuery): ListPage {
  const wanted = rows
    .slice(rows.findIndex(({ change }) => change.id === after) + 1)
    .filter(({ change }) =>
      only === "unfinished" ? !change.final : only === "needsAttention" ? change.needsAttention : true,
    );
  const records = wanted.slice(0, limit).map(toListedRecord);
  const last = records.at(-1);
  return last !== undefined && wanted.length > limit ? { records, next: last.id } : { records };
}

const toListedRecord = ({
  version,
  change: { id, record, due, kind, state },
}: MemoryRow): ListPage["records"][number] => ({
  id,
  version,
  record,
  kind,
  state,
  ...(due === undefined ? {} : { due }),
});

/** Removes what is old enough first, so that nothing is scrubbed only to be removed. */
function applyRetention(rows: Map<Uuid, MemoryRow>, { redactBefore, deleteBefore, limit, redact }: RetentionRequest) {
  const finished = [...rows.values()]
    .filter(({ change }) => change.final)
    .toSorted((left, right) => left.change.at - right.change.at);
  const removable = finished.filter(({ change }) => change.at < deleteBefore);
  const deleted = removable.slice(0, limit);
  for (const { change } of deleted) rows.delete(change.id);

  const redacted = finished
    .slice(removable.length)
    .filter(({ change, isRedacted }) => change.at < redactBefore && !isRedacted)
    .slice(0, limit - deleted.length);
  for (const row of redacted) {
    const { record } = row.change;
    const journal = row.journal.map((entry) => redact.entry(entry, record));
    rows.set(row.change.id, {
      ...row,
      change: { ...row.change, record: redact.record(record) },
      journal,
      isRedacted: true,
    });
  }
  return { redacted: redacted.length, deleted: deleted.length };
}
