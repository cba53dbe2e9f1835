import { setImmediate } from "node:timers";

/** Runs maintenance tasks after every so many committed changes. */
export interface Maintenance {
  /** Call it after each commit, with the number of its changes. */
  recordChanges(changes: number): void;
}

/**
 * The number of changes between two runs. A run's cost grows with the pages that the changes touched, about three each. Few
 * enough that a run does not block the event loop for long; many enough that the three fsyncs of a WAL checkpoint cost each
 * change little.
 */
const CHANGES_PER_RUN = 500;

/** Runs its tasks between commits, one in each turn of the event loop, so that no commit waits for more than one. */
export function createMaintenance(tasks: readonly (() => void)[]): Maintenance {
  let changesSinceRun = 0;

  function start(): void {
    changesSinceRun = 0;
    proceed(tasks);
  }

  function proceed([task, ...others]: readonly (() => void)[]): void {
    task?.();
    if (others.length > 0) setImmediate(proceed, others);
  }

  return {
    recordChanges: (changes) => {
      if (changesSinceRun < CHANGES_PER_RUN && changesSinceRun + changes >= CHANGES_PER_RUN) setImmediate(start);
      changesSinceRun += changes;
    },
  };
}
