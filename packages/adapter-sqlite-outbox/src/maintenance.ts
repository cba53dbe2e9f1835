import { setImmediate } from "node:timers";

/** Has what the commits leave behind put in order as it grows. */
export interface Maintenance {
  /** So many changes were committed. */
  recordChanges(changes: number): void;
}

/**
 * After how many changes: what it costs grows with the pages that they touched, some three to a change. Few enough that the
 * event loop is not held up for long, many enough that the three fsyncs of copying the log are little to each.
 */
const CHANGES_PER_RUN = 500;

/** Does its tasks between commits, one in a turn, once those who committed have gone on: no commit is held up by more than one. */
export function createMaintenance(tasks: readonly (() => void)[]): Maintenance {
  let changed = 0;

  function start(): void {
    changed = 0;
    proceed(tasks);
  }

  function proceed([task, ...others]: readonly (() => void)[]): void {
    task?.();
    if (others.length > 0) setImmediate(proceed, others);
  }

  return {
    recordChanges: (changes) => {
      if (changed < CHANGES_PER_RUN && changed + changes >= CHANGES_PER_RUN) setImmediate(start);
      changed += changes;
    },
  };
}
