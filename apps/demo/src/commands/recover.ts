import { existsSync } from "node:fs";
import { isFinal, policy, type Policy, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Observer, Till } from "@electrum-vouchers/runtime";
import { err, ok, type Result, safeTry } from "neverthrow";
import { type Options, readArguments, required, wholeNumber } from "../input/arguments.ts";
import { type BadInput, badInput } from "../input/bad-input.ts";
import { type ConnectionOption, connectionOptions, type Destination, readDestination } from "../input/connection.ts";
import { helpOf } from "../input/help.ts";
import { DEMO_CLIENT } from "../input/request.ts";
import { describeTillError } from "../print/ending.ts";
import { createTextReporter, jsonReporter, type Reporter } from "../print/reporter.ts";
import { checkStored, databaseFault, openSession } from "../till/session.ts";
import { clientOf, look, type Stored } from "../till/stored.ts";
import { createWatch, type Watch } from "../till/watch.ts";
import type { Wired } from "../wire.ts";
import { closeOnSignal, type Command, type ExitCode } from "./command.ts";

type RecoverOption = ConnectionOption | "keep" | "wait";

const options: Options<RecoverOption> = {
  keep: { help: "cancel nothing: only finish what needs no decision of the till" },
  wait: { takes: "SECONDS", help: "how long to try; default: 300" },
  ...connectionOptions,
};

/** What a killed run left is finished; what nobody decided is cancelled, since the customer has gone. */
export const recover: Command = {
  help: helpOf(
    "demo recover --db FILE [options]: finishes what a killed run left",
    options,
    `Whatever the till had not decided is cancelled, since the customer has gone. A request whose answer was lost is waited for
until its deadline, and then undone.

Exit code: 0 where nothing is left open, 1 where something is, 2 for bad input.

  demo recover --db till.db
  demo recover --db till.db --electrum https://sandbox.electrum.io/suv/v1`,
  ),
  run: async (args) => {
    const plan = readPlan(args);
    return plan.isErr() ? err(plan.error) : carryOut(plan.value);
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

/** Longer than any answer of a request is waited for by default, with room for repeats. */
const DEFAULT_WAIT_SECONDS = 300;
const MAX_WAIT_SECONDS = 86_400;

function readPlan(args: readonly string[]): Result<RecoveryPlan, BadInput> {
  return safeTry(function* () {
    const given = yield* readArguments("recover", options, args);
    const db = yield* required(given, "db", "the file of the till that was killed");
    const destination = yield* readDestination(given, process.env);
    const wait = yield* wholeNumber(given, "wait", { min: 0, max: MAX_WAIT_SECONDS });
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

async function carryOut(plan: RecoveryPlan): Promise<Result<ExitCode, BadInput>> {
  const { db, destination, reporter } = plan;
  const found = await look(db).mapErr((error) => databaseFault(db, error));
  if (found.isErr()) return err(found.error);
  const stored = found.value;
  const username =
    plan.username ?? stored.unfinished.map(clientOf).find((client) => client !== undefined) ?? DEMO_CLIENT;
  const checked = checkStored(db, stored, { destination, username });
  if (checked.isErr()) return err(checked.error);
  if (stored.unfinished.length === 0 && stored.damaged.length === 0) {
    reporter.say("nothing is unfinished");
    return ok(0);
  }
  const watch = createWatch();
  const observe: Observer = (event) => {
    watch.observe(event);
    reporter.observe(event);
  };
  const session = await openSession({ db, destination, username, policy: defaultPolicy(), observe });
  if (session.isErr()) return err(session.error);
  const ignoreSignals = closeOnSignal(session.value.close, db);
  const exitCode = await finish(session.value, watch, plan, stored);
  ignoreSignals();
  await session.value.close();
  return ok(exitCode);
}

/** For transactions that start now, and none does: each that is recovered keeps its own. */
const defaultPolicy = (): Policy => policy()._unsafeUnwrap();

async function finish(
  { till, outbox }: Wired,
  watch: Watch,
  { keep, waitMs, reporter }: RecoveryPlan,
  { unfinished, damaged }: Stored,
): Promise<ExitCode> {
  reporter.say(`${unfinished.length} unfinished`);
  if (!keep) for (const transaction of unfinished) await cancel(till, transaction, reporter);
  const isQuiet = async (): Promise<boolean> =>
    till.forwarder.status() === "halted" ||
    (await outbox.summary())
      .map(({ due }) => due.advice + due.replyDeadline + due.timer <= damaged.length)
      .unwrapOr(false);
  await watch.until(isQuiet, waitMs);
  const endings = await Promise.all(unfinished.map(({ id }) => tell(till, id, reporter)));
  damaged.forEach((id) => reporter.say(`${id}: its record is damaged; a person must look`));
  return endings.every((isEnded) => isEnded) && damaged.length === 0 ? 0 : 1;
}

async function cancel(till: Till, transaction: Transaction, reporter: Reporter): Promise<void> {
  const { id, state } = transaction;
  if (!isUndecided(transaction)) return;
  // Refused where it has just ended by itself: what became of it is told at the end.
  (await till.cancel(id)).match(
    () => reporter.say(`${id} was ${state}: cancelled, since the customer has gone`),
    (error) => reporter.say(`${id} was ${state}: ${describeTillError(error)}`),
  );
}

/** Whether the till may still say that it shall not happen. */
function isUndecided({ state }: Transaction): boolean {
  switch (state) {
    case "requesting":
    case "waitingToRetry":
    case "issued":
    case "lookingUp":
    case "waitingToLookUp":
    case "notFound":
    case "found":
    case "redeeming":
    case "redeemed":
      return true;
    default:
      return false;
  }
}

/** Tells what became of a transaction, and whether it has ended. */
async function tell(till: Till, id: Uuid, reporter: Reporter): Promise<boolean> {
  return (await till.find(id)).match(
    (transaction) => {
      reporter.ended(transaction);
      return isFinal(transaction);
    },
    (error) => {
      reporter.say(`${id}: ${describeTillError(error)}`);
      return false;
    },
  );
}
