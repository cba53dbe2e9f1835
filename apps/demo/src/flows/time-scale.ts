import type { Policy } from "@electrum-vouchers/core";
import type { Forwarding } from "@electrum-vouchers/runtime";
import type { Fault, FaultRule, ProviderCondition } from "@electrum-vouchers/simulator";

/** Every wait of the flows is this many times shorter than in life. */
const SCALE = 60;

export const SCALE_TEXT = "every wait is scaled down: a minute lasts a second";

export const scaled = (ms: number): number => Math.round(ms / SCALE);

const scaledDefaults: Partial<Policy> = {
  replyDeadlineMs: scaled(60_000),
  retryBackoff: { initialMs: scaled(1_000), multiplier: 2, maxMs: scaled(10_000) },
  lookupBackoff: { initialMs: scaled(1_000), multiplier: 2, maxMs: scaled(10_000) },
};

/** What a flow chooses, with every wait scaled. */
export const scalePolicy = ({ decisionDeadlineMs, ...choices }: Partial<Policy> = {}): Partial<Policy> => ({
  ...scaledDefaults,
  ...choices,
  ...(decisionDeadlineMs === undefined ? {} : { decisionDeadlineMs: scaled(decisionDeadlineMs) }),
});

export const scaleRule = (rule: FaultRule): FaultRule => ({ ...rule, fault: scaleFault(rule.fault) });

function scaleFault(fault: Fault): Fault {
  if ("delayMs" in fault) return { ...fault, delayMs: scaled(fault.delayMs) };
  return "durationMs" in fault ? { ...fault, durationMs: scaled(fault.durationMs) } : fault;
}

export const scaleCondition = (condition: ProviderCondition): ProviderCondition =>
  condition.state === "slow" ? { ...condition, delayMs: scaled(condition.delayMs) } : condition;

/** One advice at a time, so that their order can be seen. */
export const scaledForwarding: Partial<Forwarding> = {
  concurrency: 1,
  deadlineMs: scaled(60_000),
  backoff: { initialMs: scaled(1_000), multiplier: 2, maxMs: scaled(60_000) },
};
