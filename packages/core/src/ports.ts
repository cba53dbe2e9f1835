import type { ResultAsync } from "neverthrow";
import type { HttpResponse, NoResponse } from "./responses/http-response.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { OutgoingMessage } from "./messages/operations.ts";
import type { LedgerAmount } from "./messages/amounts.ts";
import type { OutboxUnavailable } from "./outbox-unavailable.ts";
import type { CorrectedPage, ListQuery, Pending, Undelivered } from "./list-port.ts";
import type { RepairRefused, RepairRequest } from "./repair-port.ts";
import type { OutboxRetention } from "./retention-port.ts";
import type { Instant } from "./time.ts";

export type { OutboxUnavailable } from "./outbox-unavailable.ts";
export type * from "./list-port.ts";
export type * from "./repair-port.ts";
export type * from "./retention-port.ts";
export { isolateErrors } from "./isolate-errors.ts";
export {
  findOptionFaults,
  flagOption,
  functionOption,
  listOption,
  numberFrom,
  objectOf,
  oneOfOptions,
  type OptionCheck,
  type OptionChecks,
  ifGiven,
  portOption,
  textOption,
  toOptionsError,
  wholeNumberFrom,
} from "./options.ts";

/** Electrum's API. It sends and reports. It does not classify responses, does not repeat requests, and never throws. */
export interface Electrum {
  /**
   * Sends one message and waits for its complete response, until `deadlineAt` at the latest. It always resolves. If the deadline
   * has passed, nothing is sent and the cause is `notSent`.
   *
   * @param client Electrum's id of the client whose credentials the message is sent under; the only client if absent
   */
  send(outgoing: OutgoingMessage, deadlineAt: Instant, client?: string): ResultAsync<HttpResponse, NoResponse>;

  /**
   * The number of the credentials that a client's messages are sent under now. It changes when other credentials are
   * configured, so that a halt of the old ones ends. Default: one number for ever.
   */
  credentialsNumber?(client?: string): number;

  /** Stops waiting: calls under way resolve with `stopped`, later calls with `notSent`. */
  close(): void;
}

/**
 * The transactional outbox: one record for each transaction, with what is due next. A state and the message that it owes are one
 * record, so neither exists without the other. Recovery, timers and the delivery of advices all claim from it.
 *
 * It can be implemented on SQLite in one process, and on a shared PostgreSQL with many workers. No method throws or rejects.
 */
export interface Outbox {
  /**
   * Stores one step, atomically. It is durable once this resolves: it survives a crash and a power loss. It checks in this
   * order: whether this very commit was written before (then it succeeds, and writes nothing), the version (`conflict`), the
   * exclusive key (`taken`). Other errors: `uncertain`, `unavailable`.
   *
   * A store behind a network repeats a commit whose end it does not know, under the same id, until it is answered. To `load` the record
   * meanwhile proves nothing: the store may still write it. It gives `uncertain` only if that takes too long.
   */
  commit(change: Change): ResultAsync<void, CommitError>;

  /** The stored record, or `undefined` if there is none. Error: `unavailable`. */
  load(id: Uuid): ResultAsync<StoredRecord | undefined, OutboxUnavailable>;

  /**
   * Leases records whose work is due to `worker`, oldest due first. A lease is advisory: until it ends, other workers do not
   * claim the record. It needs no renewal, since the version is the fence. A crash may lose a lease, but never a record.
   *
   * A lease or a postponement that has ended by the `now` of a claim that asks for its record is over for good: the record then
   * is due since `due.at`, also for a worker whose clock is behind. So is one that was made after that `now`, by a clock that was
   * ahead by more than {@link CLOCK_TOLERANCE_MS}. So is a lease of a worker whose process has ended.
   *
   * If the answer of a claim is lost, what it has leased is given back before the claim is repeated: nothing stays leased without a worker.
   */
  claim(request: ClaimRequest): ResultAsync<Claimed, OutboxUnavailable>;

  /**
   * The records that something is due on, and that were committed after `now` by more than {@link CLOCK_TOLERANCE_MS}: the clock was
   * ahead by then, and what they wait for may never come. Those of another process that lives are left out: it knows its clock.
   */
  findAhead(request: AheadRequest): ResultAsync<readonly StoredRecord[], OutboxUnavailable>;

