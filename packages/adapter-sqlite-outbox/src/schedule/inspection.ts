import type { Database } from "better-sqlite3";
import { BOUND_LIST } from "../rows.ts";
import { FIRST_PLACE, type PlaceInDue, type StoredRows } from "../stored-rows.ts";

/** The look into the schedule. */
export interface ScheduleInspection {
  countHalted(): number;
  /** Within the transaction that is open. */
  check(): readonly string[];
}

interface ScheduledRow {
  readonly row_id: number;
  readonly version: number;
}

/** How many transactions are read at once. */
const PAGE = 1_000;

/** Enough to show what is wrong, however much of it there is. */
const MAX_FAULTS = 100;

export function createScheduleInspection(
  database: Database,
  stored: StoredRows,
  refresh: (rowIds: readonly number[]) => void,
): ScheduleInspection {
  const position = database.prepare<[], number>("SELECT position FROM progress").pluck();
  const halted = database
    .prepare<[], number>(
      `SELECT count(*) FROM partitions CROSS JOIN schedule USING (partition_id) WHERE work = 'advice' AND cause = 'halted'`,
    )
    .pluck();
  const haltedAmong = database.prepare<[rowIds: string], ScheduledRow>(
    `SELECT row_id, version FROM ${BOUND_LIST} CROSS JOIN schedule ON schedule.row_id = value
     CROSS JOIN partitions USING (partition_id)
     WHERE work = 'advice' AND cause = 'halted'`,
  );
  const damage = database.prepare<[], string>(`PRAGMA integrity_check(${MAX_FAULTS})`).pluck();
  const among = database.prepare<[rowIds: string], ScheduledRow>(
    `SELECT row_id, version FROM ${BOUND_LIST} CROSS JOIN schedule ON schedule.row_id = value`,
  );
  const after = database.prepare<[rowId: number, limit: number], ScheduledRow>(
    "SELECT row_id, version FROM schedule WHERE row_id > ? ORDER BY row_id LIMIT ?",
  );

  /** Those that were committed since the schedule was last brought up to date. */
  function countPast(): number {
    const { rows } = stored.committedAfter(position.get() ?? 0, PAGE);
    const now = new Map(rows.map((row) => [row.row_id, row]));
    const before = haltedAmong.all(JSON.stringify([...now.keys()]));
    return before.filter(({ row_id, version }) => now.get(row_id)?.version !== version).length;
  }

  function* missing(): Generator<string> {
    let page: readonly PlaceInDue[] = [];
    let place: PlaceInDue | undefined = FIRST_PLACE;
    while (place !== undefined) {
      page = stored.dueAfter(place, PAGE);
      const rowIds = page.map(({ row_id }) => row_id);
      const versions = new Map(among.all(JSON.stringify(rowIds)).map(({ row_id, version }) => [row_id, version]));
      for (const { row_id, version } of stored.dueOf(rowIds))
        if (versions.get(row_id) !== version) yield `the schedule does not know version ${version} of row ${row_id}`;
      place = page.at(-1);
    }
  }

  /** Rows of what is no longer due. They do no harm: a claim that chooses one passes it over. */
  function removeUnfounded(): void {
    let page = after.all(0, PAGE);
    while (page.length > 0) {
      refresh(page.map(({ row_id }) => row_id));
      page = after.all(page.at(-1)?.row_id ?? Number.MAX_SAFE_INTEGER, PAGE);
    }
  }

  return {
    countHalted: () => Math.max((halted.get() ?? 0) - countPast(), 0),
    check: () => {
      const damaged = damage.all().filter((text) => text !== "ok");
      const faults = damaged.length > 0 ? damaged : [...missing()];
      if (faults.length === 0) removeUnfounded();
      return faults.slice(0, MAX_FAULTS);
    },
  };
}
