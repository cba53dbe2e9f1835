import { openSync, readFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { createRetentionRules } from "@electrum-vouchers/core";
import Database from "better-sqlite3";
import { createRandom, type Random } from "../random.ts";
import { injectOutboxDefect } from "./inject-defect.ts";
import { LIFE_STREAMS, MAX_RECORDS } from "./life-plan.ts";
import { isLifeInstruction } from "./life-process.ts";
import type { Mark } from "./marks.ts";
import { createNeighbourhood, type Neighbourhood } from "./neighbourhood.ts";
import { type ServingTill, startServingTill } from "./serving-till.ts";

// A till in a process of its own, whose writes and syncs are recorded. It lives on simulated time, so that its seed decides all of
// it, and is told on its standard input how to live.

/** Longer than any process serves. */
const MAX_LIFE_MS = 24 * 60 * 60 * 1000;

/** How many times another program, or the operator, does something to the file. */
const CHORES = 4;
const CHORE_INTERVAL_MS = 1_500;

/** The streams of random numbers of each till. */
const STREAMS_PER_TILL = 100;

const told: unknown = JSON.parse(readFileSync(0, "utf8"));
if (!isLifeInstruction(told)) throw new TypeError("this process was not told how to live");
const { path, marksPath, seed, messaging, plan, surroundings, defect } = told;
const marksFile = openSync(marksPath, "w");
const streamOf = (number: number): Random => createRandom(seed, plan.number * LIFE_STREAMS + number);
let marksLeft = plan.marksBeforeDeath ?? Number.POSITIVE_INFINITY;

function onMark(mark: Mark): void {
  writeSync(marksFile, JSON.stringify(mark));
  marksLeft -= 1;
  const hasFailed = mark.type === "commitEnded" && ["uncertain", "unavailable"].includes(mark.outcome);
  if (marksLeft === 0 || (plan.diesOfFailure && hasFailed)) process.kill(process.pid, "SIGKILL");
}

if (defect !== undefined) injectOutboxDefect(defect);
const { number: life, boot, faultRate } = plan;
const neighbourhood = createNeighbourhood({ surroundings, life, boot, faultRate, random: streamOf(1), onMark });
neighbourhood.mark({ type: "started", life });
const outboxes = Array.from({ length: plan.tills }).flatMap((_, index) => {
  const opened = openSqliteOutbox({ path, bootClock: neighbourhood.bootClock });
  opened.orTee((error) => neighbourhood.mark({ type: "notOpened", error: JSON.stringify(error) }));
  return opened.isOk() ? [{ outbox: opened.value, index }] : [];
});
if (outboxes.length > 0) await live(neighbourhood);
// After a failed sync one may not close, and the process ends all the same.
for (const { outbox } of outboxes) (await outbox.close()).unwrapOr(undefined);
process.exit();

async function live({ clock }: Neighbourhood): Promise<void> {
  let hasEnded = false;
  const living = runTills().finally(() => {
    hasEnded = true;
  });
  if (!(await clock.advanceUntil(() => hasEnded, surroundings.at + MAX_LIFE_MS))) throw new Error("it never ends");
  await living;
}

async function runTills(): Promise<void> {
  const tills: ServingTill[] = [];
  for (const { outbox, index } of outboxes) {
    const listed = await outbox.list({ limit: MAX_RECORDS });
    if (listed.isErr()) {
      neighbourhood.mark({ type: "notOpened", error: JSON.stringify(listed.error) });
      continue;
    }
    const { records } = listed.value;
    const stream = (number: number): Random => streamOf((index + 1) * STREAMS_PER_TILL + number);
    tills.push(await startServingTill(neighbourhood, { outbox, records, messaging, stream }));
  }
  const [first] = outboxes;
  await Promise.all([
    ...tills.map(({ serve }) => serve(plan.customers)),
    ...(first === undefined ? [] : [doChores(first.outbox, neighbourhood, streamOf(2))]),
  ]);
  for (const { till } of tills) await till.stop();
}

/**
 * From time to time the WAL is copied into the file, by retention, which finds nothing old enough, or by a shell beside the till;
 * or a backup is made.
 */
async function doChores(outbox: SqliteOutbox, { clock }: Neighbourhood, random: Random): Promise<void> {
  for (let chore = 0; chore < CHORES; chore += 1) {
    await clock.sleep(random.below(CHORE_INTERVAL_MS));
    const kind = random.pick(["retention", "backup", "checkpoint", "checkpoint"]);
    if (kind === "retention") await applyRetention(outbox);
    else if (kind === "backup") await clock.pauseDuring(makeBackup(outbox, `backup-${plan.number}-${chore}.db`));
    else checkpoint(random.pick(["PASSIVE", "FULL", "RESTART", "TRUNCATE"]));
  }
}

async function applyRetention(outbox: SqliteOutbox): Promise<void> {
  const applied = await outbox.applyRetention({
    redactBefore: 0,
    redactUnsettledBefore: 0,
    deleteBefore: 0,
    limit: 1,
    rules: createRetentionRules(),
  });
  // A disk that fails may fail here as well.
  applied.unwrapOr(undefined);
}

async function makeBackup(outbox: SqliteOutbox, name: string): Promise<void> {
  neighbourhood.mark({ type: "backupBegun", name });
  // A disk that fails may fail here as well.
  (await outbox.backup(join(dirname(path), name)))
    .map(() => neighbourhood.mark({ type: "backupMade", name }))
    .unwrapOr(undefined);
}

function checkpoint(mode: string): void {
  const shell = new Database(path, { fileMustExist: true });
  try {
    shell.pragma(`wal_checkpoint(${mode})`);
  } catch (error) {
    // The disk failed, and the shell said so.
    if (!(error instanceof Database.SqliteError)) throw error;
  } finally {
    shell.close();
  }
}
