import type { Clock } from "../clock.ts";

/** Decides when an operator is alerted to a trouble that lasts: at once, and then each hour. */
export interface RepeatedAlerts {
  /** Whether to alert to this subject's trouble now. */
  isDue(subject: string): boolean;
  /** The troubles of the subjects that are not kept have ended: they will be alerted to at once if they come back. */
  keepOnly(isKept: (subject: string) => boolean): void;
}

/** While the trouble lasts, the operator is alerted again this often. */
export const REPEATED_ALERT_MS: number = 60 * 60 * 1000;

/** A shop has a few clients and queues. Of more, the one that was alerted to first is forgotten. */
const MAX_SUBJECTS = 1_000;

export function createRepeatedAlerts(clock: Pick<Clock, "monotonicMs">): RepeatedAlerts {
  /** The subject that was alerted to last is the last one. */
  const alertedAtMs = new Map<string, number>();

  return {
    isDue: (subject) => {
      const nowMs = clock.monotonicMs();
      const lastMs = alertedAtMs.get(subject);
      if (lastMs !== undefined && nowMs - lastMs < REPEATED_ALERT_MS) return false;
      alertedAtMs.delete(subject);
      alertedAtMs.set(subject, nowMs);
      const [oldest] = alertedAtMs.keys();
      if (alertedAtMs.size > MAX_SUBJECTS && oldest !== undefined) alertedAtMs.delete(oldest);
      return true;
    },
    keepOnly: (isKept) => {
      for (const subject of alertedAtMs.keys()) if (!isKept(subject)) alertedAtMs.delete(subject);
    },
  };
}
