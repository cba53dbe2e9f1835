export { openSqliteOutbox, type SqliteOutboxOptions } from "./open.ts";
export type { OpenError } from "./open-error.ts";
export type { SqliteOutbox } from "./outbox.ts";
