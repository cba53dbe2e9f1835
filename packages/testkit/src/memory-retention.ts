import type { Instant, Uuid } from "@electrum-vouchers/core";
import type {
  BeginRetention,
  CorrectedRecord,
  OutboxRetention,
  RetentionBeginning,
  RetentionRequest,
  RetentionResult,
} from "@electrum-vouchers/core/ports";
import { ok } from "neverthrow";
import { correctRow } from "./memory-columns.ts";
import type { RunIfOpen } from "./memory-inspection.ts";
import type { MemoryRow } from "./memory-row.ts";

/** Up to when a run of retention was begun. */
export interface LastRetention {
  at?: Instant;
}

/** The retention of the outbox in memory. */
export const createMemoryRetention = (
  rows: Map<Uuid, MemoryRow>,
  last: LastRetention,
  open: RunIfOpen,
  noted: CorrectedRecord[],
): OutboxRetention => ({
  beginRetention: (request) => open(() => ok(beginRetention(rows, last, request))),
  applyRetention: (request) => open(() => ok(applyRetention(rows, request, noted))),
});

function beginRetention(
  rows: ReadonlyMap<Uuid, MemoryRow>,
  last: LastRetention,
  { now, intervalMs, redactAfterMs, maxStepMs = Number.POSITIVE_INFINITY }: BeginRetention,
): RetentionBeginning {
  const oldest = finishedRows(rows)[0]?.finishedAt ?? now;
  const stepMs = now - (last.at ?? oldest + redactAfterMs);
  const isBehind = last.at !== undefined && -stepMs > maxStepMs;
  if (stepMs > maxStepMs || isBehind) return { type: "stepTooLarge", stepMs };
  if (last.at !== undefined && Math.abs(now - last.at) < intervalMs)
    return { type: "notDue", dueAt: last.at + intervalMs };
  last.at = maxStepMs === Number.POSITIVE_INFINITY ? now : Math.max(now, last.at ?? now);
  return { type: "begun" };
}

const finishedRows = (rows: ReadonlyMap<Uuid, MemoryRow>): readonly MemoryRow[] =>
  [...rows.values()]
    .filter(({ change }) => change.final)
    .toSorted((left, right) =>
      left.finishedAt === right.finishedAt ? left.row - right.row : left.finishedAt - right.finishedAt,
    );

type Outcome = "redacted" | "redactedUnsettled" | "deleted" | "left" | "failed" | "young";

function applyRetention(
  rows: Map<Uuid, MemoryRow>,
  request: RetentionRequest,
  noted: CorrectedRecord[],
): RetentionResult {
  const { redactBefore, deleteBefore, after, limit } = request;
  const page = finishedRows(rows)
    .filter(
      ({ finishedAt, isRedacted }) => finishedAt < (isRedacted ? deleteBefore : Math.max(redactBefore, deleteBefore)),
    )
    .filter(
      ({ finishedAt, row }) =>
        after === undefined || finishedAt > after.finishedAt || (finishedAt === after.finishedAt && row > after.row),
    )
    .slice(0, limit);
  const corrected = page.flatMap((row) => correctRow(rows, row) ?? []);
  noted.push(...corrected);
  const sound = page.filter(({ change }) => !corrected.some(({ id }) => id === change.id));
  const outcomes = sound.map((row) => ({ row, outcome: applyToRow(rows, row, request) }));
  const count = (...wanted: readonly Outcome[]): number =>
    outcomes.filter(({ outcome }) => wanted.includes(outcome)).length;
  const last = page.at(-1);
  const next =
    last === undefined || page.length < limit ? {} : { next: { finishedAt: last.finishedAt, row: last.row } };
  return {
    redacted: count("redacted", "redactedUnsettled"),
    redactedUnsettled: count("redactedUnsettled"),
    deleted: count("deleted"),
    left: count("left"),
    failed: outcomes.flatMap(({ row, outcome }) => (outcome === "failed" ? [row.change.id] : [])),
    isErased: !("next" in next),
    ...next,
  };
}

function applyToRow(rows: Map<Uuid, MemoryRow>, row: MemoryRow, request: RetentionRequest): Outcome {
  const { redactBefore, redactUnsettledBefore, deleteBefore, rules } = request;
  const { change, journal, isRedacted, finishedAt } = row;
  const standing = rules.standing(change.record).unwrapOr("open");
  if (standing === "open") return "failed";
  const isSettled = standing === "settled";
  if (isSettled && finishedAt < deleteBefore) {
    rows.delete(change.id);
    return "deleted";
  }
  if (isRedacted || finishedAt >= (isSettled ? redactBefore : redactUnsettledBefore))
    return isSettled ? "young" : "left";
  const redacted = rules.redact({ record: change.record, entries: journal.map(({ entry }) => entry) });
  if (redacted.isErr()) return "failed";
  const { record, entries } = redacted.value;
  rows.set(change.id, {
    ...row,
    change: { ...unshown(change), record },
    journal: journal.map((each, index) => ({ ...each, entry: entries[index] ?? each.entry })),
    isRedacted: true,
  });
  return isSettled ? "redacted" : "redactedUnsettled";
}

/** What is masked is not to be handed over. */
const unshown = ({ toHandOver: _, ...change }: MemoryRow["change"]): MemoryRow["change"] => change;
