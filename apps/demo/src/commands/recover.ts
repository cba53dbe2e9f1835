import { isFinal, parsePolicy, type Policy, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { EventListener, Till } from "@electrum-vouchers/runtime";
import { err, ok, type Result, safeTry } from "neverthrow";
import { type Options, readArguments, readDuration, readRequired, readWholeNumber } from "../input/arguments.ts";
import { type BadInput, badInput } from "../input/bad-input.ts";
import { type ConnectionOption, connectionOptions, type Destination, readDestination } from "../input/connection.ts";
import { helpOf } from "../input/help.ts";
import { DEMO_CLIENT } from "../input/request.ts";
import { describeTillError } from "../print/ending.ts";
import { createTextReporter, jsonReporter, type Reporter } from "../print/reporter.ts";
import { checkStored, describeDatabaseError, openSession } from "../till/session.ts";
import { clientOf, inspectStore, type StoreContents } from "../till/store-contents.ts";
import { createChangeSignal, type ChangeSignal } from "../till/change-signal.ts";
import { ageMs, progressOf } from "../till/undecided.ts";
import type { Composition } from "../compose.ts";
import { closeOnSignal, type CliCommand, type ExitCode } from "./command.ts";

type RecoverOption = ConnectionOption | "cancel-undecided" | "hand-over" | "by" | "wait";

const options: Options<RecoverOption> = {
  "cancel-undecided": {
    valueName: "AGE",
    help: "also cancel what has waited for a decision for so long, such as 30m, 12h or 2d;\nrefused while another process has the file open",
  },
  "hand-over": {
    valueName: "ID",
    help: "show the voucher of a confirmed sale, if it was never handed over",
  },
  by: { valueName: "NAME", help: "who hands it over; it is stored with the sale" },
  wait: { valueName: "SECONDS", help: "how long to try; default: 300" },
  ...connectionOptions,
};

/** Delivers what a killed run left. It decides nothing by itself: the customer may be standing at the counter of another till. */
export const recoverCommand: CliCommand = {
  help: helpOf(
    "demo recover --db FILE [options]: delivers what a killed run left to be delivered",
    options,
    `It may run beside a till that is at work. It confirms and reverses what was decided, and finds out what became of requests: if the
response to one was lost, it waits until its deadline and then reverses it. What waits for the till's decision is left alone, and
listed, unless --cancel-undecided is given.

Exit code: 0 if nothing is left open, 1 if something is, 2 for bad input.

  demo recover --db till.db
  demo recover --db till.db --cancel-undecided 30m
  demo recover --db till.db --hand-over 3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c --by Thandi
  demo recover --db till.db --electrum https://sandbox.electrum.io/suv/v1`,
  ),
  run: async (args) => {
    const plan = readPlan(args);
    return plan.isErr() ? err(plan.error) : execute(plan.value);
  },
};

interface RecoveryPlan {
  readonly db: string;
  readonly destination: Destination;
  readonly username: string | undefined;
  /** From which age on what is undecided is cancelled. `undefined`: nothing is. */
  readonly cancelAgeMs: number | undefined;
  /** The sale whose voucher is to be shown. */
  readonly handOverId: Uuid | undefined;
  readonly by: string | undefined;
  readonly waitMs: number;
  readonly reporter: Reporter;
}

/** Longer than the default deadline of a request, with time for repeats. */
const DEFAULT_WAIT_SECONDS = 300;
const MAX_WAIT_SECONDS = 86_400;

function readPlan(args: readonly string[]): Result<RecoveryPlan, BadInput> {
  return safeTry(function* () {
    const given = yield* readArguments("recover", options, args);
    const db = yield* readRequired(given, "db", "the file of the till that was killed");
    const destination = yield* readDestination(given, process.env);
    const wait = yield* readWholeNumber(given, "wait", { min: 0, max: MAX_WAIT_SECONDS });
    const cancelAgeMs = yield* readDuration(given, "cancel-undecided");
    return ok({
      db,
      destination,
      username: given.text("username"),
      cancelAgeMs,
      handOverId: given.text("hand-over"),
      by: given.text("by"),
      waitMs: (wait ?? DEFAULT_WAIT_SECONDS) * 1000,
      reporter: given.has("json") ? jsonReporter : createTextReporter(),
    });
  });
}

async function execute(plan: RecoveryPlan): Promise<Result<ExitCode, BadInput>> {
  const { db, destination, reporter } = plan;
  const found = await inspectStore(db).mapErr((error) => describeDatabaseError(db, error));
  if (found.isErr()) return err(found.error);
  const stored = found.value;
  const username =
    plan.username ?? stored.unfinished.map(clientOf).find((client) => client !== undefined) ?? DEMO_CLIENT;
  const checked = checkStored(db, stored, { destination, username }).andThen(() => checkAlone(plan, stored));
  if (checked.isErr()) return err(checked.error);
  if (stored.unfinished.length === 0 && stored.damaged.length === 0 && plan.handOverId === undefined) {
    reporter.printText("nothing is unfinished");
    reportToHandOver(plan, stored);
    return ok(0);
  }
  const signal = createChangeSignal();
  const onEvent: EventListener = (event) => {
    signal.onEvent(event);
    reporter.onEvent(event);
  };
  const session = await openSession({ db, mustExist: true, destination, username, policy: defaultPolicy(), onEvent });
  if (session.isErr()) return err(session.error);
  const ignoreSignals = closeOnSignal(session.value.close, db);
  const finished = await finishTransactions(session.value, signal, plan, stored);
  const exitCode = (await handOver(session.value.till, plan)) ? finished : 1;
  reportToHandOver(plan, stored);
  ignoreSignals();
  await session.value.close();
  return ok(exitCode);
}

/** Shows the voucher that was asked for. Gives whether it could. */
async function handOver(till: Till, { handOverId, by, reporter }: RecoveryPlan): Promise<boolean> {
  if (handOverId === undefined) return true;
  return (await till.handOver(handOverId, by === undefined ? {} : { by })).match(
    (given) => {
      reporter.handOver(given);
      return true;
    },
    (error) => {
      reporter.printText(`${handOverId}: ${describeTillError(error)}`);
      return false;
    },
  );
}

/** Names the sales that are confirmed, and whose vouchers were never handed over. */
function reportToHandOver({ db, handOverId, reporter }: RecoveryPlan, { toHandOver }: StoreContents): void {
  for (const id of toHandOver.filter((each) => each !== handOverId))
    reporter.printText(
      `${id} is confirmed, and its voucher was never handed over; "demo recover --db ${db} --hand-over ${id}" shows it`,
    );
}

/** What is undecided for one process may be just being paid for at another. */
const checkAlone = (
  { db, cancelAgeMs }: Pick<RecoveryPlan, "db" | "cancelAgeMs">,
  { others }: Pick<StoreContents, "others">,
): Result<void, BadInput> =>
  cancelAgeMs === undefined || others === 0
    ? ok()
    : badInput(
        `--cancel-undecided: ${others === 1 ? "another process has" : `${others} other processes have`} ${db} open, and may be serving the customer; expected none`,
      );

/** A till needs a policy for new transactions. None starts here, and each recovered one keeps its own. */
const defaultPolicy = (): Policy => parsePolicy()._unsafeUnwrap();

async function finishTransactions(
  composition: Composition,
  signal: ChangeSignal,
  { cancelAgeMs, waitMs, reporter }: RecoveryPlan,
  { unfinished, damaged }: StoreContents,
): Promise<ExitCode> {
  const { till, outbox } = composition;
  reporter.printText(`${unfinished.length} unfinished`);
  if (cancelAgeMs !== undefined)
    for (const transaction of unfinished) await cancelIfOld(composition, transaction, cancelAgeMs, reporter);
  const endWatch = outbox.watch(signal.notify);
  const moving = new Set(unfinished.map(({ id }) => id));
  await signal.waitUntil(async () => signal.hasRefusedCredentials() || (await haveStopped(till, moving)), waitMs);
  endWatch();
  const endings = await Promise.all(unfinished.map(({ id }) => reportEnd(till, id, reporter)));
  damaged.forEach((id) => reporter.printText(`${id}: its record is damaged; an operator must look`));
  return endings.every((isEnded) => isEnded) && damaged.length === 0 ? 0 : 1;
}

async function cancelIfOld(
  { till, outbox }: Composition,
  transaction: Transaction,
  cancelAgeMs: number,
  reporter: Reporter,
): Promise<void> {
  const { id, state } = transaction;
  const progress = progressOf(transaction);
  if (progress !== "underWay" && progress !== "undecided") return;
  if ((await ageMs(outbox, transaction)) < cancelAgeMs) return;
  // It is refused if the transaction has just ended by itself; its state is printed at the end.
  (await till.cancel(id)).match(
    () => reporter.printText(`${id} was ${state}: cancelled`),
    (error) => reporter.printText(`${id} was ${state}: ${describeTillError(error)}`),
  );
}

/** Whether none of them goes on by itself any more. Forgets those that have stopped. */
async function haveStopped(till: Till, moving: Set<Uuid>): Promise<boolean> {
  for (const id of moving) {
    const progress = (await till.find(id)).map(progressOf).unwrapOr("atRest");
    if (progress === "underWay" || progress === "owed") return false;
    moving.delete(id);
  }
  return true;
}

/** Prints a transaction's state, and returns whether it is final. */
async function reportEnd(till: Till, id: Uuid, reporter: Reporter): Promise<boolean> {
  return (await till.find(id)).match(
    (transaction) => {
      reporter.reportEnd(transaction);
      return isFinal(transaction);
    },
    (error) => {
      reporter.printText(`${id}: ${describeTillError(error)}`);
      return false;
    },
  );
}