  /**
   * Puts a due record off and gives its lease back: it cannot be claimed before `until`. It keeps its place in the order, which
   * goes by `due.at`. It makes no new version and no journal entry, and need not be durable: if it is lost, the work is done
   * sooner. If the version is no longer the stored one, nothing happens.
   *
   * Its `delivery` is journalled with the next commit of this process, and lost if that never comes. Of a long row of deliveries the
   * first {@link FIRST_DELIVERIES_KEPT} and the last {@link LAST_DELIVERIES_KEPT} are kept.
   */
  postpone(postponement: Postponement): ResultAsync<void, OutboxUnavailable>;

  /**
   * Makes postponed records of a queue due again, oldest first: those whose last postponement had the cause `noResponse`. A
   * response has shown that the queue's provider is reachable again. Those under a lease are left alone. The count of their
   * postponements stays as it is. Gives how many.
   */
  advance(request: Advance): ResultAsync<number, OutboxUnavailable>;

  /**
   * Gives leases of `worker` back: their records may be claimed at once, as if they had not been claimed. A worker gives all of
   * them back at its start, for a predecessor that crashed, and at its stop. It gives some back if it has claimed more than it
   * can do.
   */
  release(release: Release): ResultAsync<void, OutboxUnavailable>;

  /**
   * Compares the columns of a page of records, oldest first, with what their records say (the core's `columnsOf`), and corrects
   * those that differ: the record wins. A wrong column withholds an advice, or has retention delete what is open. It makes no
   * new version and no journal entry. A record that cannot be read needs attention; else it is left as it is.
   *
   * It corrects in one transaction with what it reads, so that it may be called by several workers, beside commits.
   */
  correctColumns(query: ListQuery): ResultAsync<CorrectedPage, OutboxUnavailable>;

  /**
   * The confirmations of a queue that are to be delivered, whether leased, postponed or not; `""` is the queue of records without one. A
   * confirmation is a record in the state `confirming` with an advice to deliver.
   */
  undelivered(queue: string): ResultAsync<Undelivered, OutboxUnavailable>;

  /**
   * A text of at least 32 random bytes that belongs to this store: every process gets the same, and another store has another. Exclusive keys
   * are hashed under it. A reader of the records may read it too.
   */
  secret(): ResultAsync<string, OutboxUnavailable>;

  /**
   * Calls `listener` soon after another process has committed something to the same store, or has ended: there may be work to claim.
   * It need not know what; a call too many does no harm. After a lost connection it calls once that is back, since it heard nothing
   * meanwhile. Gives what ends the watch. `close` ends it as well.
   */
  watch(listener: () => void): () => void;

  /** Finishes the calls under way, then closes. Later calls give `unavailable`, reason `closed`. */
  close(): ResultAsync<void, OutboxUnavailable>;
}

/** One step of one transaction, as data, so that an adapter can group or pipeline commits. */
export interface Change extends RecordColumns {
  readonly id: Uuid;
  /** The version that is replaced; 0 if the record must not exist yet. The stored version becomes one more. */
  readonly expectedVersion: number;
  /**
   * A random UUID that tells this commit from all others, even from another worker's with the same content. If the commit's end
   * is uncertain, it shows whether this commit was written. Without it, that cannot be known. A commit that is repeated with
   * the same id is written once, even if others came after it.
   */
  readonly commitId?: Uuid;
  /** The transaction, encoded by `encode`. */
  readonly record: string;
  /** The journal entry that led to this state, encoded by `encodeEntry`. It is appended to the record's journal. */
  readonly entry: string;
  readonly at: Instant;
  /**
   * At most one record holds a key. A text sets it, `null` clears it, absent leaves it as it is. A commit whose key another
   * record holds is `taken`.
   */
  readonly exclusiveKey?: string | null;
}

/** What a record is found by. All of it follows from the record: the core's `columnsOf` gives it. */
export interface RecordColumns {
  readonly kind: "provision" | "redemption" | "refund";
  /** The state's name, for operators and queries. */
  readonly state: string;
  /** The state is final: retention may redact and delete the record. */
  readonly final: boolean;
  /** An operator must look at it: it is disputed, or has reconciliation items. */
  readonly needsAttention: boolean;
  /** The customer has a voucher to get that was not handed over, or not printed as far as the till has said. */
  readonly toHandOver?: true;
  readonly due?: Due;
  /** What the record is claimed, listed and alerted by, beside its state. */
  readonly labels?: Labels;
}

