import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { findDifferences, type CommitHistory } from "./commit-history.ts";
import { startConcurrentWriter } from "./concurrent-writer.ts";
import { closeOrThrow, commitAll, tryCommit, findDifferencesInFile, tryOpen, openOrThrow } from "./outbox.ts";
import { prefixFailures, type DiskCheckResult } from "./disk-check-result.ts";
import { ALL_DUE_AT, LEASED_UNTIL } from "./workload.ts";

/** Another process holds the write lock of the file. */
export async function checkLockedFile(path: string, history: CommitHistory): Promise<DiskCheckResult> {
  const outbox = openOrThrow(path);
  const [before, after] = [history.slice(0, history.length / 2), history.slice(history.length / 2)];
  await commitAll(outbox, before);
  const writer = await startConcurrentWriter("lock", path);
  const failures = [
    ...prefixFailures("while it is locked", [
      ...(await checkWritesRefused(outbox, after)),
      ...(await findDifferences(outbox, before)),
    ]),
    ...prefixFailures(
      "opening what is locked",
      tryOpen(path).match(
        () => ["it opens"],
        ({ type }) => (type === "locked" ? [] : [`it is called ${type}`]),
      ),
    ),
  ];
  await writer.stop();
  await commitAll(outbox, after);
  await closeOrThrow(outbox);
  return {
    points: 5,
    failures: [...failures, ...prefixFailures("once it is free", await findDifferencesInFile(path, history))],
  };
}

/** Every call that would write fails with the reason `busy`. */
async function checkWritesRefused(outbox: SqliteOutbox, [change]: CommitHistory): Promise<readonly string[]> {
  if (change === undefined) return ["there is nothing left to commit"];
  const error = await tryCommit(outbox, change);
  const results: readonly Result<unknown, OutboxUnavailable>[] = [
    await outbox.claim({ worker: "till", work: ["advice"], now: ALL_DUE_AT, until: LEASED_UNTIL, limit: 1 }),
    await outbox.postpone({ id: change.id, version: 1, until: LEASED_UNTIL, reason: "locked" }),
    await outbox.release({ worker: "till" }),
  ];
  const reasons = results.map((result) =>
    result.match(
      () => "done",
      ({ reason }) => reason,
    ),
  );
  return [error?.type === "unavailable" ? error.reason : "done", ...reasons].flatMap((reason) =>
    reason === "busy" ? [] : [`a write is ${reason}, not busy`],
  );
}
