import {
  type Amounts,
  decide,
  type Entry,
  type Intent,
  mayLookUp,
  type Provision,
  type ProvisionRequest,
  type ProvisionStart,
  type Redemption,
  type RedemptionLookupReading,
  type RedemptionRequest,
  type RedemptionStart,
  readRedemptionLookup,
  type Refusal,
  type Resolve,
  type Silence,
  type Step,
  sameJson,
  startProvision,
  startRedemption,
  type Tender,
  type Transaction,
  type Uuid,
  type VoucherLookup,
} from "@electrum-vouchers/core";
import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { drive, type Progress, readRecord, type Versioned } from "./drive.ts";
import { createDriven } from "./driven.ts";
import { type TillError, tillErrorOf } from "./errors.ts";
import type { ForwarderStatus } from "./events.ts";
import { startForwarder } from "./forwarder.ts";
import { createHands } from "./hands.ts";
import { type TillOptions, withDefaults } from "./options.ts";
import { sendObserved } from "./send.ts";
import { startTimers } from "./timers.ts";

/** A point of sale that sells and accepts vouchers, and never loses track of one. */
export interface Till {
  /**
   * Sells a voucher: sends the request, retries and reverses as the policy says. Resolves once the till must decide
   * (`issued`), nothing more is to be done (`completed`, `declined`), or the rest is the forwarder's (`reversing`).
   * Starting twice is harmless: the same request gives the transaction that exists.
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
    status(): ForwarderStatus["status"];
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
  const { electrum, outbox, clock, newId, worker, observe } = settings;
  const stopping = new AbortController();
  const driven = createDriven();
  const send = sendObserved(electrum, clock, observe);

  const handsOptions = {
    outbox,
    clock,
    send,
    observe,
    stopping: stopping.signal,
    adviceQueued: (): void => forwarder.notify(),
    timerSet: (): void => timers.notify(),
  };
  const hands = createHands({ ...handsOptions, waits: true });
  const recoveryHands = createHands({ ...handsOptions, waits: false });

  // A former self that crashed may have left leases; nobody else bears this worker's name.
  (await outbox.release(worker)).orTee((error) =>
    observe({ type: "alert", alert: { reason: "outboxUnavailable", error }, at: clock.now() }),
  );
  const forwarder = startForwarder({
    ...settings.forwarding,
    send,
    outbox,
    clock,
    worker,
    hands: recoveryHands,
    observe,
  });
  const timers = startTimers({
    outbox,
    clock,
    worker,
    hands: recoveryHands,
    observe,
    graceMs: settings.takeoverGraceMs,
    driven,
  });

  const isStopped = (): boolean => stopping.signal.aborted;

  /** Drives a step on, in the customer's time. */
  const run = (id: Uuid, progress: Progress): Promise<Result<Versioned, TillError>> =>
    driven.run(id, () => drive(progress, hands).mapErr((error) => tillErrorOf(id, error)));

  const load = (id: Uuid): ResultAsync<Versioned, TillError> =>
    outbox
      .load(id)
      .mapErr((error): TillError => ({ type: "outboxUnavailable", error }))
      .andThen((stored) =>
        stored === undefined
          ? err<never, TillError>({ type: "unknownTransaction", id })
          : readRecord(stored).mapErr(({ damage }): TillError => ({ type: "damaged", id, damage })),
      );

  /** Starts a transaction, or joins the one that was started by the same request. */
  async function start(
    id: Uuid,
    entry: Extract<Entry, { readonly start: unknown }>,
    started: Result<Step<Transaction>, Refusal>,
    isSame: (existing: Transaction) => boolean,
  ): Promise<Result<Transaction, TillError>> {
    if (isStopped()) return err({ type: "stopped" });
    if (started.isErr()) return err({ type: "refused", refusal: started.error });
    await driven.ended(id);
    const ran = await run(id, { step: started.value, version: 0, entry, at: entry.start.at });
    if (ran.isOk()) return ok(ran.value.transaction);
    const { error } = ran;
    return error.type === "otherRequest" && isSame(error.transaction) ? ok(error.transaction) : err(error);
  }

  /** Applies an intent, and drives on what follows from it. */
  async function apply(id: Uuid, intent: Intent): Promise<Result<Transaction, TillError>> {
    if (isStopped()) return err({ type: "stopped" });
    const loaded = await load(id);
    if (loaded.isErr()) return err(loaded.error);
    const { transaction, version } = loaded.value;
    const decided = decide(transaction, intent);
    if (decided.isErr()) return err({ type: "refused", refusal: decided.error, transaction });
    const entry: Entry = { type: "intent", intent };
    const ran = await run(id, { before: transaction, step: decided.value, version, entry, at: intent.at });
    return ran.map((current) => current.transaction);
  }

