import { createHash } from "node:crypto";
import { join } from "node:path";
import { inspect } from "node:util";
import { describeViolation } from "../oracle/invariants.ts";
import { createRandom, type Random } from "../random.ts";
import { checkPowerLoss, type PowerLoss } from "./cut.ts";
import type { PowerDefect } from "./defects.ts";
import { createDisk } from "./disk.ts";
import type { FolderContent } from "./folder-content.ts";
import { createJudge } from "./judge.ts";
import { LIFE_STREAMS, planRecording, RECOVERY } from "./life-plan.ts";
import { record, type Recording } from "./record.ts";

/** What came of cutting the power in one recording. */
export interface PowerResult {
  readonly seed: number;
  readonly processes: number;
  readonly events: number;
  readonly cuts: number;
  /** Cuts before the first outbox was open. */
  readonly creationCuts: number;
  /** Cuts after a sync had failed. */
  readonly failedSyncCuts: number;
  /** Cuts after which the folder was not what the processes had seen. */
  readonly losses: number;
  /** How many commits were promised before the cuts, in all of them. */
  readonly promised: number;
  /** The same for the same seed. */
  readonly digest: string;
  readonly failures: readonly FailedCut[];
}

export interface FailedCut {
  readonly seed: number;
  /** The number of the cut; absent if the processes could not be recorded. */
  readonly index?: number;
  readonly violations: readonly string[];
}

export interface PowerRunOptions {
  /** The compiled recorder. */
  readonly recorder: string;
  /** An empty folder to work in. */
  readonly folder: string;
  readonly seed: number;
  /** The cuts of the recording, by number. */
  readonly cuts: readonly number[];
  readonly defect?: PowerDefect | undefined;
}

/** Each cut draws from streams of its own, after those of the processes. */
const CUT_STREAMS = (RECOVERY + 1) * LIFE_STREAMS;

/** The result of a recording that came to nothing. */
export const failedRecording = (seed: number, error: unknown): PowerResult => ({
  seed,
  processes: 0,
  events: 0,
  cuts: 0,
  creationCuts: 0,
  failedSyncCuts: 0,
  losses: 0,
  promised: 0,
  digest: "",
  failures: [{ seed, violations: [describeViolation("nothingThrown", inspect(error))] }],
});

/** Where a cut is: before one of the events, or after the last. */
interface Cut {
  readonly index: number;
  readonly at: number;
  readonly random: Random;
}

/** Records the processes of a seed, and cuts the power at these places. */
export async function runPowerCuts(options: PowerRunOptions): Promise<PowerResult> {
  const { recorder, folder, seed, cuts: indexes, defect } = options;
  const recording = record({ recorder, folder, plan: planRecording(seed), defect });
  const { events } = recording;
  const cuts = indexes.map((index) => chooseCut(recording, index)).toSorted((one, other) => one.at - other.at);
  const disk = createDisk();
  const failures = [...judgeRecording(recording)];
  let [applied, losses, promised] = [0, 0, 0];
  for (const { index, at, random } of cuts) {
    for (; applied < at; applied += 1) disk.apply(eventAt(events, applied));
    const content = disk.losePower(random);
    if (!isSame(content, disk.current())) losses += 1;
    const loss = lossAfter(recording, at, content);
    promised += loss.marks.filter((mark) => mark.type === "commitEnded" && mark.outcome === "durable").length;
    const violations = await checkPowerLoss(join(folder, "cut"), loss);
    if (violations.length > 0) failures.push({ seed, index, violations });
  }
  const [opened, failed] = [openedAt(recording), events.findIndex(({ type }) => type === "syncFailed")];
  return {
    seed,
    processes: recording.plan.lives.length,
    events: events.length,
    cuts: cuts.length,
    creationCuts: cuts.filter(({ at }) => at <= opened).length,
    failedSyncCuts: failed === -1 ? 0 : cuts.filter(({ at }) => at > failed).length,
    losses,
    promised,
    digest: digestOf(recording),
    failures,
  };
}

/** What the recorded processes did wrong themselves, before any cut. */
function judgeRecording({ plan: { seed }, marks }: Recording): readonly FailedCut[] {
  const judge = createJudge();
  for (const mark of marks.values()) judge.hear(mark);
  const { violations } = judge.oracle;
  return violations.length > 0 ? [{ seed, violations }] : [];
}

function lossAfter({ plan, marks, start }: Recording, at: number, content: FolderContent): PowerLoss {
  return {
    content,
    marks: [...marks].flatMap(([place, mark]) => (place < at ? [mark] : [])),
    start,
    messaging: plan.messaging,
    stream: (number) => createRandom(plan.seed, RECOVERY * LIFE_STREAMS + number),
  };
}

function eventAt<Event>(events: readonly Event[], index: number): Event {
  const event = events[index];
  if (event === undefined) throw new RangeError(`there is no event ${index}`);
  return event;
}

/** How likely a cut is while the file is created, and how likely it is right after a promise. The rest are anywhere. */
const CREATION_RATE = 0.15;
const PROMISE_RATE = 0.35;

/** So many events after a promise, what the promise is about may still not be on the disk. */
const SOON = 12;

function chooseCut(recording: Recording, index: number): Cut {
  const random = createRandom(recording.plan.seed, CUT_STREAMS + index);
  return { index, at: chooseEvent(recording, random), random };
}

function chooseEvent(recording: Recording, { below, chance, pick }: Random): number {
  const { events, marks } = recording;
  if (chance(CREATION_RATE)) return below(openedAt(recording) + 1);
  const promises = [...marks].filter(([, mark]) => mark.type === "commitEnded").map(([place]) => place);
  if (promises.length > 0 && chance(PROMISE_RATE)) return Math.min(pick(promises) + 1 + below(SOON), events.length);
  return below(events.length + 1);
}

/** The event at which the first outbox was open, or the end. */
function openedAt({ events, marks }: Recording): number {
  const [place] = [...marks].find(([, { type }]) => type === "opened") ?? [];
  return place ?? events.length;
}

/** Of all that decides what a cut finds: where something was written, synced and said. Names may be temporary ones, by chance. */
function digestOf({ events }: Recording): string {
  const hash = createHash("sha256");
  for (const event of events) {
    hash.update(event.type);
    if (event.type === "write") hash.update(`${event.offset} ${event.data.length}`);
    if (event.type === "truncate") hash.update(String(event.size));
    if (event.type === "mark") hash.update(event.text);
  }
  return hash.digest("hex");
}

const isSame = (one: FolderContent, other: FolderContent): boolean =>
  one.size === other.size && [...one].every(([name, bytes]) => other.get(name)?.equals(bytes) === true);
