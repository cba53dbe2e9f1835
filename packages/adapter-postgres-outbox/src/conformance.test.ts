import { outboxConformance } from "@electrum-vouchers/testkit/outbox-conformance";
import { canStartServer, type PostgresServer, startPostgresServer } from "postgres-server";
import { databaseUrl } from "postgres-server/test-database";
import { afterAll, beforeAll } from "vitest";
import { databaseStore, disturbancesOf } from "../test/database-store.ts";

// The suite cuts connections and crashes the server. So it has one of its own, if one can be started here.
let own: PostgresServer | undefined;

beforeAll(async () => {
  if (canStartServer()) own = await startPostgresServer();
});

afterAll(async () => {
  await own?.stop();
});

outboxConformance({
  name: "the outbox on PostgreSQL",
  create: async () => ({
    ...databaseStore(own?.url ?? databaseUrl()),
    ...(own === undefined ? {} : { disturb: disturbancesOf(own) }),
  }),
  isPersistent: true,
});
