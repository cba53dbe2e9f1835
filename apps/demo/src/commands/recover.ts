import { existsSync } from "node:fs";
import { isFinal, parsePolicy, type Policy, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { EventListener, Till } from "@electrum-vouchers/runtime";
import { err, ok, type Result, safeTry } from "neverthrow";
import { type Options, readArguments, readRequired, readWholeNumber } from "../input/arguments.ts";
import { type BadInput, badInput } from "../input/bad-input.ts";
import { type ConnectionOption, connectionOptions, type Destination, readDestination } from "../input/connection.ts";
import { helpOf } from "../input/help.ts";
import { DEMO_CLIENT } from "../input/request.ts";
import { describeTillError } from "../print/ending.ts";
import { createTextReporter, jsonReporter, type Reporter } from "../print/reporter.ts";
import { checkStored, describeDatabaseError, openSession } from "../till/session.ts";
import { clientOf, inspectStore, type StoreContents } from "../till/store-contents.ts";
import { createChangeSignal, type ChangeSignal } from "../till/change-signal.ts";
import type { Composition } from "../compose.ts";
import { closeOnSignal, type CliCommand, type ExitCode } from "./command.ts";

type RecoverOption = ConnectionOption | "keep" | "wait";

const options: Options<RecoverOption> = {
  keep: { help: "cancel nothing: only finish what the till need not decide" },
  wait: { valueName: "SECONDS", help: "how long to try; default: 300" },
  ...connectionOptions,
};

/** Finishes what a killed run left. What the till had not decided is cancelled, since the customer has gone. */
export const recoverCommand: CliCommand = {
  help: helpOf(
    "demo recover --db FILE [options]: finishes the transactions that a killed run left",
    options,
    `What the till had not decided is cancelled, since the customer has gone. If the response to a request was lost, the till waits
until its deadline and then reverses it.

Exit code: 0 if nothing is left open, 1 if something is, 2 for bad input.

  demo recover --db till.db
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
  readonly keep: boolean;
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
    if (!existsSync(db)) return badInput(`--db ${db}: no such file; expected that of the till that was killed`);
    return ok({
      db,
      destination,
      username: given.text("username"),
      keep: given.has("keep"),
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
  const checked = checkStored(db, stored, { destination, username });
  if (checked.isErr()) return err(checked.error);
  if (stored.unfinished.length === 0 && stored.damaged.length === 0) {
    reporter.printText("nothing is unfinished");
    return ok(0);
  }
  const signal = createChangeSignal();
  const onEvent: EventListener = (event) => {
    signal.onEvent(event);
    reporter.onEvent(event);
  };
  const session = await openSession({ db, destination, username, policy: defaultPolicy(), onEvent });
  if (session.isErr()) return err(session.error);
  const ignoreSignals = closeOnSignal(session.value.close, db);
  const exitCode = await finishTransactions(session.value, signal, plan, stored);
  ignoreSignals();
  await session.value.close();
  return ok(exitCode);
}

/** A till needs a policy for new transactions. None starts here, and each recovered one keeps its own. */
const defaultPolicy = (): Policy => parsePolicy()._unsafeUnwrap();

async function finishTransactions(
  { till, outbox }: Composition,
  signal: ChangeSignal,
  { keep, waitMs, reporter }: RecoveryPlan,
  { unfinished, damaged }: StoreContents,
): Promise<ExitCode> {
  reporter.printText(`${unfinished.length} unfinished`);
  if (!keep) for (const transaction of unfinished) await cancel(till, transaction, reporter);
  const isQuiet = async (): Promise<boolean> =>
    signal.hasRefusedCredentials() ||
    (await outbox.summary())
      .map(({ due }) => due.advice + due.replyDeadline + due.timer <= damaged.length)
      .unwrapOr(false);
  await signal.waitUntil(isQuiet, waitMs);
  const endings = await Promise.all(unfinished.map(({ id }) => reportEnd(till, id, reporter)));
  damaged.forEach((id) => reporter.printText(`${id}: its record is damaged; an operator must look`));
  return endings.every((isEnded) => isEnded) && damaged.length === 0 ? 0 : 1;
}

async function cancel(till: Till, transaction: Transaction, reporter: Reporter): Promise<void> {
  const { id, state } = transaction;
  if (!isUndecided(transaction)) return;
  // It is refused if the transaction has just ended by itself; its state is printed at the end.
  (await till.cancel(id)).match(
    () => reporter.printText(`${id} was ${state}: cancelled, since the customer has gone`),
    (error) => reporter.printText(`${id} was ${state}: ${describeTillError(error)}`),
  );
}

/** Whether the till can still cancel it. */
function isUndecided({ state }: Transaction): boolean {
  switch (state) {
    case "requesting":
    case "waitingToRetry":
    case "issued":
    case "lookingUp":
    case "waitingToLookUp":
    case "lookupFailed":
    case "found":
    case "redeeming":
    case "redeemed":
      return true;
    default:
      return false;
  }
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
