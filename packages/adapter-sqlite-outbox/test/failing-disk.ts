import Database from "better-sqlite3";

/** A disk whose fsync fails at will. */
export interface FailingDisk {
  isFailing: boolean;
}

/** Has every commit and every checkpoint with TRUNCATE on this connection fail as if its fsync had failed, while the disk fails. */
export function plantFailingDisk(database: Database.Database): FailingDisk {
  const disk: FailingDisk = { isFailing: false };
  const begin = database.transaction.bind(database);
  const prepare = database.prepare.bind(database);
  const failIfAsked = (): void => {
    if (disk.isFailing) throw new Database.SqliteError("disk I/O error", "SQLITE_IOERR_FSYNC");
  };
  Object.defineProperty(database, "transaction", {
    value: (work: (...given: readonly unknown[]) => unknown) =>
      begin((...given: readonly unknown[]) => {
        const value = work(...given);
        // What the transaction wrote is rolled back, as SQLite does it.
        failIfAsked();
        return value;
      }),
  });
  Object.defineProperty(database, "prepare", {
    value: (source: string) => {
      if (source.includes("TRUNCATE")) failIfAsked();
      return prepare(source);
    },
  });
  return disk;
}
