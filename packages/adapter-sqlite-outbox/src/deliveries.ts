// The journal of deliveries that settled nothing: what went out when, and what came back.
//
// Rules
// 1. They are worth no fsync: they wait in memory, and are written with the next commit of this process. A crash loses those that wait.
// 2. No commit fails because of them. If one fails that may have brought some along, all are given up, and it is tried again.
// 3. Of each transaction the first and the last are kept. What waits, and what one commit brings along, is bounded as well.
// 4. They are in a table of their own, so that the journal keeps one entry for each version.

import type { Uuid } from "@electrum-vouchers/core";
import { FIRST_DELIVERIES_KEPT, LAST_DELIVERIES_KEPT, type Postponement } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";

export interface Deliveries {
  /** Has those of these postponements written some time. */
  add(postponements: readonly Postponement[]): void;
  /** Writes some of those that wait, within the transaction that is open. Call `forgetWritten` once it has committed. */
  write(): void;
  /** Writes all that wait, within the transaction that is open. */
  writeAll(): void;
  /** Those that were written last are stored. */
  forgetWritten(): void;
  /** Whether any wait. */
  areWaiting(): boolean;
  /** None of those that wait is ever written. */
  giveUp(): void;
}

/** About 300 kB. Beyond that the oldest are given up: a till that commits nothing for so long has other troubles. */
const MAX_WAITING = 1_000;

/** They take a commit about as long as one change does. */
const MAX_PER_COMMIT = 20;

interface WaitingDelivery {
  readonly id: Uuid;
  readonly version: number;
  readonly delivery: string;
}

export function createDeliveries(database: Database): Deliveries {
  const insert = database.prepare<
    [version: number, entry: string, id: Uuid, version: number],
    { readonly row_id: number; readonly number: number }
  >(
    `INSERT INTO deliveries (row_id, number, version, entry)
     SELECT row_id, (SELECT ifnull(max(number), 0) + 1 FROM deliveries WHERE row_id = transactions.row_id), ?, ?
     FROM transactions WHERE id = ? AND version >= ?
     RETURNING row_id, number`,
  );
  const remove = database.prepare<[rowId: number, number: number]>(
    "DELETE FROM deliveries WHERE row_id = ? AND number = ?",
  );
  let waiting: readonly WaitingDelivery[] = [];
  let written = 0;

  function writeSome(due: readonly WaitingDelivery[]): void {
    written = due.length;
    for (const { id, version, delivery } of due) {
      const stored = insert.get(version, delivery, id, version);
      const superseded = (stored?.number ?? 0) - LAST_DELIVERIES_KEPT;
      if (stored !== undefined && superseded > FIRST_DELIVERIES_KEPT) remove.run(stored.row_id, superseded);
    }
  }

  return {
    add: (postponements) => {
      const added = postponements.flatMap(({ id, version, delivery }) =>
        delivery === undefined ? [] : [{ id, version, delivery }],
      );
      if (added.length > 0) waiting = [...waiting, ...added].slice(-MAX_WAITING);
    },
    write: () => {
      if (waiting.length > 0) writeSome(waiting.slice(0, MAX_PER_COMMIT));
    },
    writeAll: () => writeSome(waiting),
    forgetWritten: () => {
      if (written > 0) waiting = waiting.slice(written);
      written = 0;
    },
    areWaiting: () => waiting.length > 0,
    giveUp: () => {
      waiting = [];
    },
  };
}
