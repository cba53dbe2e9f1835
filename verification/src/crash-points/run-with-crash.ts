import { join } from "node:path";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Transaction } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { startTill } from "@electrum-vouchers/runtime";
import {
  cancel,
  createSimulatedElectrum,
  policyFor,
  type SimulatedElectrum,
  waitForAll,
  worldFor,
} from "@electrum-vouchers/testkit";
import { copyDatabase } from "../disk/temporary-folder.ts";
import { closeOrThrow, openOrThrow } from "../disk/outbox.ts";
import { type TillProcess, startTillProcess } from "../simulation/till-process.ts";
import { runStartsAt } from "../simulation/messages.ts";
import { type CrashFlowAction, MAX_TRANSACTIONS, performAction } from "./actions.ts";
import type { Flow } from "./flow.ts";
import { createCrashingPorts, type CrashPointHandler } from "./crashing-ports.ts";
import { checkAtQuiescence, loadTransactions } from "./quiescence.ts";
import { createPausableClock, type PausableClock } from "./pausable-clock.ts";
import { createOracle, type Oracle } from "./oracle.ts";

/**
 * What whoever works at the till does once it runs again.
 *
 * - `repeat`: all of it once more, under the same ids
 * - `cancel`: the customers have gone, and nothing shall stand
 * - `abandon`: nothing at all
 */
export type RecoveryMode = "repeat" | "cancel" | "abandon";

export const recoveryModes: readonly RecoveryMode[] = ["repeat", "cancel", "abandon"];

/** What came of a flow that was played once. */
export interface CrashRun {
  /** How many points the first till came to. */
  readonly points: number;
  /** Where the till died; absent where it did not live long enough to get there, having nothing left to do. */
  readonly crashedAt?: string;
  /** The states at the end, in the order in which the transactions were started. */
  readonly finalStates: readonly Transaction["state"][];
  readonly violations: readonly string[];
}

/** Beyond everything that a flow and its recovery take. */
const MAX_RUN_MS = 24 * 60 * 60 * 1000;

export interface CrashRunOptions {
  /** At which point the till dies, counted from 1; 0 for nowhere. */
  readonly crashPoint: number;
  readonly recoveryMode: RecoveryMode;
  readonly injectDefect?: OutboxDefectInjector | undefined;
}

/** Puts something between a till and its outbox. */
export type OutboxDefectInjector = (outbox: Outbox) => Outbox;

/** Plays a flow in a folder that has an empty outbox in it, up to the point where the till dies, and what comes after. */
export async function runWithCrash(
  flow: Flow,
  folder: string,
  { crashPoint, recoveryMode, injectDefect }: CrashRunOptions,
): Promise<CrashRun> {
  const clock = createPausableClock(runStartsAt);
  const { world, voucherCode } = worldFor(flow.given);
  const environment: FlowEnvironment = {
    flow,
    clock,
    voucherCode,
    electrum: createSimulatedElectrum(clock, { world, faults: { rules: flow.given.faults ?? [] } }),
    oracle: createOracle(),
    pastEvents: new Set(),
  };
  const [first, second] = [join(folder, "first.db"), join(folder, "second.db")];
  const tillProcess = startTillProcess("the first till", clock.now);
  let points = 0;
  let crashedAt: string | undefined;
  /** The file at this instant is all that a process leaves behind. */
  const crashesAt: CrashPointHandler = (point) => {
    points += 1;
    if (points !== crashPoint) return false;
    crashedAt = point;
    copyDatabase(first, second);
    tillProcess.kill();
    return true;
  };

  copyDatabase(join(folder, EMPTY_DATABASE), first);
  let outbox = openOrThrow(first);
  await runActions(environment, flow.actions, {
    outbox: injectDefect === undefined ? outbox : injectDefect(outbox),
    tillProcess,
    crashesAt,
  });
  await awaitQuiescence(environment, outbox, tillProcess);
  if (crashedAt !== undefined) {
    await closeOrThrow(outbox);
    outbox = openOrThrow(second);
    const after = {
      outbox: injectDefect === undefined ? outbox : injectDefect(outbox),
      tillProcess: startTillProcess("the second till", clock.now),
    };
    await runActions(environment, recoveryActions(flow, recoveryMode), { ...after, crashesAt: () => false });
  }
  environment.electrum.heal();
  await awaitQuiescence(environment, outbox);
  const violations = await checkAtQuiescence(outbox, environment.electrum.world(), environment.oracle);
  const finalStates = (await loadTransactions(outbox)).map(({ state }) => state);
  await closeOrThrow(outbox);
  return { points, ...(crashedAt === undefined ? {} : { crashedAt }), finalStates, violations };
}

