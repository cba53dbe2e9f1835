import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { findDifferences, type CommitHistory } from "./commit-history.ts";
import { startConcurrentWriter } from "./concurrent-writer.ts";
import { closeOrThrow, commitAll, tryCommit, findDifferencesInFile, tryOpen, openOrThrow } from "./outbox.ts";
import { prefixFailures, type DiskCheckResult } from "./disk-check-result.ts";
import { ALL_DUE_AT, LEASED_UNTIL } from "./workload.ts";

/** Another process has begun to write to the first file, then to the file of leases as well, and does not end. */
export async function checkLockedFile(path: string, history: CommitHistory): Promise<DiskCheckResult> {
  const outbox = openOrThrow(path);
  const [before, after] = [history.slice(0, history.length / 2), history.slice(history.length / 2)];
  await commitAll(outbox, before);
  const writer = await startConcurrentWriter("lock", path);
  const whileFirstLocked = [
    ...(await findUnexpected(outbox, after, { commit: "busy", leases: "done" })),
    ...(await findDifferences(outbox, before)),
    ...tryOpen(path).match(
      () => ["it opens"],
      ({ type }) => (type === "locked" ? [] : [`opening it is called ${type}`]),
    ),
  ];
  const other = await startConcurrentWriter("lock", `${path}-leases`);
  const whileBothLocked = [
    ...(await findUnexpected(outbox, after, { commit: "busy", leases: "busy" })),
    ...(await findDifferences(outbox, before)),
  ];
  await writer.stop();
  await commitAll(outbox, after);
  await other.stop();
  await closeOrThrow(outbox);
  return {
    points: 9,
    failures: [
      ...prefixFailures("while the first file is locked", whileFirstLocked),
      ...prefixFailures("while both files are locked", whileBothLocked),
      ...prefixFailures("once it is free", await findDifferencesInFile(path, history)),
    ],
  };
}

/** A commit waits for the first file alone, leases and postponements for the second. */
async function findUnexpected(
  outbox: SqliteOutbox,
  [change]: CommitHistory,
  expected: Readonly<Record<"commit" | "leases", "busy" | "done">>,
): Promise<readonly string[]> {
  if (change === undefined) return ["there is nothing left to commit"];
  const error = await tryCommit(outbox, change);
  const committed = error?.type === "unavailable" ? error.reason : "done";
  const results: readonly Result<unknown, OutboxUnavailable>[] = [
    await outbox.claim({ worker: "till", work: ["advice"], now: ALL_DUE_AT, until: LEASED_UNTIL, limit: 1 }),
    await outbox.postpone({ id: change.id, version: 1, at: ALL_DUE_AT, until: LEASED_UNTIL, reason: "locked" }),
    await outbox.release({ worker: "till" }),
  ];
  const leased = results.map((result) =>
    result.match(
      () => "done",
      ({ reason }) => reason,
    ),
  );
  return [
    ...(committed === expected.commit ? [] : [`a commit is ${committed}, not ${expected.commit}`]),
    ...leased.flatMap((each) => (each === expected.leases ? [] : [`a lease is ${each}, not ${expected.leases}`])),
  ];
}
