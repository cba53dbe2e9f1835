export { type DatabaseSchema, createDatabaseSchema } from "./database-schema.ts";
export { canStartServer, type PostgresServer, givenOrStartedServer, startPostgresServer } from "./server.ts";