/** What outlives a till. */
interface FlowEnvironment {
  readonly flow: Flow;
  readonly clock: PausableClock;
  readonly electrum: SimulatedElectrum;
  readonly voucherCode: string;
  readonly oracle: Oracle;
  readonly pastEvents: Set<CrashFlowAction>;
}

/** A till's process, and the file that it works on. */
interface ProcessContext {
  readonly outbox: Outbox;
  readonly tillProcess: TillProcess;
  readonly crashesAt: CrashPointHandler;
}

/** Starts a till and does these things at it, until all are done or it has died. */
async function runActions(
  environment: FlowEnvironment,
  actions: readonly CrashFlowAction[],
  context: ProcessContext,
): Promise<void> {
  const { clock, oracle } = environment;
  let isDone = false;
  const running = runActionsAtTill(environment, actions, context).finally(() => {
    isDone = true;
  });
  const hasEnded = await clock.advanceUntil(() => isDone || context.tillProcess.isDead(), runStartsAt + MAX_RUN_MS);
  if (!hasEnded) oracle.reportViolation("the acts never come to an end");
  if (isDone) await running;
}

async function runActionsAtTill(
  environment: FlowEnvironment,
  actions: readonly CrashFlowAction[],
  { outbox, tillProcess, crashesAt }: ProcessContext,
): Promise<void> {
  const { flow, oracle } = environment;
  const till = await startTill({
    ...createCrashingPorts({ ...environment, outbox }, tillProcess, crashesAt),
    policy: policyFor(flow.given),
    onEvent: oracle.recordEvent,
    newId: createIdMinter(tillProcess),
  });
  const { provider = "standard" } = flow.given;
  for (const action of actions)
    await tillProcess.untilKilled(performAction({ ...environment, till, provider }, action));
}

/** Lets time pass until nothing is under way and nothing due any more, or the till has died. */
async function awaitQuiescence(
  { clock, electrum }: FlowEnvironment,
  outbox: SqliteOutbox,
  tillProcess?: TillProcess,
): Promise<void> {
  const isNothingDue = (): Promise<boolean> =>
    outbox.summary().match(
      ({ due }) => due.advice + due.timer + due.replyDeadline === 0,
      () => false,
    );
  await clock.advanceUntil(
    async () => tillProcess?.isDead() === true || (electrum.isQuiescent() && (await isNothingDue())),
    runStartsAt + MAX_RUN_MS,
  );
}

/** The name of a database in which nothing has happened, from which every run starts. */
export const EMPTY_DATABASE = "empty.db";

/** Ids that no other process mints. */
function createIdMinter({ name }: TillProcess): () => string {
  const prefix = name === "the first till" ? "a" : "b";
  let minted = 0;
  return () => {
    minted += 1;
    return `${prefix}0000000-0000-4000-8000-${minted.toString(16).padStart(12, "0")}`;
  };
}

function recoveryActions({ actions }: Flow, recoveryMode: RecoveryMode): readonly CrashFlowAction[] {
  switch (recoveryMode) {
    case "repeat":
      return actions;
    case "cancel":
      return [waitForAll, ...Array.from({ length: MAX_TRANSACTIONS }, (_, index) => cancel(index)), waitForAll];
    case "abandon":
      return [];
  }
}
