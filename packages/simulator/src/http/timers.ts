/** Timers that can all be stopped at once, so that a stopped simulator leaves none behind. */
export interface Timers {
  /** Runs `run` after the delay. Returns a function that cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
  /** Resolves after the delay. If the timers are stopped before that, it never resolves. */
  wait(delayMs: number): Promise<void>;
  pendingCount(): number;
  /** Cancels all timers. Timers that are scheduled later never run. */
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
