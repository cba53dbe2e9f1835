import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { ok } from "@electrum-vouchers/core";
import type { Change, CommitError, RetentionRequest } from "@electrum-vouchers/core/ports";
import { prefixFailures, type DiskCheckResult, mergeDiskResults } from "./disk-check-result.ts";
import { closeOrThrow, openOrThrow, tryCommit, tryOpen } from "./outbox.ts";

// A disk on which no byte is free. What was committed can be read, and retention makes room for further commits; also if the
// outbox is opened only then. The disk is mounted in the folder, which takes a mount namespace of one's own.

/** How the disk becomes full. */
interface Scenario {
  readonly name: string;
  /** So many commits before something else fills the rest. Without it, the commits fill the disk. */
  readonly commitsBefore?: number;
  readonly isReopened: boolean;
}

const scenarios: readonly Scenario[] = [
  { name: "filled by commits, then opened", isReopened: true },
  { name: "filled by others, then opened", commitsBefore: 1_200, isReopened: true },
  { name: "filled by others while it is open", commitsBefore: 1_200, isReopened: false },
  { name: "filled by others while it is new", commitsBefore: 20, isReopened: true },
];

const DISK = "size=64m";

/** More than the disk has room for. */
const MAX_COMMITS = 10_000;

/** How often retention is called. Each call removes some; together they make room for some commits. */
const RETENTION_CALLS = 5;

export async function checkRoomOnFullDisk(folder: string): Promise<DiskCheckResult> {
  const results: DiskCheckResult[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const disk = join(folder, `disk-${index}`);
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", DISK, "none", disk]);
    results.push({ points: 1, failures: prefixFailures(scenario.name, await checkScenario(disk, scenario)) });
    execFileSync("umount", [disk]);
  }
  return mergeDiskResults(results);
}

async function checkScenario(disk: string, scenario: Scenario): Promise<readonly string[]> {
  const path = join(disk, "till.db");
  let outbox = openOrThrow(path);
  const { commitsBefore = MAX_COMMITS, isReopened } = scenario;
  const before = await commitUntilError(outbox, 0, commitsBefore);
  fillDisk(disk);
  const last = await commitUntilError(outbox, before.committed, MAX_COMMITS);
  if (isReopened) {
    await closeOrThrow(outbox);
    fillDisk(disk);
    const reopened = tryOpen(path);
    if (reopened.isErr()) return [`it does not open: ${reopened.error.type}`];
    outbox = reopened.value;
    fillDisk(disk);
  }
  const failures = [
    ...(isFull(last.error) ? [] : [`a full disk is called ${last.error?.type ?? "none"}`]),
    ...(await checkReadable(outbox, last.committed)),
    ...(await checkRetention(outbox, last.committed)),
  ];
  await closeOrThrow(outbox);
  return failures;
}

/** Everything can be read. */
async function checkReadable(outbox: SqliteOutbox, committed: number): Promise<readonly string[]> {
  const first = await outbox.load(createChange(0).id);
  const last = await outbox.load(createChange(committed - 1).id);
  const isThere = [first, last].every((loaded) => loaded.isOk() && loaded.value?.version === 1);
  const summary = await outbox.summary(0);
  const count = summary.map(({ states }) => states["confirmed"]).unwrapOr(undefined);
  return [
    ...(isThere ? [] : ["a record cannot be read"]),
    ...(count === committed ? [] : [`${committed} were committed, and the summary says ${count}`]),
  ];
}

/** Retention removes some, and as many can be committed. */
async function checkRetention(outbox: SqliteOutbox, committed: number): Promise<readonly string[]> {
  let deleted = 0;
  for (let calls = 0; calls < RETENTION_CALLS; calls += 1)
    deleted += await outbox.applyRetention(retention).match(
      (applied) => applied.deleted,
      () => 0,
    );
  if (deleted === 0) return ["retention makes no room"];
  const after = await commitUntilError(outbox, committed, committed + Math.floor(deleted / 2));
  const faults = await outbox.check();
  return [
    ...(after.error === undefined ? [] : [`after ${deleted} were deleted, a commit is ${after.error.type}`]),
    ...faults.unwrapOr(["it cannot be checked"]),
  ];
}

/** Commits from a number on, up to another. */
async function commitUntilError(
  outbox: SqliteOutbox,
  from: number,
  to: number,
): Promise<{ readonly committed: number; readonly error?: CommitError }> {
  for (let committed = from; committed < to; committed += 1) {
    const error = await tryCommit(outbox, createChange(committed));
    if (error !== undefined) return { committed, error };
  }
  return { committed: to };
}

const isFull = (error: CommitError | undefined): boolean => error?.type === "unavailable" && error.reason === "full";

const AT = 1;

/** The only commit of a transaction that is finished, as large as a sale with its journal. */
const createChange = (index: number): Change => ({
  id: `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`,
  expectedVersion: 0,
  kind: "provision",
  state: "confirmed",
  final: true,
  needsAttention: false,
  record: "r".repeat(2_500),
  entry: "e".repeat(3_000),
  at: AT,
});

const retention: RetentionRequest = {
  redactBefore: AT,
  redactUnsettledBefore: AT,
  deleteBefore: AT + 1,
  limit: 100,
  rules: { standing: () => ok("settled"), redact: ok },
};

/** Takes the last free byte. */
function fillDisk(disk: string): void {
  const page = Buffer.alloc(4_096, 1);
  const ballast = openSync(join(disk, "ballast"), "a");
  const { bavail } = statfsSync(disk);
  for (let n = 0; n < bavail; n += 1) writeSync(ballast, page);
  closeSync(ballast);
}
