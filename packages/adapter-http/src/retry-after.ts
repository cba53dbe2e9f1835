import type { Instant } from "@electrum-vouchers/core";

/** Asking once an hour harms nobody; a longer wait, from a mistaken gateway, would leave a reversal lying for days. */
export const MAX_RETRY_AFTER_MS: number = 60 * 60 * 1000;

/**
 * `Retry-After` (RFC 9110, 10.2.3) in milliseconds from `now`: seconds, or a date in the one form that may be sent. At most
 * {@link MAX_RETRY_AFTER_MS}; `undefined` where it is absent or garbage.
 */
export function retryAfterMs(header: string | null, now: Instant): number | undefined {
  if (header === null) return undefined;
  const waitMs = SECONDS.test(header) ? Number(header) * 1000 : HTTP_DATE.test(header) ? Date.parse(header) - now : NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

const SECONDS = /^\d+$/;

/** `Date.parse` alone would take almost anything for a date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
