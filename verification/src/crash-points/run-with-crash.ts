import { join } from "node:path";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Transaction } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { type Alert, startTill } from "@electrum-vouchers/runtime";
import {
  cancel,
  createSimulatedElectrum,
  policyFor,
  type SimulatedElectrum,
  startTillProcess,
  type TillProcess,
  waitForAll,
  worldFor,
} from "@electrum-vouchers/testkit";
import { copyDatabase } from "../disk/temporary-folder.ts";
import { closeOrThrow, openOrThrow } from "../disk/outbox.ts";
import { createPausableClock, type PausableClock } from "../harness/pausable-clock.ts";
import { isNothingDue, watchCommits } from "../harness/watch-outbox.ts";
import { createOracle, type Oracle } from "../oracle/oracle.ts";
import { checkAtQuiescence, loadTransactions } from "../oracle/quiescence.ts";
import { runStartsAt } from "../simulation/messages.ts";
import { type CrashFlowAction, MAX_TRANSACTIONS, performAction } from "./actions.ts";
import type { Flow } from "./flow.ts";
import { openSurvivor, type ProcessDefect, type Survivor, type SurvivorOptions } from "./survivor.ts";
import { createCrashingPorts, type CrashPointHandler } from "./crashing-ports.ts";

/**
 * What the cashier does once the till runs again.
 *
 * - `repeat`: all actions once more, under the same ids
 * - `cancel`: the customers have left, so everything is cancelled
 * - `abandon`: nothing
 * - `survive`: nothing; but a second till has been open on the same file all the time, and takes up what the first one leaves
 */
export type RecoveryMode = "repeat" | "cancel" | "abandon" | "survive";

export const recoveryModes: readonly RecoveryMode[] = ["repeat", "cancel", "abandon", "survive"];

/** What came of one run of a flow. */
export interface CrashRun {
  /** How many points the first till came to. */
  readonly points: number;
  /** Where the till died. Absent if it had nothing left to do before it came to that point. */
  readonly crashedAt?: string;
  /** The states at the end, in the order in which the transactions were started. */
  readonly finalStates: readonly Transaction["state"][];
  readonly violations: readonly string[];
}

/** Longer than any flow and its recovery take. */
const MAX_RUN_MS = 24 * 60 * 60 * 1000;

export interface CrashRunOptions {
  /** At which point the till dies, counted from 1; 0 for nowhere. */
  readonly crashPoint: number;
  readonly recoveryMode: RecoveryMode;
  readonly injectDefect?: OutboxDefectInjector | undefined;
  /** What is wrong between the till and the one that survives it. */
  readonly processDefect?: ProcessDefect | undefined;
}

/** Puts something between a till and its outbox. */
export type OutboxDefectInjector = (outbox: Outbox) => Outbox;

/** Runs a flow in a folder that holds an empty outbox: up to the point where the till dies, and then the recovery. */
export async function runWithCrash(
  flow: Flow,
  folder: string,
  { crashPoint, recoveryMode, injectDefect, processDefect }: CrashRunOptions,
): Promise<CrashRun> {
  const environment = createEnvironment(flow);
  const { clock } = environment;
  const [first, second] = [join(folder, "first.db"), join(folder, "second.db")];
  const tillProcess = startTillProcess("the first till", clock.now);
  let points = 0;
  let crashedAt: string | undefined;
  /** The file at this instant is all that a process leaves behind. */
  const crashesAt: CrashPointHandler = (point) => {
    points += 1;
    if (points !== crashPoint) return false;
    crashedAt = point;
    if (recoveryMode !== "survive") copyDatabase(first, second);
    tillProcess.kill();
    return true;
  };

  copyDatabase(join(folder, EMPTY_DATABASE), first);
  const bootClock = { boot: 1, readMs: clock.monotonicMs };
  const survivor =
    recoveryMode === "survive"
      ? await startSurvivor(environment, first, { bootClock, tillProcess, defect: processDefect })
      : undefined;
  let outbox = survivor?.openFirst() ?? openOrThrow(first, bootClock);
  await runActions(environment, flow.actions, {
    outbox,
    injectDefect,
    tillProcess,
    crashesAt,
    isFileShared: survivor !== undefined,
  });
  await awaitQuiescence(environment, outbox, tillProcess);
  if (survivor !== undefined) {
    await survivor.endFirst(outbox);
    outbox = survivor.outbox;
  } else if (crashedAt !== undefined) {
    await closeOrThrow(outbox);
    outbox = openOrThrow(second, bootClock);
    await recover(environment, recoveryMode, { outbox, injectDefect });
  }
  environment.electrum.heal();
  await awaitQuiescence(environment, outbox);
  if (crashedAt !== undefined) await actAsOperator(environment, outbox);
  const { electrum, oracle } = environment;
  const missing = (flow.alerts ?? []).filter((reason) => !environment.alerts.has(reason));
  if (crashedAt === undefined && missing.length > 0)
    environment.oracle.reportViolation(`the operator is told (${missing.join(", ")})`);
  const transactions = await checkAtQuiescence(outbox, electrum.world(), oracle);
  await closeOrThrow(outbox);
  const finalStates = transactions.map(({ state }) => state);
  const { violations } = oracle;
  return { points, ...(crashedAt === undefined ? {} : { crashedAt }), finalStates, violations };
}

