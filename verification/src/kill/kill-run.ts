import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { allProviders, type FaultPlan, type Simulator, startSimulator } from "@electrum-vouchers/simulator";
import { createRandom } from "../random.ts";
import { USER } from "../request-fields.ts";
import { createOracle, type Oracle } from "../oracle/oracle.ts";
import { checkAtQuiescence } from "../oracle/quiescence.ts";
import type { ProcessMessage } from "./process-messages.ts";
import { type ProcessExit, spawnTill, type TillChildProcess, type TillChildOptions } from "./till-child-process.ts";

/** The result for one till: one file, one switch, and many processes one after the other. */
export interface KillRun {
  readonly kills: number;
  readonly transactions: number;
  /** How many results the callers of the killed processes had got. */
  readonly returnedCalls: number;
  /** How many unfinished transactions the killed processes left to their successors. */
  readonly leftBehind: number;
  /** How many processes were killed before they served a customer: while they opened the file, or recovered. */
  readonly killedEarly: number;
  /** How many faults were injected at the switch. */
  readonly faults: number;
  readonly violations: readonly string[];
}

/** A kill comes after at most so many messages of the process and a short delay; or after this time, if there are fewer messages. */
const MAX_MESSAGES = 50;
const MAX_KILL_DELAY_MS = 30;
const MAX_UPTIME_MS = 2_000;

/** The rate of kills that come at once: while the file is opened, or recovery begins. */
const EARLY_KILL_RATE = 0.15;

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
  /** Gives the till an outbox with a defect that the kills must detect. Default: `false`. */
  readonly acknowledgesEarly?: boolean;
}

/** Kills a till under load this many times, and each time starts it again on the same file. Then lets it finish, and checks. */
export async function runKills({
  kills,
  seed,
  messaging,
  acknowledgesEarly = false,
}: KillRunOptions): Promise<KillRun> {
  const folder = await mkdtemp(join(tmpdir(), "electrum-vouchers-kill-"));
  const simulator = await startSimulator({
    faults: faultPlan(seed),
    maxHistory: 0,
    singleMessagingUsers: messaging === "single" ? [USER] : [],
  });
  try {
    const options = {
      path: join(folder, "till.db"),
      url: simulator.url,
      messaging,
      acknowledgesEarly,
      compileCacheFolder: join(folder, "compiled"),
    };
    await warmCompileCache(options);
    return await killAndCheck(options, simulator, kills, seed);
  } finally {
    await simulator.stop();
    await rm(folder, { recursive: true });
  }
}

async function killAndCheck(
  options: TillChildOptions,
  simulator: Simulator,
  kills: number,
  seed: number,
): Promise<KillRun> {
  const exits = await killRepeatedly(options, kills, seed);
  const faults = simulator.faults(0).injected.total;
  // From here on no fault is injected.
  simulator.setFaults({});
  const lastExit = await finish(options);
  const undelivered = await checkDelivered(simulator);

  const messages = exits.flatMap((each) => each.messages);
  const oracle = createOracle();
  for (const message of messages) recordMessage(oracle, message);
  const outbox = openSqliteOutbox({ path: options.path })._unsafeUnwrap();
  const transactions = await checkAtQuiescence(outbox, simulator.world(), oracle);
  (await outbox.close())._unsafeUnwrap();
  return {
    kills,
    transactions: transactions.length,
    returnedCalls: messages.filter(({ type }) => type === "returned").length,
    leftBehind: messages.reduce((sum, message) => sum + (message.type === "serving" ? message.leftBehind : 0), 0),
    killedEarly: exits.filter(({ messages: reported }) => !reported.some(({ type }) => type === "serving")).length,
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

/** The next process loads its code while the one before it serves, so that the time between two kills is not spent on loading. */
async function killRepeatedly(options: TillChildOptions, kills: number, seed: number): Promise<readonly ProcessExit[]> {
  const { below, chance } = createRandom(seed, 0);
  const exits: ProcessExit[] = [];
  let till: TillChildProcess | undefined = kills > 0 ? spawnTill(options) : undefined;
  for (let killed = 1; till !== undefined; killed += 1) {
    await till.waitForMessages(1);
    till.command("serve");
    const next: TillChildProcess | undefined = killed < kills ? spawnTill(options) : undefined;
    if (!chance(EARLY_KILL_RATE))
      await Promise.race([till.waitForMessages(1 + below(MAX_MESSAGES)), pause(MAX_UPTIME_MS)]);
    await pause(below(MAX_KILL_DELAY_MS));
    till.kill();
    exits.push(await till.exited);
    till = next;
  }
  return exits;
}

/** Starts one more process. It takes up what the others left, and ends by itself once nothing is due any more. */
async function finish(options: TillChildOptions): Promise<ProcessExit> {
  const till = spawnTill(options);
  await till.waitForMessages(1);
  till.command("finish");
  const timeout = setTimeout(till.kill, MAX_FINISH_MS);
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
