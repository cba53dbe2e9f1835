// Tells when another process has committed something to the file, or has ended.
//
// SQLite counts the commits of other connections (`PRAGMA data_version`), which is read without opening anything. A look each 100 ms
// costs some microseconds, and lets work without a live owner be taken up within 200 ms.
// Source: https://www.sqlite.org/pragma.html#pragma_data_version

import type { Database } from "better-sqlite3";
import type { Liveness } from "./liveness.ts";

export interface CommitWatch {
  /** Calls the listener after a commit or the end of another process. Gives what ends the watch. */
  watch(listener: () => void): () => void;
  close(): void;
}

const LOOK_INTERVAL_MS = 100;

export function createCommitWatch(durable: Database, liveness: Pick<Liveness, "others">): CommitWatch {
  const readVersion = durable.prepare<[], number>("PRAGMA data_version").pluck();
  const listeners = new Set<{ readonly notify: () => void }>();
  let timer: NodeJS.Timeout | undefined;
  let version: number | undefined;
  let others: readonly string[] = [];

  function look(): void {
    const [lastVersion, lastOthers] = [version, others];
    try {
      version = readVersion.get();
      others = liveness.others();
    } catch {
      // A locked or damaged file: the calls that need it say so.
      return;
    }
    const isChanged = version !== lastVersion || lastOthers.some((id) => !others.includes(id));
    if (isChanged) for (const { notify } of listeners) notify();
  }

  function start(): void {
    version = readVersion.get();
    others = liveness.others();
    // A watch alone keeps no process running.
    timer = setInterval(look, LOOK_INTERVAL_MS).unref();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    watch: (notify) => {
      const listener = { notify };
      listeners.add(listener);
      if (timer === undefined) start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    close: () => {
      listeners.clear();
      stop();
    },
  };
}
