import type { Resolve, Transaction, Uuid } from "@electrum-vouchers/core";
import type { ResultAsync } from "neverthrow";
import { alarmOf } from "./alarm.ts";
import { createDriven } from "./driven.ts";
import type { TillError } from "./errors.ts";
import type { ForwarderStatus } from "./events.ts";
import { startForwarder } from "./forwarder.ts";
import { createHands } from "./hands.ts";
import { type TillOptions, withDefaults } from "./options.ts";
import { createRedemptions, type RedemptionCalls } from "./redemptions.ts";
import { createSales, type ProvisionCalls } from "./sales.ts";
import { sendObserved } from "./send.ts";
import { startTimers } from "./timers.ts";
import { createTransactions } from "./transactions.ts";

/** A point of sale that sells and accepts vouchers, and never loses track of one. */
export interface Till extends ProvisionCalls, RedemptionCalls {
  /** It shall not happen, or be undone. Resolves when that is durable. Of a confirm and a cancel that race, one wins. */
  cancel(id: Uuid): ResultAsync<Transaction, TillError>;
  /** A person wants a disputed advice sent again. */
  resend(id: Uuid): ResultAsync<Transaction, TillError>;
  /** A person has settled a dispute outside this protocol. */
  resolve(id: Uuid, resolution: Pick<Resolve, "as" | "by" | "why">): ResultAsync<Transaction, TillError>;
  /** The transaction as it is stored. */
  find(id: Uuid): ResultAsync<Transaction, TillError>;
  readonly forwarder: {
    status(): ForwarderStatus;
    /** After a halt: the credentials are right again. */
    resume(): void;
  };
  /** Takes no more calls, gives what is under way some time to end, and leaves the rest to recovery. */
  stop(): Promise<void>;
}

/**
 * Starts a till. It serves at once, and takes up whatever an earlier process left unfinished in the same outbox.
 *
 * @example
 * const till = await startTill({ electrum, outbox, policy });
 * const sale = await till.provision(request);
 */
export async function startTill(options: TillOptions): Promise<Till> {
  const settings = withDefaults(options);
  const { outbox, clock, worker, observe } = settings;
  const stopping = new AbortController();
  const alarm = alarmOf(observe, clock);
  const driven = createDriven();
  const send = sendObserved(settings.electrum, clock, observe);
  const handsOptions = {
    outbox,
    clock,
    send,
    newId: settings.newId,
    observe,
    stopping: stopping.signal,
    adviceQueued: (): void => forwarder.notify(),
    timerSet: (): void => timers.notify(),
    electrumAnswered: (): void => forwarder.heard(),
  };
  const recovering = createHands({ ...handsOptions, waits: false });
  const serving = createHands({ ...handsOptions, waits: true });
  const transactions = createTransactions({ outbox, hands: serving, driven, stopping: stopping.signal });

  const release = async (): Promise<void> => {
    (await outbox.release({ worker })).orTee((error) => alarm({ reason: "outboxUnavailable", error }));
  };

  // A former self that crashed may have left leases; nobody else bears this worker's name.
  await release();
  const background = { outbox, clock, worker, observe, alarm, hands: recovering };
  const forwarder = startForwarder({ ...background, ...settings.forwarding, send });
  const timers = startTimers({ ...background, graceMs: settings.takeoverGraceMs, driven });

  return {
    ...createSales(transactions, settings),
    ...createRedemptions(transactions, send, settings),
    find: (id) => transactions.find(id),
    cancel: (id) => transactions.intend(id, { type: "cancel", at: clock.now() }),
    resend: (id) => transactions.intend(id, { type: "resend", at: clock.now() }),
    resolve: (id, resolution) => transactions.intend(id, { type: "resolve", ...resolution, at: clock.now() }),
    forwarder: { status: () => forwarder.status(), resume: () => forwarder.resume() },
    stop: async () => {
      stopping.abort();
      const patience = new AbortController();
      const ended = Promise.all([driven.allEnded(), timers.stop(), forwarder.stop()]);
      await Promise.race([ended, clock.sleep(settings.stopWithinMs, patience.signal)]);
      patience.abort();
      await release();
    },
  };
}
