import type { Instant } from "@electrum-vouchers/core";

/** An hour. A longer wait, from a misconfigured gateway, could delay a reversal for days; one repeat an hour does no harm. */
export const MAX_RETRY_AFTER_MS: number = 60 * 60 * 1000;

/**
 * The wait that `Retry-After` asks for (RFC 9110, 10.2.3), in milliseconds from `now`. It is a number of seconds, or an HTTP date
 * in the one format that may be sent. At most {@link MAX_RETRY_AFTER_MS}; `undefined` if the header is absent or invalid.
 */
export function retryAfterMs(header: string | null, now: Instant): number | undefined {
  if (header === null) return undefined;
  const waitMs = SECONDS.test(header) ? Number(header) * 1000 : HTTP_DATE.test(header) ? Date.parse(header) - now : NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

const SECONDS = /^\d+$/;

/** `Date.parse` alone accepts almost any text as a date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