/**
 * Columns beside the record. None holds a secret. Absent fields are unknown. They belong to the change: each change carries all of
 * them, and one without labels leaves its record without any. An empty queue or client is the same as none.
 */
export interface Labels {
  /** Which advices share a fate: one client's for one provider. Absent: all records without a queue share one. */
  readonly queue?: string;
  /** Electrum's id of the client that sent the request. A record without a client may be claimed by every worker. */
  readonly client?: string;
  readonly terminal?: string;
  /** What the transaction is worth, as requested or approved. */
  readonly amount?: LedgerAmount;
  /** A reference of the caller's, such as an order number or a trace context. Never sent. */
  readonly correlation?: string;
}

/** What is due next on a transaction. */
export interface Due {
  readonly at: Instant;
  readonly work: Work;
  /** For operators: the operation to send, or the timer that runs. */
  readonly description: string;
}

/** `replyDeadline`: a response is awaited until then · `timer`: for the next attempt or a decision · `advice`: to deliver. */
export type Work = "replyDeadline" | "timer" | "advice";

export interface StoredRecord {
  readonly id: Uuid;
  readonly version: number;
  /** The `commitId` of the commit that wrote this version, if it had one. */
  readonly commitId?: Uuid;
  readonly record: string;
  readonly due?: Due;
  /** The `at` of the change that wrote this version. */
  readonly committedAt: Instant;
  /**
   * How long ago it was committed, in milliseconds, by a clock that cannot be set. `load`, `claim` and `findAhead` give it, unless the
   * store cannot know, since the machine was started after that.
   */
  readonly waitedMs?: number;
  readonly queue?: string;
  readonly client?: string;
}

export interface ClaimRequest {
  /** Tells the workers on this outbox apart. Workers of other processes are others, whatever their name. */
  readonly worker: string;
  readonly work: readonly Work[];
  /** Only records of these clients, and those without a client: a worker has credentials for some clients only. Default: all. */
  readonly clients?: readonly string[];
  /** Not records of these clients: their credentials are refused. */
  readonly exceptClients?: readonly string[];
  /** Only these queues; `""` is the one of records without a queue. Default: all. */
  readonly queues?: readonly string[];
  /** Not these queues. */
  readonly exceptQueues?: readonly string[];
  /** `first`: only records that were never postponed since their last commit; `repeat`: only the others. Default: both. */
  readonly deliveries?: "first" | "repeat";
  /** Only records that are due since then, or later. */
  readonly dueSince?: Instant;
  /** Only records that are due since before then. */
  readonly dueBefore?: Instant;
  /**
   * Work on a record that another process committed, and that lives, is due so much later: its owner does it by itself. Default 0.
   */
  readonly ownerGraceMs?: number;
  /** Not these records: this process is at work on them already. */
  readonly except?: readonly Uuid[];
  readonly now: Instant;
  /** When the leases end. */
  readonly until: Instant;
  readonly limit: number;
}

export interface Claimed {
  /**
   * Oldest `due.at` first within a queue, postponed or not. Queues take turns: of all queues that have a record to give, each
   * gives its first before any gives its second.
   */
  readonly records: readonly ClaimedRecord[];
  /**
   * When the next record that the request asks for is due or its lease ends; absent if none waits. A moment that has passed
   * asks the caller to claim again at once: there may be more, whether this claim gave any or not.
   */
  readonly nextDueAt?: Instant;
}

export interface ClaimedRecord extends StoredRecord {
  readonly due: Due;
  /** How often the record was postponed since its last commit. */
  readonly postponed: number;
}

/** How far a clock may be set back, or the clocks of two processes may differ, before it is taken for wrong. */
export const CLOCK_TOLERANCE_MS = 10_000;

export interface AheadRequest {
  /** Only records of these clients, and those without a client. Default: all. */
  readonly clients?: readonly string[];
  readonly now: Instant;
  readonly limit: number;
}

