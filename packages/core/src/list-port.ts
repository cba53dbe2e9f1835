import type { Uuid } from "./messages/uuid.ts";
import type { Instant } from "./time.ts";

/** Which records of a store, page by page. Each condition narrows the list. An absent one is met by all. */
export interface ListQuery {
  /** `toHandOver`: the customer has a voucher to get that was not handed over, or not printed. */
  readonly only?: "unfinished" | "needsAttention" | "toHandOver";
  readonly kind?: "provision" | "redemption" | "refund";
  readonly state?: string;
  /** `""` is those without one. */
  readonly queue?: string;
  /** `""` is those without one. */
  readonly client?: string;
  readonly terminal?: string;
  readonly correlation?: string;
  /** Something is due by then. */
  readonly dueBy?: Instant;
  /** The last commit was before then: the record has been in its state at least since. */
  readonly committedBefore?: Instant;
  /** The last commit was then, or later. */
  readonly committedSince?: Instant;
  /** The `next` of the page before. */
  readonly after?: Uuid;
  readonly limit: number;
}

export interface CorrectedPage {
  /** Which were corrected: those of this page, and those that retention has corrected since the last call. */
  readonly corrected: readonly CorrectedRecord[];
  /** Which of this page cannot be read, and need attention from now on. They are reported once. */
  readonly damaged: readonly Uuid[];
  /** Give it as `after` for the next page; absent on the last one. */
  readonly next?: Uuid;
}

export interface CorrectedRecord {
  readonly id: Uuid;
  /** The names of the columns that contradicted the record, as the store has them. For operators. */
  readonly columns: readonly string[];
}

/** Transactions, and what they are worth. */
export interface Pending {
  readonly count: number;
  /** Minor units by currency. Those without an amount add nothing. */
  readonly amounts: Readonly<Record<string, number>>;
}

/** What of a queue is to be delivered. */
export interface Undelivered extends Pending {
  /** When the oldest of it was, or will be, due; absent if there is none. */
  readonly oldestDueAt?: Instant;
}
