/** Timers that can all be stopped at once, so that a simulator that is stopped leaves none behind. */
export interface Timers {
  /** Gives back how to call it off. */
  schedule(delayMs: number, run: () => void): () => void;
  /** Resolves after the time, or never, where everything was stopped before. */
  wait(delayMs: number): Promise<void>;
  pendingCount(): number;
  /** Stops those that run, and lets none start from now on. */
  stopAll(): void;
}

export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  let stopped = false;
  const timers: Timers = {
    schedule(delayMs, run) {
      if (stopped) return () => undefined;
      const timer = setTimeout(() => {
        running.delete(timer);
        run();
      }, delayMs);
      running.add(timer);
      return () => {
        clearTimeout(timer);
        running.delete(timer);
      };
    },
    wait: (delayMs) =>
      delayMs === 0 ? Promise.resolve() : new Promise((resolve) => void timers.schedule(delayMs, resolve)),
    pendingCount: () => running.size,
    stopAll() {
      stopped = true;
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
  return timers;
}