export interface Postponement {
  readonly id: Uuid;
  readonly version: number;
  /** When it is postponed. */
  readonly at: Instant;
  readonly until: Instant;
  /** For operators. It must not hold a secret. */
  readonly reason: string;
  /** `noResponse`: no response came, so an earlier repeat may be worth it; see `advance`. `halted`: the credentials are refused. */
  readonly cause?: "noResponse" | "halted";
  /** The delivery that led to it, for the journal, encoded by `encodeEntry`. It must not hold a secret. */
  readonly delivery?: string;
}

/** Of each transaction: they show when the trouble began, and how. */
export const FIRST_DELIVERIES_KEPT = 20;

/** Of each transaction: about an hour, if a delivery is repeated every two minutes. */
export const LAST_DELIVERIES_KEPT = 30;

export interface Advance {
  /** `""` is the queue of records without one. */
  readonly queue: string;
  readonly now: Instant;
  readonly limit: number;
}

export interface Release {
  readonly worker: string;
  /**
   * The records whose leases are given back, each only if the stored version is still the one that was claimed. Default: every
   * record that the worker has leased.
   */
  readonly records?: readonly Pick<StoredRecord, "id" | "version">[];
}

export type CommitError = OutboxUnavailable | CommitConflict | CommitUncertain | KeyTaken;

/** Another record holds the change's exclusive key: nothing was written. Only a commit that first acquires a key can be taken. */
export interface KeyTaken {
  readonly type: "taken";
  readonly holder: StoredRecord;
}

/** Another writer was first: nothing was written. */
export interface CommitConflict {
  readonly type: "conflict";
  /** The stored record; absent if there is none. */
  readonly winner?: StoredRecord;
}

/** It may or may not have been written: load the record and compare its `commitId`. */
export interface CommitUncertain {
  readonly type: "uncertain";
  readonly detail: string;
}

/** What operators and their tools need of the store. It is apart from `Outbox`, since the protocol does not need it. */
export interface OutboxInspection extends OutboxRetention {
  /** Counts by state, and what is due and what waits at `now`. Its cost does not grow with the finished transactions. */
  summary(now: Instant): ResultAsync<OutboxSummary, OutboxUnavailable>;
  /** A page of records, oldest first. The next page passes over none that was being committed when this one was read. */
  list(query: ListQuery): ResultAsync<ListPage, OutboxUnavailable>;
  /** Every entry of the record's journal, oldest first. A delivery stands where it was made known to the store. */
  journal(id: Uuid): ResultAsync<readonly string[], OutboxUnavailable>;
  /**
   * The faults that the store finds in itself; empty if it is sound. It reads everything: each record and entry must be what its checksum
   * says, and each journal must replay to its record. A record that cannot be read needs attention from then on.
   */
  check(): ResultAsync<readonly string[], OutboxUnavailable>;
  /**
   * Rebuilds a damaged record from its journal, by the core's `planRepair`: a commit like any other. Refused if the journal does not prove
   * what the record was.
   */
  repair(request: RepairRequest): ResultAsync<void, CommitError | RepairRefused>;
}

export interface OutboxSummary {
  readonly states: Readonly<Record<string, number>>;
  readonly needsAttention: number;
  /** Work whose time has come, whether or not it is leased or postponed: a response that is overdue, an advice that is owed. */
  readonly due: Readonly<Record<Work, Pending>>;
  /** Work whose time has not come. */
  readonly waiting: Readonly<Record<Work, Pending>>;
  /**
   * How many advices wait because the credentials were refused: those whose last postponement had the cause `halted`, until they
   * are postponed for another, committed, or released by the worker that claimed them.
   */
  readonly halted: number;
  /** When the work that is due or waits for longest is due. */
  readonly oldestDueAt?: Instant;
}

export interface ListPage {
  readonly records: readonly ListedRecord[];
  /** Give it as `after` for the next page; absent on the last one. */
  readonly next?: Uuid;
}

export interface ListedRecord extends StoredRecord {
  readonly kind: Change["kind"];
  readonly state: string;
  readonly needsAttention: boolean;
  readonly terminal?: string;
  readonly amount?: LedgerAmount;
  readonly correlation?: string;
}
