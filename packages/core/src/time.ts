/** A moment, in milliseconds since 1970-01-01T00:00:00Z. The core reads no clock: the caller passes every moment in. */
export type Instant = number;

/** The moment in Electrum's format: RFC 3339, UTC, with milliseconds. */
export const toDateTime = (instant: Instant): string => new Date(instant).toISOString();
