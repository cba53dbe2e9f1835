// A second till on the file of the first one. It serves no customer, and takes up what the first one leaves when it dies.
//
// Two promises hold between them, beside all others:
// 1. While the first one lives, its work is left to it.
// 2. Once it is dead, its requests and timers are taken up soon after they are due.

import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BootClock, SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Due, Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import type { TillProcess } from "@electrum-vouchers/testkit";
import { closeOrThrow, openOrThrow } from "../disk/outbox.ts";
import type { PausableClock } from "../harness/pausable-clock.ts";
import { createSimulatedWatch } from "../harness/simulated-watch.ts";
import { watchCommits } from "../harness/watch-outbox.ts";
import type { Oracle } from "../oracle/oracle.ts";

/** What may be wrong between the processes on a file. The check must detect each. */
export type ProcessDefect =
  /** Every process seems dead to the others. */
  | "othersSeemDead"
  /** No process hears of what another one commits, or of its end. */
  | "nothingIsTold";

export interface SurvivorOptions {
  readonly clock: PausableClock;
  readonly oracle: Oracle;
  readonly bootClock: BootClock;
  /** The first till's. */
  readonly tillProcess: TillProcess;
  readonly defect: ProcessDefect | undefined;
}

export interface Survivor {
  /** The second till's outbox. */
  readonly outbox: SqliteOutbox;
  /** Opens the first till's outbox. */
  openFirst(): SqliteOutbox;
  /** The first till's outbox is closed, as a death closes it. */
  endFirst(outbox: SqliteOutbox): Promise<void>;
}

/** Within this time a dead process's work is taken up. */
const MAX_TAKEOVER_MS = 2_000;

export function openSurvivor(path: string, options: SurvivorOptions): Survivor {
  const { clock, oracle, bootClock, tillProcess, defect } = options;
  const simulated = createSimulatedWatch(clock);
  const dues = new Map<Uuid, Due>();
  let diedAt = Number.POSITIVE_INFINITY;

  const connect = (outbox: SqliteOutbox): SqliteOutbox =>
    defect === "nothingIsTold" ? { ...outbox, watch: () => () => {} } : simulated.connect(outbox);

  const recordDue: Parameters<typeof watchCommits<Outbox>>[1] = ({ id, due }) => {
    if (due === undefined) dues.delete(id);
    else dues.set(id, due);
  };

  const opened = openOrThrow(path, bootClock);
  return {
    outbox: watchCommits(connect(opened), (change) => {
      const { id } = change;
      const due = dues.get(id);
      recordDue(change);
      if (!tillProcess.isDead()) oracle.reportViolation("the work of a process that lives is left to it", id);
      // How long a delivery takes is Electrum's affair.
      if (due === undefined || due.work === "advice" || diedAt === Number.POSITIVE_INFINITY) return;
      const lateMs = clock.now() - Math.max(due.at, diedAt);
      if (lateMs > MAX_TAKEOVER_MS)
        oracle.reportViolation(`a dead process's work is taken up soon (${lateMs} ms late)`, id);
    }),
    openFirst: () => {
      const outbox = openOrThrow(path, bootClock);
      if (defect === "othersSeemDead") removeSignsOfLife(path);
      return watchCommits(connect(outbox), recordDue);
    },
    endFirst: async (outbox) => {
      await closeOrThrow(outbox);
      if (tillProcess.isDead()) diedAt = clock.now();
      simulated.tellEnd();
    },
  };
}

/** What a process shows of itself while it lives lies beside the file. */
function removeSignsOfLife(path: string): void {
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(`${basename(path)}-alive-`)) rmSync(join(dirname(path), name));
}
