import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { allProviders, type FaultPlan, type Simulator, startSimulator } from "@electrum-vouchers/simulator";
import { randomOf } from "../random.ts";
import { USER } from "../shop.ts";
import { hearOf } from "./heard.ts";
import { inspectRest } from "./rest.ts";
import { type Ended, startTillProcess, type TillProcess, type TillSettings } from "./till-process.ts";

/** What became of one till: one file, one switch, many processes one after the other. */
export interface Lane {
  readonly kills: number;
  readonly transactions: number;
  /** How many answers the callers of the killed processes had got. */
  readonly acknowledged: number;
  /** How many unfinished transactions the killed processes left to those after them. */
  readonly leftBehind: number;
  /** How many processes were killed before they served anybody: while they opened the file, or recovered. */
  readonly killedEarly: number;
  /** How many faults the switch had besides. */
  readonly faults: number;
  readonly broken: readonly string[];
}

/** A kill comes some time after so many answers to callers at most; or when too few have come for so long. */
const MAX_WORDS = 50;
const MAX_AFTERWARDS_MS = 30;
const MAX_LIFE_MS = 2_000;

/** How many kills come at once: while the file is opened, or recovery begins. */
const EARLY = 0.15;

/** Everything that was left behind is over by then: several times the longest deadline. */
const MAX_FINISH_MS = 60_000;

/** No provider is down, so that the switch has delivered within milliseconds. */
const MAX_DELIVERY_MS = 10_000;
const DELIVERY_PAUSE_MS = 20;

/** What goes wrong besides. Nothing that tells a till of a redemption of its own what is true of another's. */
const faultPlan = (seed: number): FaultPlan => ({
  random: {
    seed,
    delayMs: 300,
    rates: {
      reset: 0.04,
      silent: 0.02,
      late: 0.03,
      slowHeaders: 0.03,
      slowBody: 0.02,
      truncatedBody: 0.02,
      notJson: 0.02,
      emptyBody: 0.02,
      wrongId: 0.02,
      status: 0.04,
      error: 0.04,
    },
  },
});

export interface LaneSettings {
  readonly kills: number;
  readonly seed: number;
  readonly messaging: "dual" | "single";
  /** Gives the till an outbox with a defect that the kills are to find. Default `false`. */
  readonly isHasty?: boolean;
}

/** Kills a till under load, so many times, and starts it again on the same file; then lets it finish, and looks. */
export async function runLane({ kills, seed, messaging, isHasty = false }: LaneSettings): Promise<Lane> {
  const folder = await mkdtemp(join(tmpdir(), "electrum-vouchers-kill-"));
  const simulator = await startSimulator({
    faults: faultPlan(seed),
    maxHistory: 0,
    singleMessagingUsers: messaging === "single" ? [USER] : [],
  });
  try {
    const settings = {
      path: join(folder, "till.db"),
      url: simulator.url,
      messaging,
      isHasty,
      compiledFolder: join(folder, "compiled"),
    };
    await compile(settings);
    return await killAndInspect(settings, simulator, kills, seed);
  } finally {
    await simulator.stop();
    await rm(folder, { recursive: true });
  }
}

async function killAndInspect(
  settings: TillSettings,
  simulator: Simulator,
  kills: number,
  seed: number,
): Promise<Lane> {
  const ended = await killRepeatedly(settings, kills, seed);
  const faults = simulator.faults(0).fired.total;
  // From here on nothing goes wrong any more.
  simulator.setFaults({});
  const last = await finish(settings);
  const undelivered = await deliveryFaults(simulator);

  const words = ended.flatMap((each) => each.words);
  const outbox = openSqliteOutbox({ path: settings.path })._unsafeUnwrap();
  const { transactions, broken } = await inspectRest(outbox, simulator.world(), hearOf(words));
  (await outbox.close())._unsafeUnwrap();
  return {
    kills,
    transactions,
    acknowledged: words.filter(({ type }) => type === "acknowledged").length,
    leftBehind: words.reduce((sum, word) => sum + (word.type === "serving" ? word.leftBehind : 0), 0),
    killedEarly: ended.filter(({ words: said }) => !said.some(({ type }) => type === "serving")).length,
    faults,
    broken: [...ended.flatMap(endFaults("SIGKILL")), ...endFaults("exit 0")(last), ...undelivered, ...broken],
  };
}

/** Only a process that ends by itself leaves its compiled code to the others. */
async function compile(settings: TillSettings): Promise<void> {
  const till = startTillProcess(settings);
  await till.said(1);
  till.dismiss();
  await till.ended;
}

/** The next process loads its code while the one before serves: the time between two kills belongs to tills, not to that. */
async function killRepeatedly(settings: TillSettings, kills: number, seed: number): Promise<readonly Ended[]> {
  const { below, chance } = randomOf(seed, 0);
  const ended: Ended[] = [];
  let till: TillProcess | undefined = kills > 0 ? startTillProcess(settings) : undefined;
  for (let killed = 1; till !== undefined; killed += 1) {
    await till.said(1);
    till.order("serve");
    const next: TillProcess | undefined = killed < kills ? startTillProcess(settings) : undefined;
    if (!chance(EARLY)) await Promise.race([till.said(1 + below(MAX_WORDS)), pause(MAX_LIFE_MS)]);
    await pause(below(MAX_AFTERWARDS_MS));
    till.kill();
    ended.push(await till.ended);
    till = next;
  }
  return ended;
}

/** One more process takes up what the others left, and ends by itself once nothing is due any more. */
async function finish(settings: TillSettings): Promise<Ended> {
  const till = startTillProcess(settings);
  await till.said(1);
  till.order("finish");
  const patience = setTimeout(till.kill, MAX_FINISH_MS);
  const ended = await till.ended;
  clearTimeout(patience);
  return ended;
}

/** Waits until no message is left on its way to a provider, and no longer than that can take. */
async function deliveryFaults(simulator: Simulator): Promise<readonly string[]> {
  const waiting = () => allProviders(simulator.world(), 0).filter(({ queued }) => queued > 0);
  const endMs = performance.now() + MAX_DELIVERY_MS;
  while (waiting().length > 0 && performance.now() < endMs) await pause(DELIVERY_PAUSE_MS);
  return waiting().map(({ name, queued }) => `the switch delivers everything (${queued} still wait for ${name})`);
}

/** A process ends in the way it is meant to, and has nothing to complain of. */
const endFaults =
  (meant: string) =>
  ({ how, printed }: Ended): readonly string[] => [
    ...(how === meant ? [] : [`a till process ends by ${meant}, not by ${how}`]),
    ...(printed === "" ? [] : [`a till process has nothing to complain of: ${printed}`]),
  ];
