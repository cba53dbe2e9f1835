import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { connectionsOf } from "./connections.ts";
import { differences, type Ledger } from "./ledger.ts";
import { closed, commitAll, committing, differencesInFile, opened } from "./outbox.ts";
import { at, type Outcome } from "./outcome.ts";
import { ALL_DUE_AT, HELD_UNTIL } from "./workload.ts";

/**
 * A disk that is full whenever the file wants to grow, by one page more each time: so every write for which there may be no
 * room fails once. Then there is room, and the same commit must be taken. `together`: how many commits share a transaction.
 */
export async function fullAtEveryPage(path: string, ledger: Ledger, together: number): Promise<Outcome> {
  const { opened: outbox, connections } = connectionsOf(() => opened(path));
  const [before, after] = [ledger.slice(0, ledger.length / 3), ledger.slice(ledger.length / 3)];
  await commitAll(outbox, before);
  const committed = [...before];
  const failures: string[] = [];
  let points = 0;
  for (const group of groupsOf(after, together)) {
    let left: readonly Change[] = group;
    for (let room = 0; left.length > 0 && failures.length === 0; room += 1) {
      limit(connections, room);
      const errors = await Promise.all(left.map((change) => committing(outbox, change)));
      committed.push(...left.filter((_, index) => errors[index] === undefined));
      left = left.filter((_, index) => errors[index] !== undefined);
      if (left.length === 0) break;
      points += 1;
      const others = errors.filter((error) => error !== undefined && !isFull(error));
      const found = [
        ...others.map((error) => `a full disk is called ${error?.type}`),
        ...(await differences(outbox, committed)),
        ...(await holdingFaults(outbox)),
      ];
      failures.push(...at(`full ${points} times, with room for ${room} pages`, found));
    }
  }
  await closed(outbox);
  return { points, failures: [...failures, ...at("once there is room", await differencesInFile(path, ledger))] };
}

const groupsOf = (ledger: Ledger, size: number): readonly Ledger[] =>
  Array.from({ length: Math.ceil(ledger.length / size) }, (_, index) => ledger.slice(index * size, (index + 1) * size));

const isFull = (error: { readonly type: string; readonly reason?: string }): boolean =>
  error.type === "unavailable" && error.reason === "full";

/** Lets the file grow by so many pages, and no further. */
function limit(connections: ReadonlySet<Database>, pages: number): void {
  for (const connection of connections) {
    const size = Number(connection.pragma("page_count", { simple: true }));
    connection.pragma(`max_page_count = ${size + pages}`);
  }
}

/** Leases and postponements on a full disk: taken, or refused for that reason. */
async function holdingFaults(outbox: SqliteOutbox): Promise<readonly string[]> {
  const claimed = await outbox.claim({
    worker: "till",
    work: ["advice", "timer", "replyDeadline"],
    now: ALL_DUE_AT,
    until: HELD_UNTIL,
    limit: 2,
  });
  const [first] = claimed.map(({ records }) => records).unwrapOr([]);
  const postponed =
    first === undefined
      ? undefined
      : await outbox.postpone({ id: first.id, version: first.version, until: HELD_UNTIL, why: "full" });
  const released = await outbox.release({ worker: "till" });
  return [claimed, postponed, released].flatMap((result) =>
    result?.isErr() === true && !isFull(result.error)
      ? [`a hold on a full disk is refused as ${result.error.reason}`]
      : [],
  );
}
