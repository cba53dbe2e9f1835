import { findDamage, type Instant, planRepair, type Uuid } from "@electrum-vouchers/core";
import type {
  Change,
  CommitError,
  ListedRecord,
  ListPage,
  ListQuery,
  Outbox,
  OutboxInspection,
  OutboxRetention,
  OutboxSummary,
  OutboxUnavailable,
  Pending,
  RepairRefused,
  RepairRequest,
  Undelivered,
  Work,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result, type ResultAsync } from "neverthrow";
import { correctRow, markDamaged } from "./memory-columns.ts";
import { pageOf } from "./memory-pages.ts";
import { type DueMemoryRow, isDue, journalOf, type MemoryRow, queueOf, toStoredRecord } from "./memory-row.ts";

/** Runs what a call does, unless the outbox is closed. */
export type RunIfOpen = <Value, Failure = never>(
  work: () => Result<Value, Failure>,
) => ResultAsync<Value, Failure | OutboxUnavailable>;

/** The look into the outbox in memory. */
export const createMemoryInspection = (
  rows: Map<Uuid, MemoryRow>,
  open: RunIfOpen,
  commit: (change: Change) => Result<void, CommitError>,
): Omit<OutboxInspection, keyof OutboxRetention> & Pick<Outbox, "undelivered"> => ({
  undelivered: (queue) => open(() => ok(undeliveredIn([...rows.values()], queue))),
  summary: (now) => open(() => ok(summaryOf([...rows.values()], now))),
  list: (query) => open(() => ok(listPageOf([...rows.values()], query))),
  journal: (id) => open(() => ok(journalOfAny(rows.get(id)))),
  check: () => open(() => ok([...rows.values()].flatMap((row) => check(rows, row)))),
  repair: (request) => open<void, CommitError | RepairRefused>(() => planFor(rows, request).andThen(commit)),
});

const journalOfAny = (row: MemoryRow | undefined): readonly string[] => (row === undefined ? [] : journalOf(row));

/** What is wrong with a row. If its record is damaged, it needs attention from then on. */
function check(rows: Map<Uuid, MemoryRow>, row: MemoryRow): readonly string[] {
  const { id, record } = row.change;
  const contradictions = listOf(correctRow(new Map(), row)).map(
    ({ columns }) => `the record of transaction ${id} contradicts its ${columns.join(", ")}`,
  );
  markDamaged(rows, row);
  const damage = findDamage({ id, record, entries: journalOf(row) });
  return [...damage.map((fault) => `transaction ${id}: ${fault}`), ...contradictions];
}

function planFor(rows: ReadonlyMap<Uuid, MemoryRow>, request: RepairRequest): Result<Change, RepairRefused> {
  const row = rows.get(request.id);
  if (row === undefined) return err({ type: "notRepaired", reason: "unknown" });
  const { id, record, state, final } = row.change;
  return planRepair({ id, record, state, final, version: row.version, entries: journalOf(row) }, request);
}

function summaryOf(rows: readonly MemoryRow[], now: Instant): OutboxSummary {
  const states: Record<string, number> = {};
  for (const { change } of rows) states[change.state] = (states[change.state] ?? 0) + 1;
  const withWork = rows.filter(isDue);
  const dueAt = withWork.map(({ change }) => change.due.at);
  return {
    states,
    needsAttention: rows.filter(({ change }) => change.needsAttention).length,
    due: countByWork(withWork.filter(({ change }) => change.due.at <= now)),
    waiting: countByWork(withWork.filter(({ change }) => change.due.at > now)),
    halted: withWork.filter(({ change, cause }) => change.due.work === "advice" && cause === "halted").length,
    ...(dueAt.length === 0 ? {} : { oldestDueAt: Math.min(...dueAt) }),
  };
}

/** The confirmations of a queue that are to be delivered. */
function undeliveredIn(rows: readonly MemoryRow[], queue: string): Undelivered {
  const found = rows
    .filter(isDue)
    .filter((row) => row.change.due.work === "advice" && row.change.state === "confirming" && queueOf(row) === queue);
  const dueAt = found.map(({ change }) => change.due.at);
  return { ...pendingOf(found), ...(dueAt.length === 0 ? {} : { oldestDueAt: Math.min(...dueAt) }) };
}

function pendingOf(rows: readonly MemoryRow[]): Pending {
  const amounts: Record<string, number> = {};
  for (const { change } of rows) {
    const { amount, currency } = change.labels?.amount ?? {};
    if (amount !== undefined && currency !== undefined) amounts[currency] = (amounts[currency] ?? 0) + amount;
  }
  return { count: rows.length, amounts };
}

function countByWork(rows: readonly DueMemoryRow[]): Readonly<Record<Work, Pending>> {
  const ofWork = (work: Work): Pending => pendingOf(rows.filter(({ change }) => change.due.work === work));
  return { replyDeadline: ofWork("replyDeadline"), timer: ofWork("timer"), advice: ofWork("advice") };
}

function listPageOf(rows: readonly MemoryRow[], query: ListQuery): ListPage {
  const { rows: page, next } = pageOf(rows, query);
  return { records: page.map(toListedRecord), ...(next === undefined ? {} : { next }) };
}

const listOf = <Item>(item: Item | undefined): readonly Item[] => (item === undefined ? [] : [item]);

const toListedRecord = (row: MemoryRow): ListedRecord => {
  const { kind, state, needsAttention, labels: { terminal, amount, correlation } = {} } = row.change;
  return {
    ...toStoredRecord(row),
    kind,
    state,
    needsAttention,
    ...(terminal === undefined ? {} : { terminal }),
    ...(amount === undefined ? {} : { amount: { amount: amount.amount, currency: amount.currency } }),
    ...(correlation === undefined ? {} : { correlation }),
  };
};