function createEnvironment(flow: Flow): FlowEnvironment {
  const clock = createPausableClock(runStartsAt);
  const { world, voucherCode } = worldFor(flow.given);
  return {
    flow,
    clock,
    voucherCode,
    electrum: createSimulatedElectrum(clock, { world, faults: { rules: flow.given.faults ?? [] } }),
    oracle: createOracle({ monotonicMs: clock.monotonicMs, confirmationsWait: true }),
    pastEvents: new Set(),
    alerts: new Set(),
  };
}

/** A new till takes over. */
async function recover(
  environment: FlowEnvironment,
  recoveryMode: RecoveryMode,
  { outbox, injectDefect }: Pick<ProcessContext, "outbox" | "injectDefect">,
): Promise<void> {
  const { flow, clock, oracle } = environment;
  // The first till may have died while a commit was under way, so that it was not told that the commit succeeded.
  for (const transaction of await loadTransactions(outbox)) oracle.recordStored(transaction);
  await runActions(environment, recoveryActions(flow, recoveryMode), {
    outbox,
    injectDefect,
    tillProcess: startTillProcess("the second till", clock.now),
    crashesAt: () => false,
  });
}

/** In the end an operator comes, with a till of its own. */
async function actAsOperator(environment: FlowEnvironment, outbox: SqliteOutbox): Promise<void> {
  const actions = environment.flow.actions.filter(({ type }) => type === "resend" || type === "resolve");
  if (actions.length === 0) return;
  await runActions(environment, [...actions, waitForAll], {
    outbox,
    injectDefect: undefined,
    tillProcess: startTillProcess("the operator's till", environment.clock.now),
    crashesAt: () => false,
  });
  await awaitQuiescence(environment, outbox);
}

/** What outlives a till. */
interface FlowEnvironment {
  readonly flow: Flow;
  readonly clock: PausableClock;
  readonly electrum: SimulatedElectrum;
  readonly voucherCode: string;
  readonly oracle: Oracle;
  readonly pastEvents: Set<CrashFlowAction>;
  /** What the operator was told. */
  readonly alerts: Set<Alert["reason"]>;
}

/** A till process, and the file that it works on. */
interface ProcessContext {
  readonly outbox: SqliteOutbox;
  readonly injectDefect: OutboxDefectInjector | undefined;
  readonly tillProcess: TillProcess;
  readonly crashesAt: CrashPointHandler;
  /** Whether another process reads what this one has still written when it died. */
  readonly isFileShared?: boolean;
}

/** Starts the second till beside the first one. */
async function startSurvivor(
  environment: FlowEnvironment,
  path: string,
  options: Pick<SurvivorOptions, "bootClock" | "tillProcess" | "defect">,
): Promise<Survivor> {
  const survivor = openSurvivor(path, { ...environment, ...options });
  await runActions(environment, [], {
    outbox: survivor.outbox,
    injectDefect: undefined,
    tillProcess: startTillProcess("the second till", environment.clock.now),
    crashesAt: () => false,
  });
  return survivor;
}

/** Starts a till and carries out these actions, until all are done or it has died. */
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
  if (!hasEnded) oracle.reportViolation("the actions never end");
  if (isDone) await running;
}

async function runActionsAtTill(
  environment: FlowEnvironment,
  actions: readonly CrashFlowAction[],
  { outbox, injectDefect = (each) => each, tillProcess, crashesAt, isFileShared = false }: ProcessContext,
): Promise<void> {
  const { flow, oracle } = environment;
  const watched = watchCommits(outbox, (change) => {
    // What a dead process has still written is in a file that nothing reads any more.
    if (!tillProcess.isDead() || isFileShared) oracle.recordCommit(change, tillProcess);
  });
  const till = await startTill({
    ...createCrashingPorts({ ...environment, outbox: injectDefect(watched) }, tillProcess, crashesAt),
    policy: policyFor(flow.given),
    onEvent: (event) => {
      oracle.recordEvent(event);
      if (event.type !== "alert") return;
      environment.alerts.add(event.alert.reason);
      // The oracle judges whether attention is needed: a crash may bring it about.
      if (event.alert.reason !== "attention" && flow.alerts?.includes(event.alert.reason) !== true)
        oracle.reportViolation(`no such alert is raised (${JSON.stringify(event.alert)})`);
    },
    newId: createIdMinter(tillProcess),
  });
  const { provider = "standard" } = flow.given;
  for (const action of actions)
    await tillProcess.untilKilled(performAction({ ...environment, till, provider }, action));
}

/** Lets time pass until nothing is under way and nothing is due any more, or the till has died. */
async function awaitQuiescence(
  { clock, electrum }: FlowEnvironment,
  outbox: SqliteOutbox,
  tillProcess?: TillProcess,
): Promise<void> {
  await clock.advanceUntil(
    async () => tillProcess?.isDead() === true || (electrum.isQuiescent() && (await isNothingDue(outbox))),
    runStartsAt + MAX_RUN_MS,
  );
}

/** The name of the empty database with which every run starts. */
export const EMPTY_DATABASE = "empty.db";

/** Mints ids that no other process mints. */
function createIdMinter({ name }: TillProcess): () => string {
  const prefix = name === "the first till" ? "a" : name === "the second till" ? "b" : "c";
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
    case "survive":
      return [];
  }
}
