import { randomUUID } from "node:crypto";
import * as core from "@electrum-vouchers/core";
import { afterDelivery, defaultDeliveryBackoff } from "@electrum-vouchers/runtime/engine";

/** One transaction as your database keeps it, and when something is next to be done about it. */
export interface Row {
  readonly id: string;
  readonly version: number;
  readonly record: string;
  readonly dueAt: number | undefined;
  /** How often its advice was delivered before. */
  readonly repeats: number;
}

/** Your own database, HTTP client and timers. */
export interface Yours {
  /** Replaces version `row.version - 1`, durably; version 1 is new. `false`: another process was first. */
  save(row: Row, journalEntry: string): Promise<boolean>;
  /** The rows that are due by now. */
  due(now: number): Promise<readonly Row[]>;
  /** Changes when the row is due, and how often its advice was repeated. It need not be durable. */
  postpone(row: Row): Promise<void>;
  /** `undefined` if there is no complete response by the deadline. */
  send(request: core.HttpRequest, deadlineAt: number): Promise<core.HttpResponse | undefined>;
  sleepUntil(at: number): Promise<void>;
}

type Step = core.Step<core.Transaction>;
interface Stored {
  readonly transaction: core.Transaction;
  readonly version: number;
}

/** Sells a voucher, and gives its code once the confirmation is stored; `undefined` if there is no sale. */
export async function sell(request: core.ProvisionRequest, policy: core.Policy, yours: Yours) {
  const ids = { confirmationId: randomUUID(), reversalId: randomUUID() };
  const start = { request, policy, ...ids, at: Date.now() };
  const started = core.startProvision(start);
  if (started.isErr()) throw new Error(`refused: ${started.error.type}`);
  let sale = await run(started.value, { type: "provisionStarted", start }, 0, yours);
  if (sale.transaction.state === "issued") {
    const intent: core.Intent = { type: "confirm", tenders: [], at: Date.now() }; // the customer has paid
    const confirmed = core.decide(sale.transaction, intent);
    if (confirmed.isErr()) throw new Error(`refused: ${confirmed.error.type}`);
    sale = await run(confirmed.value, { type: "intent", intent }, sale.version, yours);
  }
  return core
    .handOver(sale.transaction)
    .map(({ voucher }) => voucher?.code)
    .unwrapOr(undefined);
}

/** Delivers the advices that are due, and takes up what a crash left. Call it at the start, after each sale, every second. */
export async function takeUpDueWork(yours: Yours): Promise<void> {
  for (const row of await yours.due(Date.now())) {
    const stored = core.decode(row.record);
    if (stored.isErr()) continue; // damaged: tell the operator
    const { transaction, commands } = core.resume(stored.value);
    const [command] = commands;
    const fact =
      command?.type === "queueAdvice"
        ? await deliver(transaction, command.advice, row, yours)
        : await execute(command, yours);
    if (fact) await run(core.observe(transaction, fact), { type: "fact", fact }, row.version, yours);
  }
}

/** Delivers an advice once. If that does not settle it, the same advice is delivered again later. There is no last time. */
async function deliver(transaction: core.Transaction, advice: core.Advice, row: Row, yours: Yours) {
  const response = await yours.send(core.toHttp(advice), Date.now() + 60_000);
  const result: core.HttpResponse | core.NoResponse = response ?? { cause: "deadline" };
  const attempt = { transaction, advice, repeats: row.repeats, result, at: Date.now() };
  const next = afterDelivery(attempt, defaultDeliveryBackoff);
  if (next.outcome === "settled") return next.fact;
  // A halt says that the credentials are refused: tell the operator, and send nothing more under them for a while.
  const dueAt = next.outcome === "repeat" ? next.notBefore : Date.now() + 60_000;
  await yours.postpone({ ...row, dueAt, repeats: row.repeats + 1 });
  return undefined;
}

/** Commit, then act, until nothing is left to be done here and now. */
async function run(step: Step, entry: core.Entry, replaced: number, yours: Yours): Promise<Stored> {
  const { transaction, commands } = step;
  const [command] = commands;
  const version = replaced + 1;
  const row = {
    id: transaction.id,
    version,
    record: core.encode(transaction),
    dueAt: core.nextDue(transaction)?.at,
    repeats: 0,
  };
  const journalled = core.encodeEntry(core.toJournalEntry(entry, transaction));
  if (!(await yours.save(row, journalled))) throw new Error("another process was first: load its row");
  // An advice and a decision deadline are stored: `takeUpDueWork` finds them when they are due.
  const isStored = command?.type === "queueAdvice" || (command?.type === "wakeAt" && command.timer === "decision");
  const fact = isStored ? undefined : await execute(command, yours);
  return fact ? run(core.observe(transaction, fact), { type: "fact", fact }, version, yours) : { transaction, version };
}

async function execute(command: core.Command | undefined, yours: Yours): Promise<core.Fact | undefined> {
  if (command === undefined || command.type === "queueAdvice") return undefined;
  if (command.type === "wakeAt") {
    await yours.sleepUntil(command.at);
    return core.timerFact(command, Date.now());
  }
  const { attempt, request, deadlineAt } = command;
  const response = await yours.send(core.toHttp(request), deadlineAt);
  const at = Date.now();
  return response
    ? { type: "response", attempt, ...response, at }
    : { type: "noResponse", attempt, cause: "deadline", at };
}
