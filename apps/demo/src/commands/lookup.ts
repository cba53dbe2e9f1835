import { parsePolicy, type TransactionStatus, type Uuid, type View, type VoucherStatus } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { err, ok, type Result, type ResultAsync, safeTry } from "neverthrow";
import { type GivenOptions, type Options, readArguments, readRequired } from "../input/arguments.ts";
import { type BadInput, badInput } from "../input/bad-input.ts";
import { type ConnectionOption, connectionOptions, type Destination, readDestination } from "../input/connection.ts";
import { readSecret } from "../input/files.ts";
import { helpOf } from "../input/help.ts";
import { DEMO_CLIENT } from "../input/request.ts";
import { statusLines } from "../print/answer.ts";
import { describeTillError } from "../print/ending.ts";
import { createTextReporter, jsonReporter, type Reporter } from "../print/reporter.ts";
import { writeLines } from "../print/write-lines.ts";
import { checkStored, describeDatabaseError, openSession } from "../till/session.ts";
import { clientOf, inspectStore } from "../till/store-contents.ts";
import { closeOnSignal, type CliCommand, type ExitCode } from "./command.ts";

type SubjectOption = "voucher-file" | "serial" | "sale" | "redemption";
type LookupOption = SubjectOption | ConnectionOption;

const options: Options<LookupOption> = {
  "voucher-file": { valueName: "FILE", help: "a file with the voucher's code; - reads standard input" },
  serial: { valueName: "NUMBER", help: "the voucher's serial number" },
  sale: { valueName: "ID", help: "a sale of this till that is over" },
  redemption: { valueName: "ID", help: "a redemption of this till that is over" },
  ...connectionOptions,
  username: { valueName: "NAME", help: "Electrum's name for this client; default: that of what is unfinished" },
};

/** Asks Electrum. No answer changes a transaction. */
export const lookupCommand: CliCommand = {
  help: helpOf(
    "demo lookup --db FILE (--voucher-file FILE | --serial NUMBER | --sale ID | --redemption ID): asks Electrum what it holds",
    options,
    `Of a voucher it shows the balance, the value and the expiry, never the code. A sale or a redemption of ours may be looked up once
Electrum has processed its outcome, so not while it is open. No answer changes a transaction. As with every command, what this till
still owes Electrum is delivered meanwhile.

Exit code: 0 if Electrum has answered, 1 if it cannot be told yet or may not be asked yet, 2 for bad input.

  echo 1234567800000001 | demo lookup --db till.db --voucher-file -
  demo lookup --db till.db --sale 3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c
  demo lookup --db till.db --redemption 3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c --electrum https://sandbox.electrum.io/suv/v1`,
  ),
  run: async (args) => {
    const plan = readPlan(args);
    return plan.isErr() ? err(plan.error) : execute(plan.value);
  },
};

type Status = View<VoucherStatus> | View<TransactionStatus>;

/** Puts the question to a till. */
type Ask = (till: Till) => ResultAsync<Status, TillError>;

interface LookupPlan {
  readonly ask: Ask;
  readonly db: string;
  readonly destination: Destination;
  readonly username: string | undefined;
  readonly reporter: Reporter;
}

function readPlan(args: readonly string[]): Result<LookupPlan, BadInput> {
  return safeTry(function* () {
    const given = yield* readArguments("lookup", options, args);
    const db = yield* readRequired(given, "db", "the file of the till that asks");
    const destination = yield* readDestination(given, process.env);
    const ask = yield* readQuestion(given);
    const reporter = given.has("json") ? jsonReporter : createTextReporter();
    return ok({ ask, db, destination, username: given.text("username"), reporter });
  });
}

const questions: Readonly<Record<SubjectOption, (value: string) => Result<Ask, BadInput>>> = {
  "voucher-file": (file) =>
    readSecret("--voucher-file", file).map((voucherCode) => (till) => till.inquireBalance({ voucherCode })),
  serial: (voucherSerialNumber) => ok((till) => till.inquireBalance({ voucherSerialNumber })),
  sale: (id: Uuid) => ok((till) => till.lookUpProvision(id)),
  redemption: (id: Uuid) => ok((till) => till.lookUpRedemption(id)),
};

const subjects = ["voucher-file", "serial", "sale", "redemption"] as const satisfies readonly SubjectOption[];

function readQuestion(given: GivenOptions<SubjectOption>): Result<Ask, BadInput> {
  const chosen = subjects.flatMap((name) => {
    const value = given.text(name);
    return value === undefined ? [] : [{ name, value }];
  });
  const [first, second] = chosen;
  return first === undefined || second !== undefined
    ? badInput(`expected one of ${subjects.map((name) => `--${name}`).join(", ")}; see demo lookup --help`)
    : questions[first.name](first.value);
}

async function execute(plan: LookupPlan): Promise<Result<ExitCode, BadInput>> {
  const { db, destination, reporter } = plan;
  const found = await inspectStore(db).mapErr((error) => describeDatabaseError(db, error));
  if (found.isErr()) return err(found.error);
  const stored = found.value;
  const username =
    plan.username ?? stored.unfinished.map(clientOf).find((client) => client !== undefined) ?? DEMO_CLIENT;
  const policy = parsePolicy()._unsafeUnwrap();
  const session = await checkStored(db, stored, { destination, username }).asyncAndThen(() =>
    openSession({ db, mustExist: true, destination, username, policy, onEvent: reporter.onEvent }),
  );
  if (session.isErr()) return err(session.error);
  const { till, close } = session.value;
  const ignoreSignals = closeOnSignal(close, db);
  const answered = await plan.ask(till);
  ignoreSignals();
  await close();
  return ok(answered.match((status) => reportStatus(reporter, status), reportFailure));
}

function reportStatus(reporter: Reporter, status: Status): ExitCode {
  reporter.reportAnswer({ type: "lookedUp", ...status }, statusLines(status));
  return status.outcome === "cannotTellYet" ? 1 : 0;
}

function reportFailure(error: TillError): ExitCode {
  writeLines(process.stderr, [describeTillError(error)]);
  return 1;
}
