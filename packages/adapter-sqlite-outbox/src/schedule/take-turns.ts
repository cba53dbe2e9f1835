import type { Instant } from "@electrum-vouchers/core";

/** A due transaction that may be claimed. */
export interface Candidate {
  readonly row_id: number;
  readonly due_at: Instant;
  readonly queue: string;
}

/**
 * Chooses among queues: the oldest of each, oldest first, then the second of each, and so on. Within a queue the oldest due goes
 * first; of those due at one moment, the one that arrived first. No queue gives more than `maxTurns`.
 */
export function takeTurns<Each extends Candidate>(
  candidates: readonly Each[],
  limit: number,
  maxTurns: number,
): readonly Each[] {
  const taken = new Map<string, number>();
  return candidates
    .toSorted(byAge)
    .map((candidate) => {
      const turn = taken.get(candidate.queue) ?? 0;
      taken.set(candidate.queue, turn + 1);
      return { candidate, turn };
    })
    .filter(({ turn }) => turn < maxTurns)
    .toSorted((left, right) => left.turn - right.turn)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

export const byAge = (left: Omit<Candidate, "queue">, right: Omit<Candidate, "queue">): number =>
  left.due_at === right.due_at ? left.row_id - right.row_id : left.due_at - right.due_at;
