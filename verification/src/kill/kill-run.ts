import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { allProviders, type FaultPlan, type Simulator, startSimulator } from "@electrum-vouchers/simulator";
import { USER } from "../request-fields.ts";
import { createOracle, type Oracle } from "../oracle/oracle.ts";
import { checkAtQuiescence } from "../oracle/quiescence.ts";
import type { ProcessMessage } from "./process-messages.ts";
import type { OutboxDefect } from "./outbox-defects.ts";
import { type ProcessExit, spawnTill, type TillChildOptions } from "./till-child-process.ts";
import { type LaneOptions, runLane } from "./till-lane.ts";
import { openTillStore, type TillStore } from "./till-store.ts";
import { pickWrongClock } from "./wrong-clock.ts";

/** The result for one file and one switch: several tills at once, each of many processes one after the other. */
export interface KillRun {
  readonly kills: number;
  readonly transactions: number;
  /** How many results the callers of the killed processes had got. */
  readonly returnedCalls: number;
  /** How many unfinished transactions the processes found when they began: left by killed ones, or under way in another. */
  readonly leftBehind: number;
  /** How many processes were killed before they served a customer: while they opened the file, or recovered. */
  readonly killedEarly: number;
  /** How often a process was stalled while the others went on. */
  readonly stalls: number;
  /** How often the wall clock of a process was set while it served. */
  readonly jumps: number;
  /** How many faults were injected at the switch. */
  readonly faults: number;
  readonly violations: readonly string[];
}

/** How many tills work on one store at once. */
const LANES = 2;

/** By then everything that was left behind is finished. It is several times the longest deadline. */
const MAX_FINISH_MS = 60_000;

/** No provider is down, so the switch delivers within milliseconds. */
const MAX_DELIVERY_MS = 10_000;
const DELIVERY_POLL_INTERVAL_MS = 20;

