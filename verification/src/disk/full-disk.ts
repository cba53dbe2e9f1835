import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";
import { captureConnections } from "./capture-connections.ts";
import { findDifferences, type CommitHistory } from "./commit-history.ts";
import { closeOrThrow, commitAll, tryCommit, findDifferencesInFile, openOrThrow } from "./outbox.ts";
import { prefixFailures, type DiskCheckResult } from "./disk-check-result.ts";
import { ALL_DUE_AT, LEASED_UNTIL } from "./workload.ts";

/**
 * A disk that is full whenever the file has to grow, with one page more each time, so that every write that needs room fails
 * once. Then there is room, and the same commit must succeed. `groupSize`: how many commits share a transaction.
 */
export async function checkFullDisk(path: string, history: CommitHistory, groupSize: number): Promise<DiskCheckResult> {
  const { value: outbox, connections } = captureConnections(() => openOrThrow(path));
  const [before, after] = [history.slice(0, history.length / 3), history.slice(history.length / 3)];
  await commitAll(outbox, before);
  const committed = [...before];
  const failures: string[] = [];
  let points = 0;
  for (const group of groupsOf(after, groupSize)) {
    let remaining: readonly Change[] = group;
    for (let room = 0; remaining.length > 0 && failures.length === 0; room += 1) {
      limitGrowth(connections, room);
      const errors = await Promise.all(remaining.map((change) => tryCommit(outbox, change)));
      const ids = remaining.map(({ id }) => id);
      /** A step whose predecessor did not fit is a conflict. */
      const followsRefused = (index: number): boolean =>
        errors[index]?.type === "conflict" &&
        errors.some((error, earlier) => earlier < index && error !== undefined && ids[earlier] === ids[index]);
      committed.push(...remaining.filter((_, index) => errors[index] === undefined));
      remaining = remaining.filter((_, index) => errors[index] !== undefined);
      if (remaining.length === 0) break;
      points += 1;
      const unexpected = errors.filter(
        (error, index) => error !== undefined && !isFull(error) && !followsRefused(index),
      );
      const found = [
        ...unexpected.map((error) => `a full disk is called ${error?.type}`),
        ...(await findDifferences(outbox, committed)),
        ...(await checkLeases(outbox)),
      ];
      failures.push(...prefixFailures(`full ${points} times, with room for ${room} pages`, found));
    }
  }
  await closeOrThrow(outbox);
  return {
    points,
    failures: [...failures, ...prefixFailures("once there is room", await findDifferencesInFile(path, history))],
  };
}

const groupsOf = (history: CommitHistory, size: number): readonly CommitHistory[] =>
  Array.from({ length: Math.ceil(history.length / size) }, (_, index) =>
    history.slice(index * size, (index + 1) * size),
  );

const isFull = (error: { readonly type: string; readonly reason?: string }): boolean =>
  error.type === "unavailable" && error.reason === "full";

/** Lets the file grow by so many pages at most. */
function limitGrowth(connections: ReadonlySet<Database>, pages: number): void {
  for (const connection of connections) {
    const size = Number(connection.pragma("page_count", { simple: true }));
    connection.pragma(`max_page_count = ${size + pages}`);
  }
}

/** Leases and postponements on a full disk: they succeed, or fail with the reason `full`. */
async function checkLeases(outbox: SqliteOutbox): Promise<readonly string[]> {
  const claimed = await outbox.claim({
    worker: "till",
    work: ["advice", "timer", "replyDeadline"],
    now: ALL_DUE_AT,
    until: LEASED_UNTIL,
    limit: 2,
  });
  const [first] = claimed.map(({ records }) => records).unwrapOr([]);
  const postponed =
    first === undefined
      ? undefined
      : await outbox.postpone({
          id: first.id,
          version: first.version,
          at: ALL_DUE_AT,
          until: LEASED_UNTIL,
          reason: "full",
        });
  const released = await outbox.release({ worker: "till" });
  return [claimed, postponed, released].flatMap((result) =>
    result?.isErr() === true && !isFull(result.error)
      ? [`a hold on a full disk is refused as ${result.error.reason}`]
      : [],
  );
}
