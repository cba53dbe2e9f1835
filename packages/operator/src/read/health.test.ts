import { describe, expect, it } from "vitest";
import { judgeHealth } from "./health.ts";
import type { OutboxStatus } from "./status.ts";

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 10, 30, 12);

const quiet: OutboxStatus = {
  at: NOW,
  queued: { count: 0, amounts: {}, reasons: [] },
  attention: { count: 0, reasons: [], damaged: 0 },
  undecided: { count: 0 },
  halted: 0,
  overdue: 0,
  processes: 1,
  isCut: false,
  states: {},
};

const withQueue = (waitedMs: number): OutboxStatus => ({
  ...quiet,
  queued: { count: 1, amounts: {}, oldestDueAt: NOW - waitedMs, reasons: [] },
});

describe("the health of an outbox", () => {
  it("is ok if nothing waits for long", () => {
    expect(judgeHealth(quiet)).toEqual({ level: "ok", findings: [] });
    expect(judgeHealth(withQueue(MINUTE_MS)).level).toBe("ok");
    expect(judgeHealth({ ...quiet, processes: 0 }).level).toBe("ok");
  });

  it("is a warning if an operator should look", () => {
    expect(judgeHealth(withQueue(6 * MINUTE_MS))).toEqual({
      level: "warning",
      findings: ["oldest advice 6 m (limit 5 m)"],
    });
    expect(judgeHealth({ ...quiet, attention: { ...quiet.attention, count: 2 } }).level).toBe("warning");
    expect(judgeHealth({ ...quiet, undecided: { count: 1, oldestSince: NOW - 90 * MINUTE_MS } }).level).toBe("warning");
    expect(judgeHealth({ ...withQueue(0), processes: 0 }).findings).toEqual([
      "work waits, and no till has the outbox open",
    ]);
  });

  it("is critical if money may be lost while nothing is done", () => {
    expect(judgeHealth(withQueue(20 * MINUTE_MS))).toEqual({
      level: "critical",
      findings: ["oldest advice 20 m (limit 15 m)"],
    });
    expect(judgeHealth({ ...quiet, halted: 3 }).level).toBe("critical");
    expect(judgeHealth({ ...quiet, attention: { count: 1, damaged: 1, reasons: [] } }).level).toBe("critical");
  });

  it("goes by the limits that it is given", () => {
    const limits = { warnAfterMs: 0, criticalAfterMs: MINUTE_MS, undecidedAfterMs: 0 };
    expect(judgeHealth(withQueue(2 * MINUTE_MS), limits).level).toBe("critical");
  });
});
