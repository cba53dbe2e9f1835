export { openPostgresOutbox } from "./open.ts";
export type { PostgresOpenError, PostgresOutbox, PostgresOutboxOptions } from "./postgres-outbox.ts";
export { openPostgresReader, type PostgresReaderOptions } from "./reader.ts";
