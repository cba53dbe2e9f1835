import { join } from "node:path";
import { inspect } from "node:util";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Policy } from "@electrum-vouchers/core";
import { closeOrThrow, tryOpen } from "../disk/outbox.ts";
import { isNothingDue } from "../harness/watch-outbox.ts";
import { describeViolation } from "../oracle/invariants.ts";
import { checkAtQuiescence } from "../oracle/quiescence.ts";
import type { Random } from "../random.ts";
import { type FolderContent, writeFolder } from "./folder-content.ts";
import { createJudge, type Judge } from "./judge.ts";
import { BOOT_OF_RECOVERY, MAX_RECORDS, RECOVERY } from "./life-plan.ts";
import type { Mark } from "./marks.ts";
import { createNeighbourhood, type Neighbourhood } from "./neighbourhood.ts";
import { findBrokenPromises } from "./promised-commits.ts";
import { DATABASE } from "./record.ts";
import { startServingTill } from "./serving-till.ts";
import { type Surroundings, surroundingsAfter } from "./surroundings.ts";

/** A loss of power: what it leaves on the disk, and around the till. */
export interface PowerLoss {
  readonly content: FolderContent;
  /** What was said before it. */
  readonly marks: readonly Mark[];
  /** Before the first of these marks. */
  readonly start: Surroundings;
  readonly messaging: Policy["messaging"];
  /** The random numbers of the till that goes on afterwards. */
  readonly stream: (index: number) => Random;
}

/** Longer than what is left over takes. */
const MAX_RECOVERY_MS = 24 * 60 * 60 * 1000;

/** How many new customers come afterwards, besides those who come back. */
const CUSTOMERS = 1;

/** The place of the network's random numbers; the till's come after it. */
const NETWORK = 0;

/** Opens what a loss of power has left, and lets a till finish. Gives what does not hold. */
export async function checkPowerLoss(folder: string, loss: PowerLoss): Promise<readonly string[]> {
  const { content, marks, start, stream } = loss;
  writeFolder(folder, content);
  const judge = createJudge();
  for (const mark of marks) judge.recall(mark);
  const neighbourhood = createNeighbourhood({
    surroundings: surroundingsAfter(start, marks),
    life: RECOVERY,
    boot: BOOT_OF_RECOVERY,
    faultRate: 0,
    random: stream(NETWORK),
    onMark: judge.hear,
  });
  const opened = tryOpen(join(folder, DATABASE), neighbourhood.bootClock);
  if (opened.isErr()) return [`the file opens (${JSON.stringify(opened.error)})`];
  try {
    const broken = [
      ...(await findBrokenPromises(opened.value, judge)),
      ...(await checkBackups(folder, content, judge)),
    ];
    // What follows from a broken promise tells nothing more.
    if (broken.length === 0) await finish(opened.value, loss, neighbourhood, judge);
    return [...broken, ...judge.oracle.violations];
  } catch (error) {
    return [describeViolation("nothingThrown", inspect(error))];
  } finally {
    await closeOrThrow(opened.value);
  }
}

/** A backup that was made is there, and one that is there is whole: it has its name only then. */
async function checkBackups(
  folder: string,
  content: FolderContent,
  { begun, backups, made }: Judge,
): Promise<readonly string[]> {
  const found = [...made]
    .filter((name) => !content.has(name))
    .map((name) => `a backup that was made is there (${name})`);
  for (const [name, promised] of backups) {
    if (!content.has(name)) continue;
    const opened = tryOpen(join(folder, name));
    if (opened.isErr()) {
      found.push(`a backup opens (${JSON.stringify(opened.error)})`);
      continue;
    }
    found.push(...(await findBrokenPromises(opened.value, { begun, promised })).map((each) => `in a backup, ${each}`));
    await closeOrThrow(opened.value);
  }
  return found;
}

/** A new till takes up what was left, until nothing is due. Then till and switch must agree. */
async function finish(
  outbox: SqliteOutbox,
  { messaging, stream }: PowerLoss,
  neighbourhood: Neighbourhood,
  judge: Judge,
): Promise<void> {
  const { clock, link, electrum, mark } = neighbourhood;
  mark({ type: "started", life: RECOVERY });
  const { records } = (await outbox.list({ limit: MAX_RECORDS }))._unsafeUnwrap();
  const { till, serve } = await startServingTill(neighbourhood, {
    outbox,
    records,
    messaging,
    stream: (index) => stream(NETWORK + 1 + index),
  });
  const deadlineAt = clock.now() + MAX_RECOVERY_MS;
  const hasServed = track(serve(CUSTOMERS));
  const isQuiescent = async (): Promise<boolean> => hasServed() && link.isQuiescent() && (await isNothingDue(outbox));
  if (!(await clock.advanceUntil(isQuiescent, deadlineAt))) judge.oracle.reportViolation("the till finishes");
  if (!(await clock.advanceUntil(track(till.stop()), deadlineAt))) judge.oracle.reportViolation("the till stops");
  await checkAtQuiescence(outbox, electrum.world(), judge.oracle);

  /** Says whether work has ended. If it throws, the till does not do what it must. */
  function track(work: Promise<void>): () => boolean {
    let hasEnded = false;
    judge.oracle.expectNoThrow(
      work.finally(() => {
        hasEnded = true;
      }),
    );
    return () => hasEnded;
  }
}
