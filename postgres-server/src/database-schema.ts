import { randomUUID } from "node:crypto";
import pg from "pg";

/** A schema of a name that no other has, for one test. */
export interface DatabaseSchema {
  readonly name: string;
  /** Runs SQL with this schema as the search path, and with these settings. */
  query(
    text: string,
    settings?: Readonly<Record<string, string>>,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Removes it and all that is in it. */
  remove(): Promise<void>;
}

/** Gives a name to a schema that does not exist yet. */
export function createDatabaseSchema(url: string): DatabaseSchema {
  const name = `test_${randomUUID().replaceAll("-", "")}`;

  async function query(
    text: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    try {
      await client.query(`SET search_path = ${name}`);
      for (const [setting, value] of Object.entries(settings)) await client.query(`SET ${setting} = '${value}'`);
      const { rows } = await client.query<Record<string, unknown>>(text);
      return rows;
    } finally {
      await client.end();
    }
  }

  return {
    name,
    query,
    remove: async () => void (await query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)),
  };
}
