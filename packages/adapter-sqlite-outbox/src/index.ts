export type { BootClock } from "./boot-clock.ts";
export { openSqliteOutbox } from "./open.ts";
export type { OpenError } from "./open-error.ts";
export type { BackupError, SqliteOutbox, SqliteOutboxOptions } from "./sqlite-outbox.ts";
export { openSqliteReader, type SqliteReaderOptions } from "./reader.ts";