  const intend = (id: Uuid, intent: Intent): ResultAsync<Transaction, TillError> => new ResultAsync(apply(id, intent));

  /** A lookup of a sale of ours waits until that sale is over. */
  const mayLookUpSale = (id: Uuid | undefined): ResultAsync<void, TillError> =>
    id === undefined
      ? okAsync(undefined)
      : load(id)
          .andThen(({ transaction }) => mayLookUp(transaction, clock.now()))
          .orElse((error) => (error.type === "unknownTransaction" ? ok(undefined) : err(error)));

  return {
    provision: (request) => {
      const at = clock.now();
      const policy = settings.policyFor({ provision: request });
      const begin: ProvisionStart = { request, confirmationId: newId(), reversalId: newId(), policy, at };
      const entry: Entry = { type: "provisionStarted", start: begin };
      const isSame = (existing: Transaction): boolean =>
        existing.kind === "provision" && sameJson(existing.start.request, request);
      return new ResultAsync(start(request.id, entry, startProvision(begin), isSame)).andThen(asProvision);
    },
    lookUp: (lookup, id = newId()) => {
      const at = clock.now();
      const policy = settings.policyFor({ lookup });
      const begin: RedemptionStart = { id, lookup, confirmationId: newId(), reversalId: newId(), policy, at };
      const entry: Entry = { type: "redemptionStarted", start: begin };
      const isSame = (existing: Transaction): boolean =>
        existing.kind === "redemption" && sameJson(existing.start.lookup, lookup);
      return mayLookUpSale(lookup.provisionRequestId)
        .andThen(() => new ResultAsync(start(id, entry, startRedemption(begin), isSame)))
        .andThen(asRedemption);
    },
    lookUpAgain: (id) => intend(id, { type: "lookUp", at: clock.now() }).andThen(asRedemption),
    redeem: (request) => intend(request.id, { type: "redeem", request, at: clock.now() }).andThen(asRedemption),
    confirm: (id, tenders, amounts) =>
      intend(id, { type: "confirm", tenders, ...(amounts === undefined ? {} : { amounts }), at: clock.now() }).andThen(
        asProvision,
      ),
    confirmRedemption: (id, amounts) =>
      intend(id, { type: "confirm", ...(amounts === undefined ? {} : { amounts }), at: clock.now() }).andThen(
        asRedemption,
      ),
    cancel: (id) => intend(id, { type: "cancel", at: clock.now() }),
    resend: (id) => intend(id, { type: "resend", at: clock.now() }),
    resolve: (id, resolution) => intend(id, { type: "resolve", ...resolution, at: clock.now() }),
    find: (id) => load(id).map(({ transaction }) => transaction),
    lookUpRedemption: (id) =>
      load(id)
        .andThen(({ transaction }) => mayLookUp(transaction, clock.now()))
        .andThen(() => {
          const outgoing = { operation: "lookupRedemption", message: { requestId: id } } as const;
          const deadlineAt = clock.now() + settings.forwarding.deadlineMs;
          return new ResultAsync(send({ id, attempt: 0, outgoing, deadlineAt })).mapErr(
            ({ cause }) => ({ type: "silence", cause }) as const,
          );
        })
        .map((answer) => readRedemptionLookup(id, answer)),
    forwarder: { status: forwarder.status, resume: forwarder.resume },
    stop: async () => {
      stopping.abort();
      const ended = Promise.all([driven.allEnded(), timers.stop(), forwarder.stop()]);
      await Promise.race([ended, clock.sleep(settings.stopWithinMs)]);
      (await outbox.release(worker)).orTee((error) =>
        observe({ type: "alert", alert: { reason: "outboxUnavailable", error }, at: clock.now() }),
      );
    },
  };
}

/** The core has refused, by now, whatever does not fit the kind: this only tells the compiler so. */
const asProvision = (transaction: Transaction): Result<Provision, TillError> =>
  transaction.kind === "provision" ? ok(transaction) : err(wrongKind(transaction));

const asRedemption = (transaction: Transaction): Result<Redemption, TillError> =>
  transaction.kind === "redemption" ? ok(transaction) : err(wrongKind(transaction));

const wrongKind = (transaction: Transaction): TillError => ({
  type: "refused",
  refusal: { type: "wrongKind", intent: transaction.kind },
  transaction,
});