/** The faults of the switch. None of them tells a till about its own redemption what is true of another's. */
const faultPlan = (seed: number): FaultPlan => ({
  random: {
    seed,
    delayMs: 300,
    rates: {
      reset: 0.04,
      noResponse: 0.02,
      delayed: 0.03,
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

export interface KillRunOptions {
  readonly kills: number;
  readonly seed: number;
  readonly messaging: "dual" | "single";
  /** Gives the tills an outbox with a defect that the kills must detect. */
  readonly defect?: OutboxDefect;
  /** How long the last process may take to finish. Default: several times the longest deadline. */
  readonly finishMs?: number;
  /** What the tills share. Default: a file of their own. */
  readonly store?: TillStore;
  /** How many tills work on it at once. Default 2. */
  readonly lanes?: number;
  /** How far ahead of the true time each wall clock is. Default: wrong by hours, days or years. */
  readonly pickClockOffset?: LaneOptions["pickClockOffset"];
  /** What happens to the store while they do: it is called once, and goes on until it is aborted. Default: nothing. */
  readonly disturb?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Kills tills under load this many times, and each time starts another one on the same file, while others go on. Then lets a last
 * one finish by the true time, and checks.
 */
export async function runKills({
  kills,
  seed,
  messaging,
  defect,
  finishMs = MAX_FINISH_MS,
  store,
  lanes = LANES,
  pickClockOffset = pickWrongClock,
  disturb = async () => {},
}: KillRunOptions): Promise<KillRun> {
  const folder = await mkdtemp(join(tmpdir(), "electrum-vouchers-kill-"));
  const simulator = await startSimulator({
    faults: faultPlan(seed),
    maxHistory: 0,
    strict: true,
    singleMessagingUsers: messaging === "single" ? [USER] : [],
  });
  try {
    const options = {
      store: store ?? { type: "file", path: join(folder, "till.db") },
      url: simulator.url,
      messaging,
      defect,
      compileCacheFolder: join(folder, "compiled"),
    };
    await warmCompileCache(options);
    return await killAndCheck(options, simulator, { kills, seed, finishMs, lanes, pickClockOffset, disturb });
  } finally {
    await simulator.stop();
    await rm(folder, { recursive: true });
  }
}

type KillPlan = Required<Pick<KillRunOptions, "kills" | "seed" | "finishMs" | "lanes" | "pickClockOffset" | "disturb">>;

async function killAndCheck(
  options: TillChildOptions,
  simulator: Simulator,
  { kills, seed, finishMs, lanes: laneCount, pickClockOffset, disturb }: KillPlan,
): Promise<KillRun> {
  const end = new AbortController();
  const disturbed = disturb(end.signal);
  const lanes = await Promise.all(
    Array.from({ length: laneCount }, (_, lane) =>
      runLane(options, { kills: Math.floor((kills + lane) / laneCount), seed, lane, pickClockOffset }),
    ),
  );
  end.abort();
  await disturbed;
  const exits = lanes.flatMap((lane) => lane.exits);
  const faults = simulator.faults(0).injected.total;
  // From here on no fault is injected.
  simulator.setFaults({});
  const lastExit = await finish(options, finishMs);
  const undelivered = await checkDelivered(simulator);

  const messages = exits.flatMap((each) => each.messages);
  const oracle = createOracle();
  for (const message of messages) recordMessage(oracle, message);
  const outbox = await openTillStore(options.store);
  const transactions = await checkAtQuiescence(outbox, simulator.world(), oracle);
  (await outbox.close())._unsafeUnwrap();
  return {
    kills,
    transactions: transactions.length,
    returnedCalls: messages.filter(({ type }) => type === "returned").length,
    leftBehind: messages.reduce((sum, message) => sum + (message.type === "serving" ? message.leftBehind : 0), 0),
    killedEarly: exits.filter(({ messages: reported }) => !reported.some(({ type }) => type === "serving")).length,
    stalls: lanes.reduce((sum, lane) => sum + lane.stalls, 0),
    jumps: lanes.reduce((sum, lane) => sum + lane.jumps, 0),
    faults,
    violations: [
      ...exits.flatMap(checkExit("SIGKILL")),
      ...checkExit("exit 0")(lastExit),
      ...undelivered,
      ...oracle.violations,
    ],
  };
}

/** What the callers of the tills were told. */
function recordMessage(oracle: Oracle, message: ProcessMessage): void {
  switch (message.type) {
    case "returned":
      return oracle.recordToldState(message.id, message.state);
    case "decided":
      return oracle.recordDecision(message.id, message.decision);
    case "handedOver":
      return oracle.recordHandOver(message.id, message.fingerprint);
    case "ready":
    case "serving":
    case "finished":
      return undefined;
  }
}

/** Only a process that ends by itself leaves its compiled code to the next ones. */
async function warmCompileCache(options: TillChildOptions): Promise<void> {
  const till = spawnTill(options);
  await till.waitForMessages(1);
  till.stop();
  await till.exited;
}

/** Starts one more process. It takes up what the others left, and ends by itself once nothing is due any more. */
async function finish(options: TillChildOptions, finishMs: number): Promise<ProcessExit> {
  const till = spawnTill(options);
  await till.waitForMessages(1);
  till.command("finish");
  const timeout = setTimeout(till.kill, finishMs);
  const exit = await till.exited;
  clearTimeout(timeout);
  return exit;
}

/** Waits until the switch has delivered everything to the providers, for a bounded time. */
async function checkDelivered(simulator: Simulator): Promise<readonly string[]> {
  const undelivered = () => allProviders(simulator.world(), 0).filter(({ queued }) => queued > 0);
  const deadlineMs = performance.now() + MAX_DELIVERY_MS;
  while (undelivered().length > 0 && performance.now() < deadlineMs) await pause(DELIVERY_POLL_INTERVAL_MS);
  return undelivered().map(({ name, queued }) => `the switch delivers everything (${queued} still wait for ${name})`);
}

/** A process ends as it is meant to, and prints no diagnostics. */
const checkExit =
  (expected: string) =>
  ({ cause, diagnostics }: ProcessExit): readonly string[] => [
    ...(cause === expected ? [] : [`a till process ends by ${expected}, not by ${cause}`]),
    ...(diagnostics === "" ? [] : [`a till process has nothing to complain of: ${diagnostics}`]),
  ];
