export { openSqliteOutbox } from "./open.ts";
export type { OpenError } from "./open-error.ts";
export type { SqliteOutbox, SqliteOutboxOptions } from "./sqlite-outbox.ts";
