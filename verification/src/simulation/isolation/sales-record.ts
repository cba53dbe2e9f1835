import type { Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { describeViolation } from "../../oracle/invariants.ts";
import type { Trace } from "../trace.ts";
import { type IsolationScenario, maxWaitMs } from "./scenario.ts";
import type { Failure } from "./failures.ts";

export interface Sale {
  readonly name: string;
  readonly client: string;
  /** How its advice fails. Absent: it is healthy. */
  readonly failure: Failure | undefined;
}

/** What has become of the advices of a run, as the outbox and the clock show it. */
export interface SalesRecord {
  add(id: Uuid, sale: Sale): void;
  find(id: Uuid): Sale | undefined;
  /** A change has become durable. */
  observe(change: Change): void;
  /** The process starts: what waited while there was none waits from now on. */
  noteStart(): void;
  /** Reports every healthy advice that still waits, and has for too long. From now on all may wait. */
  endChecks(): void;
  report(violation: string): void;
  summary(): SalesSummary;
}

export interface SalesSummary {
  readonly healthy: number;
  readonly failing: number;
  /** The longest time that a healthy advice waited for its acknowledgement. */
  readonly longestWaitMs: number;
  readonly violations: readonly string[];
}

interface Advice {
  readonly sale: Sale;
  readonly dueMs: number;
  readonly isAcknowledged: boolean;
}

export function createSalesRecord(scenario: IsolationScenario, trace: Trace, monotonicMs: () => number): SalesRecord {
  const sales = new Map<Uuid, Sale>();
  const advices = new Map<Uuid, Advice>();
  const violations: string[] = [];
  let startedMs = 0;
  let longestWaitMs = 0;
  let isOver = false;

  const isHealthy = ({ failure, client }: Sale): boolean => failure === undefined && client !== scenario.refusedClient;

  function report(violation: string): void {
    violations.push(violation);
    trace.add("BROKEN", violation);
  }

  /** An advice is acknowledged now, or is not yet. */
  function checkWait({ sale, dueMs }: Advice): void {
    if (isOver || !isHealthy(sale)) return;
    const waitedMs = monotonicMs() - Math.max(dueMs, startedMs);
    longestWaitMs = Math.max(longestWaitMs, waitedMs);
    if (waitedMs > maxWaitMs(scenario))
      report(describeViolation("healthyUnaffected", `the advice of ${sale.name} waited ${waitedMs} ms`));
  }

  return {
    add: (id, sale) => void sales.set(id, sale),
    find: (id) => sales.get(id),
    observe: ({ id, state }) => {
      const sale = sales.get(id);
      if (sale === undefined) return;
      if (state === "confirming" || state === "reversing")
        advices.set(id, { sale, dueMs: monotonicMs(), isAcknowledged: false });
      const advice = advices.get(id);
      if (advice === undefined || (state !== "confirmed" && state !== "reversed")) return;
      advices.set(id, { ...advice, isAcknowledged: true });
      trace.add("Electrum", `has the advice of ${sale.name}`);
      checkWait(advice);
    },
    noteStart: () => {
      startedMs = monotonicMs();
    },
    endChecks: () => {
      for (const advice of advices.values()) if (!advice.isAcknowledged) checkWait(advice);
      isOver = true;
    },
    report,
    summary: () => {
      const healthy = [...advices.values()].filter(({ sale }) => isHealthy(sale)).length;
      return { healthy, failing: advices.size - healthy, longestWaitMs, violations };
    },
  };
}
