import type { Instant } from "@electrum-vouchers/core";
import type { BeginRetention, RetentionBeginning } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";

/**
 * Begins a run of retention. The store remembers up to which moment the last run was begun: it keeps other processes from beginning
 * one as well, and shows by how much the bounds move on. A process that began a run and died leaves the rest of it to the next run.
 */
export function createBeginRetention(database: Database): (request: BeginRetention) => RetentionBeginning {
  const lastRun = database.prepare<[], Instant | null>("SELECT retention_at FROM store").pluck();
  const oldest = database
    .prepare<[], Instant | null>(
      `SELECT min(finished_at) FROM (
         SELECT min(finished_at) AS finished_at FROM transactions WHERE finished_at IS NOT NULL AND redacted = 0
         UNION ALL
         SELECT min(finished_at) FROM transactions WHERE finished_at IS NOT NULL AND redacted = 1
       )`,
    )
    .pluck();
  const remember = database.prepare<[Instant]>("UPDATE store SET retention_at = ?");

  return database.transaction(
    ({ now, intervalMs, redactAfterMs, maxStepMs = Number.POSITIVE_INFINITY }: BeginRetention): RetentionBeginning => {
      const last = lastRun.get() ?? undefined;
      const stepMs = now - (last ?? (oldest.get() ?? now) + redactAfterMs);
      const isBehind = last !== undefined && -stepMs > maxStepMs;
      if (stepMs > maxStepMs || isBehind) return { type: "stepTooLarge", stepMs };
      if (last !== undefined && Math.abs(now - last) < intervalMs) return { type: "notDue", dueAt: last + intervalMs };
      // A clock that is a little behind is no reason to forget how far it had come. Only an operator moves it back.
      remember.run(maxStepMs === Number.POSITIVE_INFINITY ? now : Math.max(now, last ?? now));
      return { type: "begun" };
    },
  ).immediate;
}
