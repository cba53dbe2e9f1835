import type { DueTransaction } from "./rows.ts";

/** What a commit made of its transaction. */
export interface RecentCommit extends DueTransaction {
  readonly position: number;
}

/**
 * The last commits of this process. If no other process has committed since the schedule was last brought up to date, they are all that
 * it lacks, and it reads nothing.
 */
export interface RecentCommits {
  /** Adds the commits of one transaction, once it is durable. */
  add(commits: readonly RecentCommit[]): void;
  /** Forgets them all: retention has removed some of their transactions. */
  clear(): void;
  /** The commits after one position up to another, in order; nothing if not all of them are known. */
  between(after: number, last: number): readonly RecentCommit[] | undefined;
}

/** More than are committed between two claims, and yet little memory. */
const MAX_COMMITS = 5_000;

export function createRecentCommits(): RecentCommits {
  let commits: RecentCommit[] = [];

  return {
    add: (added) => {
      if (commits.length + added.length > MAX_COMMITS) commits = [];
      commits.push(...added);
    },
    clear: () => {
      commits = [];
    },
    between: (after, last) => {
      const known = commits.filter(({ position }) => position > after);
      commits = known;
      // No position is given twice, and none is left out.
      return known.length === last - after ? known : undefined;
    },
  };
}
