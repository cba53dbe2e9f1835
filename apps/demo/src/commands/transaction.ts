import { isFinal, type Policy, type Transaction } from "@electrum-vouchers/core";
import type { Observer, TillError } from "@electrum-vouchers/runtime";
import { err, ok, type Result, ResultAsync, safeTry } from "neverthrow";
import { type Given, type Options, required, wholeNumber } from "../input/arguments.ts";
import type { BadInput } from "../input/bad-input.ts";
import { type ConnectionOption, connectionOptions, type Destination, readDestination } from "../input/connection.ts";
import { type Decision, type DecisionOption, decisionOptions, readDecision } from "../input/decision.ts";
import { type PolicyOption, policyOptions, readPolicy } from "../input/policy.ts";
import { describeTillError } from "../print/ending.ts";
import { createTextReporter, jsonReporter, type Reporter } from "../print/reporter.ts";
import { checkStored, databaseFault, openSession } from "../till/session.ts";
import { look } from "../till/stored.ts";
import { createWatch } from "../till/watch.ts";
import type { Wired } from "../wire.ts";
import { closeOnSignal, type ExitCode } from "./command.ts";

/** The options that a sale and a redemption share. */
export type TransactionOption = ConnectionOption | PolicyOption | DecisionOption | "wait";

export const transactionOptions: Options<TransactionOption> = {
  ...policyOptions,
  ...decisionOptions,
  wait: { takes: "SECONDS", help: "how long to wait for Electrum to acknowledge the end; default: 10" },
  ...connectionOptions,
};

/** All that a command must know before anything is sent. */
export interface Plan<Request> {
  readonly request: Request;
  readonly policy: Policy;
  readonly decision: Decision;
  readonly db: string;
  readonly destination: Destination;
  readonly waitMs: number;
  readonly reporter: Reporter;
}

const DEFAULT_WAIT_SECONDS = 10;
const MAX_WAIT_SECONDS = 86_400;

export function readPlan<Request extends { readonly receiver?: { readonly name: string } }>(
  given: Given<TransactionOption>,
  readRequest: () => Result<Request, BadInput>,
): Result<Plan<Request>, BadInput> {
  return safeTry(function* () {
    const db = yield* required(given, "db", "a file for the till's transactions");
    const destination = yield* readDestination(given, process.env);
    const wait = yield* wholeNumber(given, "wait", { min: 0, max: MAX_WAIT_SECONDS });
    const request = yield* readRequest();
    const policy = yield* readPolicy(given, request.receiver?.name);
    const decision = yield* readDecision(given, policy);
    const reporter = given.has("json") ? jsonReporter : createTextReporter();
    return ok({ request, policy, decision, db, destination, reporter, waitMs: (wait ?? DEFAULT_WAIT_SECONDS) * 1000 });
  });
}

/** Brings a transaction to its decision. The error is the till's. */
export type Conduct = (wired: Wired) => ResultAsync<Transaction, TillError>;

/** Opens a till, conducts a transaction on it, and waits for its end. */
export async function carryOut(
  plan: Plan<{ readonly client: { readonly id: string } }>,
  conduct: Conduct,
): Promise<Result<ExitCode, BadInput>> {
  const { db, reporter } = plan;
  const username = plan.request.client.id;
  const watch = createWatch();
  const observe: Observer = (event) => {
    watch.observe(event);
    reporter.observe(event);
  };
  const session = await look(db)
    .mapErr((error) => databaseFault(db, error))
    .andThen((stored) => checkStored(db, stored, { destination: plan.destination, username }))
    .andThen(() => openSession({ ...plan, username, observe }));
  if (session.isErr()) return err(session.error);
  const { till, close } = session.value;
  const ignoreSignals = closeOnSignal(close, db);
  const ended = await conduct(session.value).andThen(({ id }) => {
    const isEnded = async (): Promise<boolean> =>
      till.forwarder.status() === "halted" || (await till.find(id)).map(isFinal).unwrapOr(true);
    return ResultAsync.fromSafePromise(watch.until(isEnded, plan.waitMs)).andThen(() => till.find(id));
  });
  ignoreSignals();
  await close();
  return ok(
    ended.match(
      (transaction) => told(plan, transaction),
      (error) => failed(reporter, error),
    ),
  );
}

function told({ reporter, db }: Pick<Plan<unknown>, "reporter" | "db">, transaction: Transaction): ExitCode {
  reporter.ended(transaction);
  if (!isFinal(transaction)) reporter.say(`It is kept in ${db}; "demo recover --db ${db}" finishes it.`);
  return isAsDecided(transaction) ? 0 : 1;
}

/** Whether it ended the way the till wanted: approved and kept, or undone because the till said so. */
const isAsDecided = (transaction: Transaction): boolean =>
  transaction.state === "completed" ||
  transaction.state === "confirmed" ||
  (transaction.state === "reversed" && transaction.decision.by === "till");

function failed(reporter: Reporter, error: TillError): ExitCode {
  if ("transaction" in error && error.transaction !== undefined) reporter.ended(error.transaction);
  process.stderr.write(`${describeTillError(error)}\n`);
  return 1;
}
