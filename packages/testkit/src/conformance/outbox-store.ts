import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";

/** A place that an outbox keeps its records in: a file, a database. */
export interface OutboxStore {
  /** Opens it; several times, where several processes may. */
  open(): Promise<Outbox & OutboxInspection>;
  /** What may happen to the store beneath those who have it open, as far as the test can make it happen. Default: nothing. */
  readonly disturb?: StoreDisturbances;
  /** Starts a process of its own that opens the store, calls `holdUntilKilled`, and says when that has resolved. */
  startHolder?(): Promise<HoldingProcess>;
  /** Closes whatever is still open and removes the store. */
  remove(): Promise<void>;
}

/** Each may be called while calls are under way. None of them may lose what was committed. */
export interface StoreDisturbances {
  /** Cuts every connection to the store. New ones may be made. */
  cut?(): Promise<void>;
  /** Ends the store at once, without notice, and has it start again. */
  crash?(): Promise<void>;
  /** Ends the store at once. It is away until `restore`. */
  suspend?(): Promise<void>;
  restore?(): Promise<void>;
}

export interface HoldingProcess {
  /** Kills it (SIGKILL), and resolves when it has ended. */
  kill(): Promise<void>;
}
