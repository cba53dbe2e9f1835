import { err, ok, type Result } from "neverthrow";
import type { TillError } from "./errors.ts";
import type { ResolvedTillOptions } from "./options.ts";

// Retention forgets. A request that is older than what was deleted may have been served once, and no record tells any more: sold again, it
// would be sold twice.

/** Refuses a request whose `time` is older than what retention keeps. */
export function refuseTooOld(
  time: string,
  { clock, retention }: Pick<ResolvedTillOptions, "clock" | "retention">,
): Result<void, TillError> {
  if (retention === undefined) return ok();
  const now = clock.now();
  const oldest = now - retention.deleteAfterMs;
  return Date.parse(time) >= oldest ? ok() : err({ type: "tooOld", time, now, oldest });
}
