import type { ResultAsync } from "neverthrow";
import type { HttpResponse, NoResponse } from "./responses/http-response.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { OutgoingMessage } from "./messages/operations.ts";
import type { LedgerAmount } from "./messages/amounts.ts";
import type { Instant } from "./time.ts";

export { isolateErrors } from "./isolate-errors.ts";

/** Electrum's API. It sends and reports; it classifies nothing, repeats nothing and never throws. */
export interface Electrum {
  /**
   * Sends one message and waits for its complete answer, until `deadlineAt` at the latest. Resolves always.
   * Refuses to send (`notSent`) once the deadline has passed.
   *
   * @param client Electrum's id of the client whose credentials the message is sent under; the only client if absent
   */
  send(outgoing: OutgoingMessage, deadlineAt: Instant, client?: string): ResultAsync<HttpResponse, NoResponse>;

  /**
   * The number of the credentials that a client's messages are sent under now. It changes when other credentials are
   * configured, so that a halt of the old ones ends. Default: one number for ever.
   */
  credentialsNumber?(client?: string): number;

  /** Stops waiting: whatever is under way resolves as `stopped`, whatever comes later as `notSent`. */
  close(): void;
}

/**
 * The transactional outbox: one record a transaction, with what is due next. A state and the message it owes are one record,
 * so neither exists without the other; recovery, timers and forwarding are one claim loop.
 *
 * Implementable on SQLite in one process and on a shared PostgreSQL with many workers.
 */
export interface Outbox {
  /** Durable once it resolves: it survives a crash and a loss of power. */
  commit(change: Change): ResultAsync<void, CommitError>;

  load(id: Uuid): ResultAsync<StoredRecord | undefined, OutboxUnavailable>;

  /**
   * Leases records whose work is due to `worker`, oldest due first. A lease is advisory: it keeps others away until
   * `until` and needs no renewal, since the version is the fence. It may be lost in a crash, never the record.
   */
  claim(request: ClaimRequest): ResultAsync<Claimed, OutboxUnavailable>;

  /**
   * Puts a due record off, giving its lease back: it cannot be claimed before `until`. It keeps its place in the order, which
   * goes by `due.at`. No new version, no journal entry, no durability: if it is forgotten, the
   * work is done sooner. Nothing happens where the version is no longer the stored one.
   */
  postpone(postponement: Postponement): ResultAsync<void, OutboxUnavailable>;

  /**
   * Makes postponed records of a queue due again, oldest first: those whose last postponement had the cause `noResponse`. An
   * answer has shown that the queue's provider is reachable again. Gives how many.
   */
  advance(request: Advance): ResultAsync<number, OutboxUnavailable>;

  /**
   * Gives leases of `worker` back: what they kept may be claimed at once, as if it had not been claimed. All of them at its start,
   * for a former self that crashed, and at its stop; some where it has claimed more than it can do.
   */
  release(release: Release): ResultAsync<void, OutboxUnavailable>;

  /** Finishes what is under way and closes. Calls after this give `unavailable`. */
  close(): ResultAsync<void, OutboxUnavailable>;
}

/** One step of one transaction, as data, so that an adapter can group or pipeline commits. */
export interface Change {
  readonly id: Uuid;
  /** The version that is replaced; 0 where the record must not exist yet. The stored version becomes one more. */
  readonly expectedVersion: number;
  /**
   * Tells this commit from all others, also from another worker's that stores the very same: where its end is uncertain, whether
   * it was this one that was written. A random UUID. Without it, nobody can know.
   */
  readonly commitId?: Uuid;
  readonly kind: "provision" | "redemption";
  /** The state's name, for whoever looks into the store. */
  readonly state: string;
  /** Nothing more can happen: retention may scrub and remove it. */
  readonly final: boolean;
  /** A person must look at it: disputed, or marked for reconciliation. */
  readonly needsAttention: boolean;
  /** The transaction as `encode` gave it. */
  readonly record: string;
  /** What led here, as `encodeEntry` gave it; appended to the record's journal. */
  readonly entry: string;
  readonly due?: Due;
  readonly at: Instant;
  /** What the record is claimed, listed and alerted by, beside its state. */
  readonly labels?: Labels;
  /**
   * At most one record holds a key. A text sets it, `null` clears it, absent leaves it as it is. A commit whose key another
   * record holds is `taken`.
   */
  readonly exclusiveKey?: string | null;
}

/** Columns beside the record. None holds a secret. Absent fields are unknown. */
export interface Labels {
  /** Which advices share a fate: one client's for one provider. Absent: all records without a queue share one. */
  readonly queue?: string;
  /** Electrum's id of the client that sent the request. A record without a client may be claimed by every worker. */
  readonly client?: string;
  /** The worker that committed it. */
  readonly owner?: string;
  readonly terminal?: string;
  /** What the transaction is worth, as requested or approved. */
  readonly amount?: LedgerAmount;
  /** A reference of the caller's, such as an order number. Never sent. */
  readonly correlation?: string;
}

