import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createEmptyWorld } from "../harness/world.ts";
import { createRandom } from "../random.ts";
import { generateUuid, runStartsAt } from "../simulation/messages.ts";
import type { PowerDefect } from "./defects.ts";
import { createDisk, type Disk } from "./disk.ts";
import { writeFolder } from "./folder-content.ts";
import type { LifePlan, RecordingPlan } from "./life-plan.ts";
import { runLifeProcess } from "./life-process.ts";
import { type Mark, parseMark } from "./marks.ts";
import { type DiskEvent, readRecording } from "./recording.ts";
import { type Surroundings, surroundingsAfter } from "./surroundings.ts";

/** All that the processes of a plan did to their folder, and said, in one order. */
export interface Recording {
  readonly plan: RecordingPlan;
  readonly events: readonly DiskEvent[];
  /** What each mark among the events says, by the number of its event. */
  readonly marks: ReadonlyMap<number, Mark>;
  /** Before the first process. */
  readonly start: Surroundings;
}

export interface RecordOptions {
  /** The compiled recorder. */
  readonly recorder: string;
  /** An empty folder to work in. */
  readonly folder: string;
  readonly plan: RecordingPlan;
  readonly defect?: PowerDefect | undefined;
}

/** The name of the database in each recorded folder. */
export const DATABASE = "till.db";

/** What is drawn of a seed for a recording, apart from its plan and from what its processes draw. */
const BOOT_STREAMS = 10;
const SQLITE_STREAMS = 20;
const LOSS_STREAMS = 30;

/** SQLite reads less than this to begin with. */
const RANDOM_BYTES = 4_096;

/** The time between two processes. */
const RESTART_MS = 3_000;

/** Runs the processes of a plan, one after the other, on one folder. */
export function record(options: RecordOptions): Recording {
  const { folder, plan, defect } = options;
  const store = join(folder, "store");
  const world = createEmptyWorld({ messaging: plan.messaging });
  const start: Surroundings = { at: runStartsAt, world, underWay: [] };
  const forget = createForgetting(defect);
  const disk = createDisk();
  const events: DiskEvent[] = [];
  const add = (event: DiskEvent): void => {
    disk.apply(event);
    events.push(event);
  };
  writeFolder(store, new Map());
  for (const life of plan.lives) {
    if (life.isAfterPowerLoss) {
      const left = disk.losePower(createRandom(plan.seed, LOSS_STREAMS + life.number));
      add({ type: "powerLost", found: writeFolder(store, left) });
    }
    const before = surroundingsAfter(start, [...marksOf(events).values()]);
    recordLife(options, life, { ...before, at: before.at + RESTART_MS })
      .map(forget)
      .forEach(add);
    assertComplete(disk, store);
  }
  return { plan, events, marks: marksOf(events), start };
}

/** Runs one process, and gives what it did and said. */
function recordLife(options: RecordOptions, life: LifePlan, surroundings: Surroundings): readonly DiskEvent[] {
  const { folder, plan, defect } = options;
  const log = join(folder, `log-${life.number}`);
  runLifeProcess(
    {
      path: join(folder, "store", DATABASE),
      marksPath: join(folder, "marks"),
      seed: plan.seed,
      messaging: plan.messaging,
      plan: life,
      surroundings,
      ...(defect?.inOutbox === undefined ? {} : { defect: defect.inOutbox }),
    },
    environmentFor(options, life, log),
  );
  return readRecording(readFileSync(log));
}

/** What `recorder.c` is told. */
function environmentFor(
  { recorder, folder, plan: { seed, hasLinks }, defect }: RecordOptions,
  life: LifePlan,
  log: string,
): Readonly<Record<string, string>> {
  const { below } = createRandom(seed, SQLITE_STREAMS + life.number);
  const [boot, random] = [join(folder, "boot"), join(folder, "random")];
  writeFileSync(boot, generateUuid(createRandom(seed, BOOT_STREAMS + life.boot)));
  writeFileSync(random, Buffer.from(Array.from({ length: RANDOM_BYTES }, () => below(256))));
  return {
    LD_PRELOAD: recorder,
    // Compiled code is kept beside the recorder, which saves most of the time of a start.
    NODE_COMPILE_CACHE: join(dirname(recorder), "compiled"),
    RECORDER_FOLDER: join(folder, "store"),
    RECORDER_LOG: log,
    RECORDER_MARKS: join(folder, "marks"),
    RECORDER_BOOT: boot,
    RECORDER_RANDOM: random,
    ...(hasLinks ? {} : { RECORDER_NO_LINKS: "1" }),
    // The outbox warns of it. Any other warning is one too many.
    ...(life.failingSync === undefined
      ? {}
      : { RECORDER_FAILING_SYNC: String(life.failingSync), NODE_NO_WARNINGS: "1" }),
    ...(defect?.hidesFailure === undefined ? {} : { RECORDER_HIDES_FAILURE: "1" }),
  };
}

const marksOf = (events: readonly DiskEvent[]): ReadonlyMap<number, Mark> =>
  new Map(
    events.flatMap((event, index) =>
      event.type === "mark" && event.text !== "" ? [[index, parseMark(event.text)] as const] : [],
    ),
  );

/** The folder holds what was recorded. Otherwise the recorder has missed something, and the recording shows nothing. */
function assertComplete(disk: Disk, store: string): void {
  const recorded = new Map([...disk.current()].filter(([name]) => !isShared(name)));
  const found = readdirSync(store).filter((name) => !isShared(name));
  const differing = [...new Set([...recorded.keys(), ...found])].filter(
    (name) => !found.includes(name) || recorded.get(name)?.equals(readFileSync(join(store, name))) !== true,
  );
  if (differing.length > 0) throw new Error(`the recording is not what the folder holds: ${differing.join(", ")}`);
}

/** SQLite writes it through mapped memory, which the recorder does not see, and never reads it after a power loss. */
const isShared = (name: string): boolean => name.endsWith("-shm");

/** What becomes of the events of an outbox that forgets some of its syncs. In their place it says nothing. */
function createForgetting(defect: PowerDefect | undefined): (event: DiskEvent) => DiskEvent {
  const names = new Map<number, string>();
  return (event) => {
    if (event.type === "create") names.set(event.inode, event.name);
    if (event.type === "powerLost") for (const { name, inode } of event.found) names.set(inode, name);
    const name = "inode" in event ? names.get(event.inode) : undefined;
    return defect?.forgets?.(event, name) === true ? { type: "mark", text: "" } : event;
  };
}
