import { connect, type Connections } from "../src/connection.ts";
import { prepareFile } from "../src/file.ts";
import { createSqliteOutbox } from "../src/outbox.ts";
import type { SqliteOutbox } from "../src/sqlite-outbox.ts";

export interface Connected {
  readonly outbox: SqliteOutbox;
  readonly connections: Connections;
  /** How many changes each transaction carried. */
  readonly transactions: number[];
}

/** An outbox whose connections a test can get at, to make them fail. */
export function connected(path: string, busyTimeoutMs = 1): Connected {
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
