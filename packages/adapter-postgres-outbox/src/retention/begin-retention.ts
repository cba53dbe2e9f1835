import type { BeginRetention, RetentionBeginning } from "@electrum-vouchers/core/ports";
import type { ConnectionPool, Statement } from "../server-connections.ts";

const LAST_RUN: Statement = { name: "last-retention", text: "SELECT retention_at FROM store FOR UPDATE" };

const OLDEST: Statement = {
  name: "oldest-finished",
  text: `SELECT least(
      (SELECT min(finished_at) FROM transactions WHERE finished_at IS NOT NULL AND NOT redacted),
      (SELECT min(finished_at) FROM transactions WHERE finished_at IS NOT NULL AND redacted)
    ) AS finished_at`,
};

const REMEMBER: Statement = { name: "remember-retention", text: "UPDATE store SET retention_at = $1" };

/**
 * Begins a run of retention. The store remembers up to which moment the last run was begun: it keeps other processes from beginning
 * one as well, and shows by how much the bounds move on. A process that began a run and died leaves the rest of it to the next run.
 */
export const beginRetentionRun = (
  pool: Pick<ConnectionPool, "transact">,
  { now, intervalMs, redactAfterMs, maxStepMs = Number.POSITIVE_INFINITY }: BeginRetention,
): Promise<RetentionBeginning> =>
  pool.transact(async (connection) => {
    const [row] = await connection.run<{ retention_at: number | null }>(LAST_RUN);
    const last = row?.retention_at ?? undefined;
    const stepMs = now - (last ?? (await firstEnd()) + redactAfterMs);
    const isBehind = last !== undefined && -stepMs > maxStepMs;
    if (stepMs > maxStepMs || isBehind) return { type: "stepTooLarge", stepMs };
    if (last !== undefined && Math.abs(now - last) < intervalMs) return { type: "notDue", dueAt: last + intervalMs };
    // A clock that is a little behind is no reason to forget how far it had come. Only an operator moves it back.
    await connection.run(REMEMBER, [maxStepMs === Number.POSITIVE_INFINITY ? now : Math.max(now, last ?? now)]);
    return { type: "begun" };

    async function firstEnd(): Promise<number> {
      const [oldest] = await connection.run<{ finished_at: number | null }>(OLDEST);
      return oldest?.finished_at ?? now;
    }
  });
