import type {
  Amounts,
  Provision,
  ProvisionRequest,
  Redemption,
  RedemptionLookupReading,
  RedemptionRequest,
  Resolve,
  Silence,
  Tender,
  Transaction,
  Uuid,
  VoucherLookup,
} from "@electrum-vouchers/core";
import type { ResultAsync } from "neverthrow";
import { alarmOf } from "./alarm.ts";
import { createDriven } from "./driven.ts";
import type { TillError } from "./errors.ts";
import type { ForwarderStatus } from "./events.ts";
import { startForwarder } from "./forwarder.ts";
import { createHands } from "./hands.ts";
import { type TillOptions, withDefaults } from "./options.ts";
import { createRedemptions } from "./redemptions.ts";
import { createSales } from "./sales.ts";
import { sendObserved } from "./send.ts";
import { startTimers } from "./timers.ts";
import { createTransactions } from "./transactions.ts";

/** A point of sale that sells and accepts vouchers, and never loses track of one. */
export interface Till {
  /**
   * Sells a voucher: sends the request, retries and reverses as the policy says. Resolves once the till must decide
   * (`issued`), nothing more is to be done (`completed`, `declined`), or the rest is the forwarder's (`reversing`).
   * Starting twice is harmless: the same request joins the call that is under way, or gives the transaction that exists.
   * Where another process is at it, or the till stops meanwhile, it resolves with the transaction as it stands.
   */
  provision(request: ProvisionRequest): ResultAsync<Provision, TillError>;
  /** Looks a voucher up, which begins a redemption: `found` or `notFound`. Give an `id` to make a repeat harmless. */
  lookUp(lookup: VoucherLookup, id?: Uuid): ResultAsync<Redemption, TillError>;
  /** Looks up once more what was not found. */
  lookUpAgain(id: Uuid): ResultAsync<Redemption, TillError>;
  /** Redeems the voucher that was found; the request bears the transaction's id. Resolves as {@link Till.provision} does. */
  redeem(request: RedemptionRequest): ResultAsync<Redemption, TillError>;
  /** The sale stands, paid in this way. Resolves when that is durable, not when Electrum has heard of it. */
  confirm(id: Uuid, tenders: readonly Tender[], amounts?: Amounts): ResultAsync<Provision, TillError>;
  /** The redemption stands, in full or for `amounts`. Resolves when that is durable. */
  confirmRedemption(id: Uuid, amounts?: Amounts): ResultAsync<Redemption, TillError>;
  /** It shall not happen, or be undone. Resolves when that is durable. Of a confirm and a cancel that race, one wins. */
  cancel(id: Uuid): ResultAsync<Transaction, TillError>;
  /** A person wants a disputed advice sent again. */
  resend(id: Uuid): ResultAsync<Transaction, TillError>;
  /** A person has settled a dispute outside this protocol. */
  resolve(id: Uuid, resolution: Pick<Resolve, "as" | "by" | "why">): ResultAsync<Transaction, TillError>;
  /** The transaction as it is stored. */
  find(id: Uuid): ResultAsync<Transaction, TillError>;
  /** Asks Electrum about a redemption of ours; refused while it is open. Changes nothing. */
  lookUpRedemption(
    id: Uuid,
  ): ResultAsync<RedemptionLookupReading, TillError | (Silence & { readonly type: "silence" })>;
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
