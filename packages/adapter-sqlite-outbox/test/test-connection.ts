import { systemBootClock } from "../src/boot-clock.ts";
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

/** An outbox with access to its connections, so that a test can make them fail. `plant` is called before the outbox uses them. */
export function openTestConnection(
  path: string,
  busyTimeoutMs = 1,
  plant: (connections: Connections) => void = () => {},
): TestConnection {
  const connections = prepareFile(path)
    .andThen(() => connect(path, { busyTimeoutMs, bootClock: systemBootClock() }))
    .unwrapOr(undefined);
  if (connections === undefined) throw new Error("it must open");
  plant(connections);
  const transactions: number[] = [];
  const outbox = createSqliteOutbox(connections, (changes) => {
    transactions.push(changes);
  });
  return { outbox, connections, transactions };
}
