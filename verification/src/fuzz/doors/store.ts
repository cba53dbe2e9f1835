import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { columnsOf, createRetentionRules, decode, type Uuid } from "@electrum-vouchers/core";
import type { ClaimedRecord } from "@electrum-vouchers/core/ports";
import { readRecord } from "@electrum-vouchers/runtime/engine";
import type { ResultAsync } from "neverthrow";
import { type CommitHistory, isCommitted, isJournalGenuine, PAGE } from "../../disk/commit-history.ts";
import { closeOrThrow, commitAll, openOrThrow } from "../../disk/outbox.ts";
import { withTemporaryFolder } from "../../disk/temporary-folder.ts";
import { ALL_DUE_AT, createCommitHistory, LEASED_UNTIL } from "../../disk/workload.ts";
import { type Violations, violationUnless } from "../system-under-test.ts";

// A store that something else than the outbox has changed, and everything that can be read of it. What it holds is known: so whatever is
// read is what was committed for that very transaction, or is an error.

/** A store as it is on the disk: what is in its files, by what follows the path in their names. */
export interface StoreFiles {
  readonly history: CommitHistory;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Sales and redemptions in many states: enough for a page of each table, and few enough to be written anew for each case. */
const TRANSACTIONS = 10;

const NAME = "till.db";

/** A store that was closed, and one that was copied while it was open, with its newest commits in the WAL. */
export const createStores = (): Promise<readonly StoreFiles[]> =>
  withTemporaryFolder(async (folder) => {
    const history = createCommitHistory(TRANSACTIONS);
    const path = join(folder, NAME);
    const outbox = openOrThrow(path);
    await commitAll(outbox, history);
    await claimAll(outbox);
    // Closing a file drops the locks that this process has on it, so the outbox is used no more but to close it.
    const open = readFiles(path);
    await closeOrThrow(outbox);
    return [open, readFiles(path)].map((files) => ({ history, files }));
  });

const readFiles = (path: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(dirname(path)).map((name) => [
      name.slice(basename(path).length),
      readFileSync(join(dirname(path), name)),
    ]),
  );

/** Writes a store into an empty folder, and gives its path. */
export function writeStore(folder: string, files: StoreFiles["files"]): string {
  const path = join(folder, NAME);
  for (const [suffix, bytes] of files) writeFileSync(path + suffix, bytes, { mode: 0o600 });
  return path;
}

export const openStore = (path: string): ReturnType<typeof openSqliteOutbox> =>
  openSqliteOutbox({ path, mustExist: true });

/** A call on a store that may be damaged: it must answer, whatever it answers. */
export const settle = (call: ResultAsync<unknown, unknown>): Promise<void> =>
  call.match(
    () => undefined,
    () => undefined,
  );

/** Reads everything twice, before and after what the store mends by itself. */
export async function readAll(outbox: SqliteOutbox, history: CommitHistory): Promise<Violations> {
  const before = await readOnce(outbox, history);
  await mend(outbox);
  return [...before, ...(await readOnce(outbox, history))];
}

async function readOnce(outbox: SqliteOutbox, history: CommitHistory): Promise<Violations> {
  const violations: string[] = [];
  for (const id of idsOf(history)) {
    const loaded = (await outbox.load(id)).unwrapOr(undefined);
    const isRight =
      loaded === undefined || readRecord(loaded).isErr() || (loaded.id === id && isCommitted(loaded, history));
    violations.push(...violationUnless(isRight, "a record is read that was never committed for its transaction"));
  }
  const listed = (await outbox.list({ limit: PAGE })).map(({ records }) => records).unwrapOr([]);
  const given = [...listed, ...(await claimAll(outbox))];
  await settle(outbox.summary(0));
  await settle(outbox.check());
  return [
    ...violations,
    ...violationUnless(
      given.every((stored) => readRecord(stored).isErr() || isCommitted(stored, history)),
      "a record is listed or claimed that was never committed for its transaction",
    ),
  ];
}

/** What the sweep corrects, until it has been everywhere. */
async function mend(outbox: SqliteOutbox): Promise<void> {
  let after: Uuid | undefined;
  for (let pages = 0; pages < PAGE; pages += 1) {
    const page = await outbox.correctColumns({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    after = page.map(({ next }) => next).unwrapOr(undefined);
    if (after === undefined) return;
  }
}

/** What of a transaction's journal can be read was committed for it. */
export async function checkJournals(outbox: SqliteOutbox, history: CommitHistory): Promise<Violations> {
  const violations: string[] = [];
  for (const id of idsOf(history))
    violations.push(...violationUnless(await isJournalGenuine(outbox, id, history), "a journal is another's"));
  return violations;
}

/** Whatever its columns say, a store keeps all that is unfinished; and once they are mended, it gives every advice that a record owes. */
export async function checkNothingWithheld(outbox: SqliteOutbox, history: CommitHistory): Promise<Violations> {
  const lost = await checkRetention(outbox, history);
  await mend(outbox);
  const owed = latestOf(history).filter(({ record }) => columnsIn(record).due?.work === "advice");
  const claimed = new Map((await claimAll(outbox)).map(({ id, due }) => [id, due.work]));
  return [
    ...lost,
    ...violationUnless(
      owed.length > 0 && owed.every(({ id }) => claimed.get(id) === "advice"),
      "an advice is withheld",
    ),
    ...(await checkRetention(outbox, history)),
  ];
}

/** Has everything redacted and deleted that may be. */
async function checkRetention(outbox: SqliteOutbox, history: CommitHistory): Promise<Violations> {
  const request = { redactBefore: LEASED_UNTIL, redactUnsettledBefore: LEASED_UNTIL, deleteBefore: LEASED_UNTIL };
  await settle(outbox.applyRetention({ ...request, limit: PAGE, rules: createRetentionRules() }));
  const violations: string[] = [];
  for (const { id, record } of latestOf(history).filter((change) => !columnsIn(change.record).final)) {
    const loaded = (await outbox.load(id)).unwrapOr(undefined);
    violations.push(...violationUnless(loaded?.record === record, "retention took what is unfinished"));
  }
  return violations;
}

const columnsIn = (record: string) =>
  decode(record)
    .map(columnsOf)
    .match(
      (columns) => columns,
      ({ type }) => {
        throw new Error(`the workload is legal: ${type}`);
      },
    );

/** The last commit of each transaction. */
const latestOf = (history: CommitHistory): CommitHistory => [
  ...new Map(history.map((change) => [change.id, change])).values(),
];

const idsOf = (history: CommitHistory): readonly Uuid[] => latestOf(history).map(({ id }) => id);

const claimAll = (outbox: SqliteOutbox): Promise<readonly ClaimedRecord[]> =>
  outbox
    .claim({
      worker: "till",
      work: ["advice", "timer", "replyDeadline"],
      now: ALL_DUE_AT,
      until: ALL_DUE_AT,
      limit: PAGE,
    })
    .match(
      ({ records }) => records,
      () => [],
    );
