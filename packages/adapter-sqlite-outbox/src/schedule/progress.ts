import type { Instant } from "@electrum-vouchers/core";
import Database from "better-sqlite3";
import type { PlaceInDue } from "../stored-rows.ts";

/** How far the schedule has followed the first file, within the transaction that is open. */
export interface ScheduleProgress {
  read(): Progress;
  /** Forgets everything. What is committed after this position is to be copied, and all that is due before it. */
  startAnew(position: number): void;
  setPosition(position: number): void;
  /** Up to where all due transactions have been compared; nothing if that is the end. */
  setCompared(place: PlaceInDue | undefined): void;
  complete(): void;
}

export interface Progress {
  /** The position of the last commit that was copied; nothing in a new file. */
  readonly position?: number;
  /** Everything that was due when it was started anew is there. */
  readonly isComplete: boolean;
  readonly compared?: PlaceInDue;
}

interface ProgressRow {
  readonly position: number | null;
  readonly is_complete: 0 | 1;
  readonly compared_work: string | null;
  readonly compared_due_at: Instant | null;
  readonly compared_row_id: number | null;
}

export function createScheduleProgress(database: Database.Database): ScheduleProgress {
  const progress = database.prepare<[], ProgressRow>(
    "SELECT position, is_complete, compared_work, compared_due_at, compared_row_id FROM progress",
  );
  const setPosition = database.prepare<[position: number]>("UPDATE progress SET position = ?");
  const setCompared = database.prepare<[work: string | null, at: Instant | null, rowId: number | null]>(
    "UPDATE progress SET compared_work = ?, compared_due_at = ?, compared_row_id = ?",
  );
  const complete = database.prepare("UPDATE progress SET is_complete = 1");
  const startAnew = database.prepare<[position: number]>(
    "UPDATE progress SET position = ?, is_complete = 0, compared_work = '', compared_due_at = 0, compared_row_id = 0",
  );
  const clear = [database.prepare("DELETE FROM schedule"), database.prepare("DELETE FROM partitions")];

  return {
    read: () => {
      const row = progress.get();
      if (row === undefined) throw new Database.SqliteError("the schedule has lost its progress", "SQLITE_ERROR");
      return progressOf(row);
    },
    startAnew: (position) => {
      for (const statement of clear) statement.run();
      startAnew.run(position);
    },
    setPosition: (position) => void setPosition.run(position),
    setCompared: (place) => void setCompared.run(place?.due_work ?? null, place?.due_at ?? null, place?.row_id ?? null),
    complete: () => void complete.run(),
  };
}

function progressOf({ position, is_complete, compared_work, compared_due_at, compared_row_id }: ProgressRow): Progress {
  const compared =
    compared_work === null || compared_due_at === null || compared_row_id === null
      ? undefined
      : { due_work: compared_work, due_at: compared_due_at, row_id: compared_row_id };
  return {
    ...(position === null ? {} : { position }),
    isComplete: is_complete === 1,
    ...(compared === undefined ? {} : { compared }),
  };
}
