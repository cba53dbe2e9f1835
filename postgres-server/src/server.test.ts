import pg from "pg";
import { expect, test } from "vitest";
import { startPostgresServer } from "./server.ts";

test("a server starts, keeps what was committed over a crash, empties what is unlogged, and is gone when it is stopped", async () => {
  const server = await startPostgresServer();
  const query = async (text: string): Promise<readonly unknown[]> => {
    const client = new pg.Client({ connectionString: server.url });
    client.on("error", () => {});
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text);
    await client.end();
    return rows;
  };
  await query("CREATE TABLE kept (n int)");
  await query("CREATE UNLOGGED TABLE emptied (n int)");
  await query("INSERT INTO kept VALUES (1)");
  await query("INSERT INTO emptied VALUES (1)");

  await server.crash();

  expect(
    await query("SELECT (SELECT count(*)::int FROM kept) AS kept, (SELECT count(*)::int FROM emptied) AS emptied"),
  ).toEqual([{ kept: 1, emptied: 0 }]);
  await server.stop();
  await expect(query("SELECT 1")).rejects.toThrow("ENOENT");
});
