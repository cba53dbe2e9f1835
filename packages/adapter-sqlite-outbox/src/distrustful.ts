import Database from "better-sqlite3";

/**
 * Opens a database as one that another program may have written to. What its schema calls may not reach outside of SQLite, and each cell of
 * a page is checked before it is believed.
 */
export function openDistrustful(path: string, options: Database.Options): Database.Database {
  const database = new Database(path, options);
  database.pragma("trusted_schema = OFF");
  database.pragma("cell_size_check = ON");
  return database;
}
