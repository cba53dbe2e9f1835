// Work of clients that no till has credentials for. A till claims only what its own credentials are for, since Electrum answers another
// user's reversal with 404 and undoes nothing. So the advices of a client whose till was removed, or was started with other
// `clients`, are never delivered, and no delivery fails that an operator would hear of.
//
// Rules
// 1. A till that serves some clients only looks now and then for work of others that has been due for long, and that is neither leased
//    nor put off: whoever serves that client would have taken it.
// 2. It looks by a claim of one record, which it gives back at once: it reads who the client is, and does nothing.
// 3. The operator is told, and is told again while it lasts.
//
// What it does not know: whether another till for that client is about to be started.

import type { Instant } from "@electrum-vouchers/core";
import type { ClaimedRecord, Outbox, Work } from "@electrum-vouchers/core/ports";
import type { AlertReporter } from "../alert-reporter.ts";
import type { Clock } from "../clock.ts";
import { type PollLoop, startPollLoop } from "./poll-loop.ts";
import { createRepeatedAlerts } from "./repeated-alerts.ts";

export interface UnservedWorkOptions {
  readonly outbox: Pick<Outbox, "claim" | "release">;
  readonly clock: Clock;
  readonly worker: string;
  /** Default: every client, so that nothing is unserved. */
  readonly clients?: readonly string[];
  /** Work that has been due for so long counts as unserved. */
  readonly undeliveredAlertMs: number;
  readonly reportAlert: AlertReporter;
}

/** What it finds has been due for many minutes, so a few more do not matter. */
const LOOK_INTERVAL_MS = 5 * 60 * 1000;

const WORK: readonly Work[] = ["replyDeadline", "timer", "advice"];

/** How long the look may take. A crash in between keeps the record from its till for no longer. */
const LEASE_MS = 5_000;

/** So many unserved clients are found in one look. A shop has a few clients in all. */
const MAX_FOUND = 10;

/** Starts to look for work that no till takes. */
export function startUnservedCheck(options: UnservedWorkOptions): Pick<PollLoop, "stop"> {
  const { clients: served, clock, reportAlert, undeliveredAlertMs } = options;
  if (served === undefined) return { stop: async () => {} };
  const alerts = createRepeatedAlerts(clock);

  const poll = async (): Promise<number> => {
    const now = clock.now();
    for (const { id, client = "", due } of await findUnserved(options, served, now - undeliveredAlertMs)) {
      if (alerts.isDue(client)) reportAlert({ reason: "unserved", id, client, waitedMs: now - due.at }, { client });
    }
    return LOOK_INTERVAL_MS;
  };

  return startPollLoop({ clock, poll, maxSleepMs: LOOK_INTERVAL_MS });
}

/** The oldest piece of work of each unserved client. The claim loops tell the operator if the outbox is unavailable. */
async function findUnserved(
  { outbox, clock, worker }: UnservedWorkOptions,
  served: readonly string[],
  dueBefore: Instant,
): Promise<readonly ClaimedRecord[]> {
  const found: ClaimedRecord[] = [];
  while (found.length < MAX_FOUND) {
    const now = clock.now();
    // A record without a client is every till's.
    const exceptClients = [...served, "", ...found.map(({ client = "" }) => client)];
    const claim = { worker, work: WORK, exceptClients, dueBefore, now, until: now + LEASE_MS, limit: 1 };
    const claimed = await outbox.claim(claim);
    const [record] = claimed.isOk() ? claimed.value.records : [];
    if (record === undefined) break;
    found.push(record);
    // If the outbox does not take it back, the lease ends by itself.
    if ((await outbox.release({ worker, records: [record] })).isErr()) break;
  }
  return found;
}
