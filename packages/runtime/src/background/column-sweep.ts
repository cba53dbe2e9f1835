// Columns that contradict their records. The outbox finds work by columns beside each record, which bear no checksum. If another program, or a
// fault, has set one to the year 3000, a reversal is never claimed.
//
// Rules
// 1. Everything unfinished is compared at the start and then now and then, page by page. The outbox corrects what is wrong: the record wins.
// 2. A page is read in a turn of its own, so that no call waits for more than one.
// 3. The operator is told of each record: something else has written to the store. A record that cannot be read needs attention from then on.
// 4. What is finished by its columns is not read here, since that would be the whole history. Retention asks each record before it redacts or
//    deletes it, and the store's own check reads them all.

import type { Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import type { AlertReporter } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { type PollLoop, startPollLoop } from "./poll-loop.ts";

export interface ColumnSweepOptions {
  readonly outbox: Pick<Outbox, "correctColumns">;
  readonly clock: Clock;
  readonly reportAlert: AlertReporter;
}

/** How many are read at once: it takes some milliseconds. */
const PAGE = 100;

/** The pause between two pages. A large backlog then takes a few percent of one processor until it was read once. */
const PAGE_PAUSE_MS = 250;

/** How long to wait if the outbox was unavailable. */
const UNAVAILABLE_PAUSE_MS = 10_000;

/** A wrong column holds an advice up for no longer. What is unfinished is few, so that reading it again costs next to nothing. */
const SWEEP_INTERVAL_MS = 10 * 60 * 1000;

/** Starts to have columns corrected. */
export function startColumnSweep({ outbox, clock, reportAlert }: ColumnSweepOptions): Pick<PollLoop, "stop"> {
  let after: Uuid | undefined;

  async function poll(): Promise<number> {
    const page = await outbox.correctColumns({
      only: "unfinished",
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    // The claim loops tell the operator about the outbox.
    if (page.isErr()) return UNAVAILABLE_PAUSE_MS;
    for (const { id, columns } of page.value.corrected) reportAlert({ reason: "columnsCorrected", id, columns });
    for (const id of page.value.damaged)
      reportAlert({ reason: "damagedRecord", id, description: "found by a look at all that is unfinished" });
    after = page.value.next;
    return after === undefined ? SWEEP_INTERVAL_MS : PAGE_PAUSE_MS;
  }

  return startPollLoop({ clock, poll, maxSleepMs: SWEEP_INTERVAL_MS });
}
