import { durationText } from "../text/time-text.ts";
import type { OutboxStatus } from "./status.ts";

/** As monitoring programs name it. */
export type HealthLevel = "ok" | "warning" | "critical";

export interface OutboxHealth {
  readonly level: HealthLevel;
  /** What is wrong, the worst first; empty if nothing is. */
  readonly findings: readonly string[];
}

export interface HealthLimits {
  /** How long an advice may wait before that is a warning. */
  readonly warnAfterMs: number;
  /** How long an advice may wait before that is critical. */
  readonly criticalAfterMs: number;
  /** How long a till may leave a transaction undecided before that is a warning. */
  readonly undecidedAfterMs: number;
}

/** An advice that Electrum takes is acknowledged within seconds. After a quarter of an hour the runtime alerts, too. */
export const defaultHealthLimits: HealthLimits = {
  warnAfterMs: 5 * 60_000,
  criticalAfterMs: 15 * 60_000,
  undecidedAfterMs: 60 * 60_000,
};

/** Whether an operator must act now, must look, or may go on sleeping. */
export function judgeHealth(status: OutboxStatus, limits: HealthLimits = defaultHealthLimits): OutboxHealth {
  const { at, queued, attention, undecided, halted, overdue, processes } = status;
  const waitedMs = queued.oldestDueAt === undefined ? 0 : at - queued.oldestDueAt;
  const undecidedMs = undecided.oldestSince === undefined ? 0 : at - undecided.oldestSince;
  const critical = [
    waitedMs > limits.criticalAfterMs
      ? `oldest advice ${durationText(waitedMs)} (limit ${durationText(limits.criticalAfterMs)})`
      : "",
    halted > 0 ? `${halted} halted: credentials are refused` : "",
    attention.damaged > 0 ? `${attention.damaged} damaged` : "",
  ].filter((each) => each !== "");
  const warning = [
    waitedMs > limits.warnAfterMs && waitedMs <= limits.criticalAfterMs
      ? `oldest advice ${durationText(waitedMs)} (limit ${durationText(limits.warnAfterMs)})`
      : "",
    attention.count > 0 ? `${attention.count} need an operator` : "",
    undecidedMs > limits.undecidedAfterMs ? `undecided for ${durationText(undecidedMs)}` : "",
    processes === 0 && queued.count + overdue > 0 ? "work waits, and no till has the outbox open" : "",
  ].filter((each) => each !== "");
  const findings = [...critical, ...warning];
  if (critical.length > 0) return { level: "critical", findings };
  return { level: warning.length > 0 ? "warning" : "ok", findings };
}
