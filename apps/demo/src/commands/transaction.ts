import { isFinal, type Policy, type TransactionView } from "@electrum-vouchers/core";
import type { EventListener, TillError } from "@electrum-vouchers/runtime";
import { err, ok, type Result, ResultAsync, safeTry } from "neverthrow";
import { type GivenOptions, type Options, readRequired, readWholeNumber } from "../input/arguments.ts";
import type { BadInput } from "../input/bad-input.ts";
import { type ConnectionOption, connectionOptions, type Destination, readDestination } from "../input/connection.ts";
import { type DecisionMode, type DecisionOption, decisionOptions, readDecision } from "../input/decision.ts";
import { type PolicyOption, policyOptions, readPolicy } from "../input/policy.ts";
import { describeTillError } from "../print/ending.ts";
import { createTextReporter, jsonReporter, type Reporter } from "../print/reporter.ts";
import { writeLines } from "../print/write-lines.ts";
import { checkStored, describeDatabaseError, openSession } from "../till/session.ts";
import { inspectStoreIfAny } from "../till/store-contents.ts";
import { createChangeSignal } from "../till/change-signal.ts";
import type { Composition } from "../compose.ts";
import { closeOnSignal, type ExitCode } from "./command.ts";

/** The options that a sale and a redemption share. */
export type TransactionOption = ConnectionOption | PolicyOption | DecisionOption | "wait";

export const transactionOptions: Options<TransactionOption> = {
  ...policyOptions,
  ...decisionOptions,
  wait: { valueName: "SECONDS", help: "how long to wait for Electrum to acknowledge the end; default: 10" },
  ...connectionOptions,
};

/** What a command must know before it sends anything. */
export interface TransactionPlan<Request> {
  readonly request: Request;
  readonly policy: Policy;
  readonly decision: DecisionMode;
  readonly db: string;
  readonly destination: Destination;
  readonly waitMs: number;
  readonly reporter: Reporter;
}

const DEFAULT_WAIT_SECONDS = 10;
const MAX_WAIT_SECONDS = 86_400;

export function readPlan<Request extends { readonly receiver?: { readonly name: string } }>(
  given: GivenOptions<TransactionOption>,
  readRequest: () => Result<Request, BadInput>,
): Result<TransactionPlan<Request>, BadInput> {
  return safeTry(function* () {
    const db = yield* readRequired(given, "db", "a file for the till's transactions");
    const destination = yield* readDestination(given, process.env);
    const wait = yield* readWholeNumber(given, "wait", { min: 0, max: MAX_WAIT_SECONDS });
    const request = yield* readRequest();
    const policy = yield* readPolicy(given, request.receiver?.name);
    const decision = yield* readDecision(given, policy);
    const reporter = given.has("json") ? jsonReporter : createTextReporter();
    return ok({ request, policy, decision, db, destination, reporter, waitMs: (wait ?? DEFAULT_WAIT_SECONDS) * 1000 });
  });
}

/** Runs a transaction until the till has decided. */
export type TransactionHandler = (composition: Composition) => ResultAsync<TransactionView, TillError>;

/** Opens a till, runs a transaction, and waits for its end. */
export async function execute(
  plan: TransactionPlan<{ readonly client: { readonly id: string } }>,
  handle: TransactionHandler,
): Promise<Result<ExitCode, BadInput>> {
  const { db, reporter } = plan;
  const username = plan.request.client.id;
  const signal = createChangeSignal();
  const onEvent: EventListener = (event) => {
    signal.onEvent(event);
    reporter.onEvent(event);
  };
  const session = await inspectStoreIfAny(db)
    .mapErr((error) => describeDatabaseError(db, error))
    .andThen((stored) => checkStored(db, stored, { destination: plan.destination, username }))
    .andThen(() => openSession({ ...plan, username, onEvent }));
  if (session.isErr()) return err(session.error);
  const { till, close } = session.value;
  const ignoreSignals = closeOnSignal(close, db);
  const ended = await handle(session.value).andThen(({ id }) => {
    const isEnded = async (): Promise<boolean> =>
      signal.hasRefusedCredentials() || (await till.find(id)).map(isFinal).unwrapOr(true);
    return ResultAsync.fromSafePromise(signal.waitUntil(isEnded, plan.waitMs)).andThen(() => till.find(id));
  });
  ignoreSignals();
  await close();
  return ok(
    ended.match(
      (transaction) => reportEnd(plan, transaction),
      (error) => reportFailure(reporter, error),
    ),
  );
}

function reportEnd(
  { reporter, db }: Pick<TransactionPlan<unknown>, "reporter" | "db">,
  transaction: TransactionView,
): ExitCode {
  reporter.reportEnd(transaction);
  if (!isFinal(transaction))
    reporter.printText(`It is kept in ${db}; "demo recover --db ${db}" delivers what is owed.`);
  return isAsDecided(transaction) ? 0 : 1;
}

/** Whether the transaction ended as the till decided: approved and confirmed, or reversed by the till. */
const isAsDecided = (transaction: TransactionView): boolean =>
  transaction.state === "completed" ||
  transaction.state === "confirmed" ||
  (transaction.state === "reversed" && transaction.decision.by === "till");

function reportFailure(reporter: Reporter, error: TillError): ExitCode {
  if ("transaction" in error && error.transaction !== undefined) reporter.reportEnd(error.transaction);
  writeLines(process.stderr, [describeTillError(error)]);
  return 1;
}
