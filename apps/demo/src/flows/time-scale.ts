import type { Policy } from "@electrum-vouchers/core";
import type { Forwarding } from "@electrum-vouchers/runtime";

/** Every wait of the flows is this many times shorter than in life. */
const SCALE = 60;

export const SCALE_TEXT = "every wait is scaled down: a minute lasts a second";

export const scaled = (ms: number): number => Math.round(ms / SCALE);

export const scaledPolicy: Partial<Policy> = {
  replyDeadlineMs: scaled(60_000),
  retryBackoff: { initialMs: scaled(1_000), multiplier: 2, maxMs: scaled(10_000) },
  lookupBackoff: { initialMs: scaled(1_000), multiplier: 2, maxMs: scaled(10_000) },
};

/** One advice at a time, so that their order can be seen. */
export const scaledForwarding: Partial<Forwarding> = {
  concurrency: 1,
  deadlineMs: scaled(60_000),
  backoff: { initialMs: scaled(1_000), multiplier: 2, maxMs: scaled(60_000) },
};
