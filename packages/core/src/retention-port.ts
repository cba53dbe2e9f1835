import type { Result, ResultAsync } from "neverthrow";
import type { Uuid } from "./messages/uuid.ts";
import type { OutboxUnavailable } from "./outbox-unavailable.ts";
import type { Instant } from "./time.ts";

// Retention: what is finished loses its secrets after a time, and is gone after a longer one.
//
// Rules
// 1. The record decides, and no column beside it: what is unfinished, what owes an advice, and what cannot be read is left as it is.
// 2. What needs attention is redacted only after a later bound of its own, and never deleted.
// 3. A run is made of small steps, so that no commit waits long for one. One process runs it at a time.
// 4. A run moves the bounds on by a little. If the clock is far ahead of the last run, nothing is done until an operator says so:
//    redaction and deletion cannot be undone.
// 5. What is said to be erased is in no byte of the store any more.

/** The part of an outbox that erases. */
export interface OutboxRetention {
  /** Begins a run, unless another process began one lately, or the clock is too far ahead of the last one. It is durable. */
  beginRetention(request: BeginRetention): ResultAsync<RetentionBeginning, OutboxUnavailable>;
  /**
   * Redacts and deletes finished transactions, the oldest first: one step of a run, which goes on with `next` until there is none.
   * It may be called without a run, by a program that looks after its bounds itself.
   */
  applyRetention(request: RetentionRequest): ResultAsync<RetentionResult, OutboxUnavailable>;
}

export interface BeginRetention {
  readonly now: Instant;
  /** How long after a run the next one may begin. */
  readonly intervalMs: number;
  /** A store that had no run yet is taken to be kept up to when its oldest finished transaction was so old. */
  readonly redactAfterMs: number;
  /** By how much the bounds may move on, or back. Absent: by any step, since an operator has looked at the clock. */
  readonly maxStepMs?: number;
}

export type RetentionBeginning =
  | { readonly type: "begun" }
  /** Another process, or this one, began a run lately. */
  | { readonly type: "notDue"; readonly dueAt: Instant }
  /** The bounds would move on by more than `maxStepMs`: `stepMs`, which is negative if they would move back. */
  | { readonly type: "stepTooLarge"; readonly stepMs: number };

export interface RetentionRequest {
  /** Transactions that finished before this are redacted. */
  readonly redactBefore: Instant;
  /** Transactions that need attention are redacted if they finished before this. */
  readonly redactUnsettledBefore: Instant;
  /** Transactions that finished before this, and that need no attention, are deleted. */
  readonly deleteBefore: Instant;
  /** The `next` of the step before. */
  readonly after?: RetentionCursor;
  /** How many transactions are looked at in one step. */
  readonly limit: number;
  /** The core's `createRetentionRules()`. */
  readonly rules: RetentionRules;
}

/** Where a step has ended. */
export interface RetentionCursor {
  readonly finishedAt: Instant;
  /** The store's own number of the transaction. */
  readonly row: number;
}

export interface RetentionResult {
  readonly redacted: number;
  /** How many of the redacted ones needed attention. */
  readonly redactedUnsettled: number;
  readonly deleted: number;
  /** How many are old enough and were left, since they need attention. */
  readonly left: number;
  /** Those that could not be redacted or deleted: a record or an entry cannot be read, or is not what the store says of it. */
  readonly failed: readonly Uuid[];
  /**
   * Nothing that was redacted or deleted so far, in this step or before, is in the store any more, in no file of it. False while there
   * is a `next`, and as long as a reader keeps what it reads.
   */
  readonly isErased: boolean;
  /** Absent if there are no more. */
  readonly next?: RetentionCursor;
}

/** What retention must know of what is stored, and the store does not. */
export interface RetentionRules {
  /** `open`: unfinished, or it owes an advice · `unsettled`: it needs attention. By the record alone. */
  standing(record: string): Result<"open" | "unsettled" | "settled", unknown>;
  /** The record and all its entries without their secrets, or an error if one of them cannot be redacted. */
  redact(stored: StoredTexts): Result<StoredTexts, unknown>;
}

/** What is stored of one transaction: its record, and the entries of its journal, oldest first. */
export interface StoredTexts {
  readonly record: string;
  readonly entries: readonly string[];
}
