import { canStartServer, type PostgresServer, startPostgresServer } from "postgres-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invariants, runInvariants } from "../oracle/invariants.ts";
import { runHosts } from "./hosts-run.ts";

/** Far longer than it takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 300_000;

/** Nearly always the first is enough. */
const MAX_PLANTED_RUNS = 5;

/** Something is gone that a caller was told. That the store has a foreign trigger is found as well, and shows nothing. */
const isLoss = (violation: string): boolean =>
  [runInvariants.toldIsStored, invariants.decisionKept].some((invariant) => violation.includes(invariant));

let server: PostgresServer;

describe.skipIf(!canStartServer())("tills of several hosts on one PostgreSQL", { timeout: MAX_WAIT_MS }, () => {
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(async () => {
    await server.stop();
  });

  test("lose nothing that a caller was told, though they are killed, and the server crashes and cuts their connections", async () => {
    const run = await runHosts(server, { kills: 6, seed: 1, messaging: "dual" });

    expect(run.violations).toEqual([]);
    expect(run.returnedCalls).toBeGreaterThan(0);
    expect(run.cuts).toBeGreaterThan(0);
  });

  test("are found to lose something, if the server says that a commit is durable before it is", async () => {
    let found: readonly string[] = [];
    for (let seed = 1; seed <= MAX_PLANTED_RUNS && found.length === 0; seed += 1) {
      const { violations } = await runHosts(server, { kills: 6, seed, messaging: "dual", isAsynchronous: true });
      found = violations.filter(isLoss);
    }

    expect(found).not.toEqual([]);
  });
});
