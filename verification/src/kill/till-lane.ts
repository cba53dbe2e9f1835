import { setTimeout as pause } from "node:timers/promises";
import { createRandom, type Random } from "../random.ts";
import { type ProcessExit, spawnTill, type TillChildOptions, type TillChildProcess } from "./till-child-process.ts";

// A lane: till processes one after the other. Each serves customers, is stalled now and then, has its wall clock set, and is killed.
// Several lanes work on one file at once, so that each process is killed beside others that live.

/** What came of a lane. */
export interface LaneResult {
  readonly exits: readonly ProcessExit[];
  readonly stalls: number;
  readonly jumps: number;
}

/** A kill comes after at most so many messages of the process and a short delay; or after this time, if there are fewer messages. */
const MAX_MESSAGES = 50;
const MAX_KILL_DELAY_MS = 30;
const MAX_UPTIME_MS = 2_000;

/** The rate of kills that come at once: while the file is opened, or recovery begins. */
const EARLY_KILL_RATE = 0.15;

/** The rate of processes that are stalled, at most for so long: longer than a reply deadline and the grace of the others. */
const STALL_RATE = 0.2;
const MAX_STALL_MS = 1_500;

/** The rate of stalled processes that are killed without having gone on. */
const KILL_STALLED_RATE = 0.3;

/** The rate of processes whose clock is set while they serve. Each begins with a clock of its own anyway. */
const JUMP_RATE = 0.5;

export interface LaneOptions {
  readonly kills: number;
  readonly seed: number;
  /** The number of the lane among those on its store. */
  readonly lane: number;
  /** How far ahead of the true time a wall clock is, in milliseconds. */
  readonly pickClockOffset: (random: Random) => number;
}

/** The next process loads its code while the one before it serves, so that the time between two kills is not spent on loading. */
export async function runLane(
  till: TillChildOptions,
  { kills, seed, lane, pickClockOffset }: LaneOptions,
): Promise<LaneResult> {
  const random = createRandom(seed, lane);
  const exits: ProcessExit[] = [];
  let [stalls, jumps] = [0, 0];
  let current: TillChildProcess | undefined = kills > 0 ? spawnTill(till) : undefined;
  for (let killed = 1; current !== undefined; killed += 1) {
    await current.waitForMessages(1);
    current.setClock(pickClockOffset(random));
    current.command("serve");
    const next: TillChildProcess | undefined = killed < kills ? spawnTill(till) : undefined;
    if (!random.chance(EARLY_KILL_RATE)) {
      const lived = await live(current, random, pickClockOffset);
      stalls += lived.stalls;
      jumps += lived.jumps;
    }
    await pause(random.below(MAX_KILL_DELAY_MS));
    current.kill();
    exits.push(await current.exited);
    current = next;
  }
  return { exits, stalls, jumps };
}

/** Lets a process serve for a while. */
async function live(
  till: TillChildProcess,
  random: Random,
  pickClockOffset: LaneOptions["pickClockOffset"],
): Promise<{ readonly stalls: number; readonly jumps: number }> {
  const { below, chance } = random;
  const messages = 1 + below(MAX_MESSAGES);
  const jumps = chance(JUMP_RATE) ? 1 : 0;
  const stalls = chance(STALL_RATE) ? 1 : 0;
  if (jumps + stalls > 0) await serveUntil(till, Math.ceil(messages / 2));
  if (jumps > 0) till.setClock(pickClockOffset(random));
  if (stalls > 0) {
    till.stall();
    await pause(below(MAX_STALL_MS));
    if (chance(KILL_STALLED_RATE)) return { stalls, jumps };
    till.continue();
  }
  await serveUntil(till, messages);
  return { stalls, jumps };
}

const serveUntil = (till: TillChildProcess, messages: number): Promise<void> =>
  Promise.race([till.waitForMessages(messages), pause(MAX_UPTIME_MS)]);
