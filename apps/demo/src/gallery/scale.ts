import type { Policy } from "@electrum-vouchers/core";
import type { Forwarding } from "@electrum-vouchers/runtime";

/** Every wait of the gallery is this many times shorter than in life. */
const SCALE = 60;

export const SCALE_TEXT = "every wait is scaled down: a minute lasts a second";

export const scaled = (ms: number): number => Math.round(ms / SCALE);

export const scaledPolicy: Partial<Policy> = {
  replyDeadlineMs: scaled(60_000),
  retryDelay: { initialMs: scaled(1_000), factor: 2, capMs: scaled(10_000) },
  lookupDelay: { initialMs: scaled(1_000), factor: 2, capMs: scaled(10_000) },
};

/** One advice at a time, so that their order can be seen. */
export const scaledForwarding: Partial<Forwarding> = {
  inFlight: 1,
  deadlineMs: scaled(60_000),
  repeat: { initialMs: scaled(1_000), factor: 2, capMs: scaled(60_000) },
};
