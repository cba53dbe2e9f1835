import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";

/** A place that an outbox keeps its records in: a file, a database. */
export interface OutboxStore {
  /** Opens it; several times, where several processes may. */
  open(): Promise<Outbox & OutboxInspection>;
  /** Closes whatever is still open and removes the store. */
  remove(): Promise<void>;
}