/** What is due next on a transaction. */
export interface Due {
  readonly at: Instant;
  readonly work: Work;
  /** For people: the operation that waits to be sent, or the timer that runs. */
  readonly description: string;
}

/** `replyDeadline`: an answer is awaited until then · `timer`: the next attempt or a decision · `advice`: a message to deliver. */
export type Work = "replyDeadline" | "timer" | "advice";

export interface StoredRecord {
  readonly id: Uuid;
  readonly version: number;
  /** Of the commit that wrote this version, where that had one. */
  readonly commitId?: Uuid;
  readonly record: string;
  readonly due?: Due;
  readonly queue?: string;
  readonly client?: string;
}

export interface ClaimRequest {
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
  readonly now: Instant;
  /** When the lease ends. */
  readonly until: Instant;
  readonly limit: number;
}

export interface Claimed {
  /**
   * Oldest `due.at` first within a queue, postponed or not. Queues take turns: of all queues that have a record to give, each
   * gives its first before any gives its second.
   */
  readonly records: readonly ClaimedRecord[];
  /** When the next record that the request asks for is due or its lease ends; absent if nothing waits. */
  readonly nextDueAt?: Instant;
}

export interface ClaimedRecord extends StoredRecord {
  readonly due: Due;
  /** How often it was postponed since its last commit. */
  readonly postponed: number;
}

export interface Postponement {
  readonly id: Uuid;
  readonly version: number;
  readonly until: Instant;
  /** For the operator who looks into the store; never a secret. */
  readonly reason: string;
  /** `noResponse`: nothing was heard, so it may be worth an earlier try; see `advance`. `halted`: the credentials are refused. */
  readonly cause?: "noResponse" | "halted";
}

export interface Advance {
  readonly queue: string;
  readonly now: Instant;
  readonly limit: number;
}

export interface Release {
  readonly worker: string;
  /**
   * The records whose leases are given back, each only while the stored version is still the one that was claimed. Default: all
   * that the worker has a lease of.
   */
  readonly records?: readonly Pick<StoredRecord, "id" | "version">[];
}

export type CommitError = OutboxUnavailable | CommitConflict | CommitUncertain | KeyTaken;

/** Another record holds the change's exclusive key: nothing was written. Only a commit that first acquires a key can be taken. */
export interface KeyTaken {
  readonly type: "taken";
  readonly holder: StoredRecord;
}

/** Nothing was written. */
export interface OutboxUnavailable {
  readonly type: "unavailable";
  readonly reason: "busy" | "full" | "readOnly" | "corrupt" | "closed" | "failed";
  /** For people: what the store said. */
  readonly detail: string;
}

/** Another writer was first: nothing was written. */
export interface CommitConflict {
  readonly type: "conflict";
  /** The record that won; absent where the expected one does not exist at all. */
  readonly winner?: StoredRecord;
}

/** It may or may not have been written: load the record and compare its `commitId`. */
export interface CommitUncertain {
  readonly type: "uncertain";
  readonly detail: string;
}

/** A look into the store for people and their tools. Apart from `Outbox`: nothing in the protocol needs it. */
export interface OutboxInspection {
  /** Counts by state, and what waits; without a scan of the finished. */
  summary(): ResultAsync<OutboxSummary, OutboxUnavailable>;
  /** A page of records, oldest first. */
  list(query: ListQuery): ResultAsync<ListPage, OutboxUnavailable>;
  /** Every entry that led to the record, oldest first. */
  journal(id: Uuid): ResultAsync<readonly string[], OutboxUnavailable>;
  /** Scrubs or removes finished transactions, a bounded number at a time; says how many, so that a caller can go on until none. */
  applyRetention(
    request: RetentionRequest,
  ): ResultAsync<{ readonly redacted: number; readonly deleted: number }, OutboxUnavailable>;
  /** What the store finds wrong with itself; nothing where it is sound. */
  check(): ResultAsync<readonly string[], OutboxUnavailable>;
}

export interface OutboxSummary {
  readonly states: Readonly<Record<string, number>>;
  readonly needsAttention: number;
  readonly due: Readonly<Record<Work, number>>;
  /** How many advices wait because the credentials were refused. */
  readonly halted: number;
  readonly oldestDueAt?: Instant;
}

export interface ListQuery {
  readonly only?: "unfinished" | "needsAttention";
  /** The last id of the page before. */
  readonly after?: Uuid;
  readonly limit: number;
}

export interface ListPage {
  readonly records: readonly (StoredRecord & { readonly kind: Change["kind"]; readonly state: string })[];
  /** Give it as `after` for the next page; absent on the last one. */
  readonly next?: Uuid;
}

export interface RetentionRequest {
  /** Secrets of transactions finished before this are scrubbed by `redact`. */
  readonly redactBefore: Instant;
  /** Transactions finished before this are removed. */
  readonly deleteBefore: Instant;
  readonly limit: number;
  /** `redactRecord` and `redactStoredEntry` of the core. */
  readonly redact: { record(record: string): string; entry(entry: string): string };
}
