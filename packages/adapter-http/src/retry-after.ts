import type { Instant } from "@electrum-vouchers/core";

/** An hour. A longer wait, from a misconfigured gateway, could delay a reversal for days; one repeat an hour does no harm. */
export const MAX_RETRY_AFTER_MS: number = 60 * 60 * 1000;

/**
 * The wait that `Retry-After` asks for (RFC 9110, 10.2.3), in milliseconds from `now`. It is a number of seconds, or an HTTP date
 * in one of the three formats that a recipient must accept (5.6.7). At most {@link MAX_RETRY_AFTER_MS}; `undefined` if the header
 * is absent or invalid.
 */
export function retryAfterMs(header: string | null, now: Instant): number | undefined {
  if (header === null) return undefined;
  const waitMs = SECONDS.test(header) ? Number(header) * 1000 : parseHttpDate(header, now) - now;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

const SECONDS = /^\d+$/;

/** The moment that an HTTP date names, or NaN. `Date.parse` alone accepts almost any text as a date. */
function parseHttpDate(text: string, now: Instant): Instant {
  if (IMF_FIXDATE.test(text)) return Date.parse(text);
  const [, day, month, shortYear, time] = RFC_850.exec(text) ?? [];
  if (shortYear !== undefined) return Date.parse(`${day} ${month} ${fullYear(Number(shortYear), now)} ${time} GMT`);
  return ASCTIME.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}

/** Two digits that seem more than 50 years in the future mean the last year in the past with the same digits. */
function fullYear(shortYear: number, now: Instant): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + shortYear;
  return year > thisYear + 50 ? year - 100 : year;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
const RFC_850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/;

/** `Sun Nov  6 08:49:37 1994` */
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} (?:\d{2}| \d) \d{2}:\d{2}:\d{2} \d{4}$/;
