/** A moment: milliseconds since 1970-01-01T00:00:00Z. The core never asks what time it is; every moment comes in. */
export type Instant = number;

/** The moment as Electrum wants it written: RFC 3339, UTC, with milliseconds. */
export const toDateTime = (instant: Instant): string => new Date(instant).toISOString();
