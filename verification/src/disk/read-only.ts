import { chmodSync, chownSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { captureConnections } from "./capture-connections.ts";
import { findDifferences, type CommitHistory } from "./commit-history.ts";
import { startConcurrentWriter } from "./concurrent-writer.ts";
import { closeOrThrow, commitAll, tryCommit, findDifferencesInFile, openOrThrow, writeDatabase } from "./outbox.ts";
import { prefixFailures, type DiskCheckResult, mergeDiskResults } from "./disk-check-result.ts";

/** The file, and then its folder, can be read but not written. */
export async function checkReadOnly(folder: string, history: CommitHistory): Promise<DiskCheckResult> {
  const path = join(folder, "till.db");
  await writeDatabase(path, history);
  return mergeDiskResults([
    await checkNotWritable(path, path, 0o400, history),
    await checkNotWritable(path, folder, 0o500, history),
    await checkTurnedReadOnly(join(folder, "later.db"), history),
  ]);
}

/** Root may write everything, so the process that opens the file runs as the user `nobody`. */
const NOBODY = 65_534;

async function checkNotWritable(
  path: string,
  target: string,
  mode: number,
  history: CommitHistory,
): Promise<DiskCheckResult> {
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const before = statSync(target).mode;
  if (user !== undefined) for (const each of [path, dirname(path)]) chownSync(each, user, user);
  chmodSync(target, mode);
  const writer = await startConcurrentWriter("open", path, user);
  await writer.stop();
  chmodSync(target, before);
  const failures = writer.output === "readOnly" ? [] : [`it is called ${writer.output}`];
  return {
    points: 1,
    failures: prefixFailures(`with mode ${mode.toString(8)}`, [
      ...failures,
      ...(await findDifferencesInFile(path, history)),
    ]),
  };
}

/** A file that becomes read-only while it is open. */
async function checkTurnedReadOnly(path: string, history: CommitHistory): Promise<DiskCheckResult> {
  const { value: outbox, connections } = captureConnections(() => openOrThrow(path));
  const [before, after] = [history.slice(0, history.length / 2), history.slice(history.length / 2)];
  await commitAll(outbox, before);
  for (const connection of connections) connection.pragma("query_only = ON");
  const failures: string[] = [];
  for (const change of after.slice(0, 3)) {
    const error = await tryCommit(outbox, change);
    if (error?.type !== "unavailable" || error.reason !== "readOnly")
      failures.push(`a write is ${error?.type ?? "done"}`);
  }
  failures.push(...(await findDifferences(outbox, before)));
  for (const connection of connections) connection.pragma("query_only = OFF");
  await commitAll(outbox, after);
  await closeOrThrow(outbox);
  return {
    points: 3,
    failures: prefixFailures("turned read-only", [...failures, ...(await findDifferencesInFile(path, history))]),
  };
}
