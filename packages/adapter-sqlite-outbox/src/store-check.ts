// The whole check of an outbox: SQLite's own, the tables among themselves, the second file, and every record.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import type { ColumnCheck } from "./column-check.ts";
import type { Connections } from "./connection.ts";
import { outboxClosed, trySqlite } from "./errors.ts";
import { type Inspection, MAX_STORE_FAULTS } from "./inspection.ts";
import { createRecordCheck } from "./record-check.ts";

/** Gives what is wrong. What is damaged needs attention from then on, if that can be written. */
export function createStoreCheck(
  { durable, schedule, files }: Pick<Connections, "durable" | "schedule" | "files">,
  inspection: Pick<Inspection, "check">,
  columnCheck: Pick<ColumnCheck, "correctRows">,
): () => Promise<Result<readonly string[], OutboxUnavailable>> {
  const checkRecords = createRecordCheck(durable);

  /** Reads every record, a page in each turn of the event loop. */
  async function checkAllRecords(): Promise<Result<readonly string[], OutboxUnavailable>> {
    const faults: string[] = [];
    const pages = checkRecords();
    for (;;) {
      const page = durable.open ? trySqlite(() => pages.next()) : err(outboxClosed);
      if (page.isErr()) return err(page.error);
      if (page.value.done === true || faults.length >= MAX_STORE_FAULTS) return ok(faults.slice(0, MAX_STORE_FAULTS));
      faults.push(...page.value.value.faults);
      columnCheck.correctRows(page.value.value.damaged).unwrapOr(undefined);
      await nextTurn();
    }
  }

  return async () => {
    const tables = trySqlite(() => checkBoth(inspection, schedule));
    if (tables.isErr()) return err(tables.error);
    const records = await checkAllRecords();
    // In a damaged file it is known already that something cannot be read.
    if (records.isErr() && tables.value.length === 0) return records;
    return ok([...tables.value, ...records.unwrapOr([]), ...files.findExposure()]);
  };
}

/**
 * What is wrong with the first file; if nothing is, what is wrong with the second, which then is thrown away. A second file that
 * cannot be written now is not checked: nothing in it is needed, and it is compared with the first when it is next opened.
 */
function checkBoth(inspection: Pick<Inspection, "check">, schedule: Connections["schedule"]): readonly string[] {
  const faults = inspection.check();
  if (faults.length > 0) return faults;
  const faultsOfSchedule = trySqlite(() => schedule.use(({ check }) => check())).unwrapOr([]);
  if (faultsOfSchedule.length > 0) schedule.discard();
  return faultsOfSchedule;
}
