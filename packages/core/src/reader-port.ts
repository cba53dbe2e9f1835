import type { ResultAsync } from "neverthrow";
import type { Uuid } from "./messages/uuid.ts";
import type { OutboxUnavailable } from "./outbox-unavailable.ts";
import type { Outbox, OutboxInspection } from "./ports.ts";
import type { Instant } from "./time.ts";

/**
 * An outbox that was opened to be looked at, beside the tills that work with it. It creates nothing, changes nothing, leases nothing, and
 * takes no lock that a till waits for. No method throws or rejects.
 */
export interface OutboxReader
  extends Pick<Outbox, "load" | "close">,
    Pick<OutboxInspection, "summary" | "list" | "journal"> {
  /** The ids that begin with `prefix`, in order. */
  findIds(prefix: string, limit: number): ResultAsync<readonly Uuid[], OutboxUnavailable>;
  /**
   * How the work on records that are due has gone so far, as far as the store knows: those of the ids that have been postponed or leased
   * since their last commit. A store may forget it.
   */
  attempts(ids: readonly Uuid[]): ResultAsync<readonly WorkAttempts[], OutboxUnavailable>;
  /** How many processes have the outbox open to work with it. One that cannot be told to be dead counts. */
  countOthers(): ResultAsync<number, OutboxUnavailable>;
}

/** How the work on a record has gone since its last commit. */
export interface WorkAttempts {
  readonly id: Uuid;
  /** How often the record was postponed. */
  readonly postponed: number;
  /** Why it was last postponed, in words of the forwarder's. */
  readonly reason?: string;
  /** It is not claimed before then. */
  readonly notBefore?: Instant;
  /** A worker has it at the moment. */
  readonly isLeased: boolean;
}
