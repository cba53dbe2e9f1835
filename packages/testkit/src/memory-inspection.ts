import type { Instant, Uuid } from "@electrum-vouchers/core";
import type {
  ListPage,
  ListQuery,
  OutboxInspection,
  OutboxSummary,
  OutboxUnavailable,
  RetentionRequest,
} from "@electrum-vouchers/core/ports";
import { ok, type Result, type ResultAsync } from "neverthrow";
import { type MemoryRow, toStoredRecord } from "./memory-row.ts";

type RunIfOpen = <Value>(work: () => Result<Value, never>) => ResultAsync<Value, OutboxUnavailable>;

/** The look into the outbox in memory. */
export const createMemoryInspection = (rows: Map<Uuid, MemoryRow>, open: RunIfOpen): OutboxInspection => ({
  summary: () => open(() => ok(summaryOf([...rows.values()]))),
  list: (query) => open(() => ok(pageOf([...rows.values()], query))),
  journal: (id) => open(() => ok(rows.get(id)?.journal.map(({ entry }) => entry) ?? [])),
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
  const halted = rows.filter(({ change, cause }) => change.due?.work === "advice" && cause === "halted").length;
  return { states, needsAttention, due, halted, ...(dueAt.length === 0 ? {} : { oldestDueAt: Math.min(...dueAt) }) };
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

const toListedRecord = (row: MemoryRow): ListPage["records"][number] => ({
  ...toStoredRecord(row),
  kind: row.change.kind,
  state: row.change.state,
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
    const journal = row.journal.map((each) => ({ ...each, entry: redact.entry(each.entry, record) }));
    const change = { ...row.change, record: redact.record(record) };
    rows.set(change.id, { ...row, change, journal, isRedacted: true });
  }
  return { redacted: redacted.length, deleted: deleted.length };
}
