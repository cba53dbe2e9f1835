import { connect, type Connections } from "../src/connection.ts";
import { prepareFile } from "../src/database-file.ts";
import { createSqliteOutbox } from "../src/outbox.ts";
import type { SqliteOutbox } from "../src/sqlite-outbox.ts";

export interface TestConnection {
  readonly outbox: SqliteOutbox;
  readonly connections: Connections;
  /** The number of changes in each transaction. */
  readonly transactions: number[];
}

/** An outbox with access to its connections, so that a test can make them fail. */
export function openTestConnection(path: string, busyTimeoutMs = 1): TestConnection {
  const connections = prepareFile(path)
    .andThen(() => connect(path, busyTimeoutMs))
    .unwrapOr(undefined);
  if (connections === undefined) throw new Error("it must open");
  const transactions: number[] = [];
  const outbox = createSqliteOutbox(connections, (changes) => {
    transactions.push(changes);
  });
  return { outbox, connections, transactions };
}
