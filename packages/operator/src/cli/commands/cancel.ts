import type { OutboxReader, Uuid } from "@electrum-vouchers/core";
import { err, ok, type Result } from "neverthrow";
import { type AppliedChange, applyIntentAlone } from "../../change/apply-intent-alone.ts";
import { findUndecided } from "../../change/find-undecided.ts";
import { type RowSource, toListedTransaction } from "../../read/list-transactions.ts";
import { toIntent } from "../../read/choices.ts";
import { kindWord } from "../../read/words.ts";
import type { NamedStore } from "../../store/location.ts";
import { openToLook } from "../../store/open-store.ts";
import { amountText } from "../../text/amount-text.ts";
import { commandLine, type ReportLine, textLine } from "../../text/report-line.ts";
import { durationText } from "../../text/time-text.ts";
import {
  type CommandContext,
  type CommandFailure,
  type CommandReport,
  type CommandRun,
  nextCommand,
} from "../command.ts";
import { notDone, toCommandFailure, usageFault } from "../failures.ts";
import { tableLines } from "../table.ts";
import { durationOption } from "../values.ts";
import { changeFailure, changeJson, changeLines, countAttention } from "./change-report.ts";
import { changeStore, findTransactionId, givenStore, shortId, storeFault } from "./on-store.ts";
import { askBefore, readNote } from "./operator-note.ts";

interface Candidates {
  readonly records: readonly RowSource[];
  /** How many processes have the store open: one of them may be serving the customer. */
  readonly processes: number;
  readonly lines: readonly ReportLine[];
}

/** `vouchers cancel`: one transaction, or what was left undecided for so long. A reversal is owed then; nothing is sent here. */
export const runCancel: CommandRun = async (context) => {
  const note = readNote(context);
  if (note.isErr()) return err(note.error);
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const found = await findCandidates(context, store.value);
  if (found.isErr()) return err(found.error);
  const { records, processes, lines } = found.value;
  if (records.length === 0)
    return ok({
      exitCode: 0,
      lines: [
        textLine("nothing has waited for a decision for so long: there is nothing to cancel"),
        commandLine(nextCommand(store.value, "list", "--undecided")),
      ],
      json: { cancelled: [], failed: [] },
    });
  if (!context.terminal.printsJson) context.terminal.write(lines);
  if (processes > 0 && !context.has("while-alive"))
    return notDone(
      `${processes} other ${processes === 1 ? "process has" : "processes have"} ${store.value.name} open, and may be serving the customer: stop the till, or give --while-alive; nothing was changed`,
      nextCommand(store.value, "status"),
    );
  const asked = await askBefore(context, `cancel ${records.length === 1 ? "it" : `these ${records.length}`}?`);
  if (asked.isErr()) return err(asked.error);
  return cancelAll(context, store.value, records, note.value);
};

async function findCandidates(context: CommandContext, store: NamedStore): Promise<Result<Candidates, CommandFailure>> {
  const opened = await openToLook(store.location);
  if (opened.isErr()) return err(toCommandFailure(store, opened.error));
  const reader = opened.value;
  const records = await readCandidates(context, reader, store);
  const processes = await reader.countOthers();
  await reader.close().unwrapOr(undefined);
  if (records.isErr()) return err(records.error);
  if (processes.isErr()) return err(storeFault(store)(processes.error));
  const now = context.now();
  const rows = records.value.map((record) => toListedTransaction(record, now));
  return ok({
    records: records.value,
    processes: processes.value,
    lines: tableLines(
      ["ID", "KIND", "STATE", "AGE", "AMOUNT", "TERMINAL"],
      rows.map(({ id, kind, state, committedAt, amount, terminal }) => [
        shortId(id),
        kindWord(kind),
        state,
        durationText(now - committedAt),
        amount === undefined ? "" : amountText(amount),
        terminal ?? "",
      ]),
      { width: context.terminal.width, cutColumn: 5, rightColumns: [3, 4] },
    ),
  });
}

async function readCandidates(
  context: CommandContext,
  reader: OutboxReader,
  store: NamedStore,
): Promise<Result<readonly RowSource[], CommandFailure>> {
  const isUndecided = context.has("undecided");
  const help = "vouchers cancel --help";
  if (isUndecided === (context.positional("ID") !== undefined))
    return usageFault("expected an ID, or --undecided --older-than AGE", help);
  const age = durationOption(context, "older-than");
  if (age.isErr()) return err(age.error);
  if (!isUndecided) return readOne(context, reader, store);
  if (age.value === undefined)
    return usageFault("--older-than is missing: expected an age such as 10m; a younger one may be being paid", help);
  return (await findUndecided(reader, age.value, context.now())).mapErr(storeFault(store));
}

async function readOne(
  context: CommandContext,
  reader: OutboxReader,
  store: NamedStore,
): Promise<Result<readonly RowSource[], CommandFailure>> {
  const id = await findTransactionId(context, reader, store);
  if (id.isErr()) return err(id.error);
  const loaded = await reader.load(id.value);
  if (loaded.isErr()) return err(storeFault(store)(loaded.error));
  if (loaded.value === undefined) return notDone(`${shortId(id.value)}: it is not there any more`);
  return ok([loaded.value]);
}

const cancelAll = (
  context: CommandContext,
  store: NamedStore,
  records: Candidates["records"],
  note: { readonly by: string; readonly reason: string },
): Promise<Result<CommandReport, CommandFailure>> =>
  changeStore(store, async (outbox) => {
    const now = context.now();
    const intent = toIntent({ verb: "cancel" }, { ...note, at: now });
    const cancelled: AppliedChange[] = [];
    const failed: { readonly id: Uuid; readonly failure: CommandFailure }[] = [];
    const before = await countAttention(outbox, now);
    for (const { id } of records)
      (await applyIntentAlone(outbox, id, intent, now)).match(
        (applied) => cancelled.push(applied),
        (error) => failed.push({ id, failure: changeFailure(store, id, error) }),
      );
    const [only] = failed;
    if (only !== undefined && cancelled.length === 0) return err(only.failure);
    const attention = { before, after: await countAttention(outbox, now) };
    return ok({
      exitCode: failed.length === 0 ? 0 : 1,
      lines: [
        ...cancelled.flatMap((applied) => changeLines(store, applied, attention).slice(0, 1)),
        ...failed.map(({ failure }) => textLine(failure.message, "bad")),
        commandLine(nextCommand(store, "queue")),
      ],
      json: {
        cancelled: cancelled.map((applied) => changeJson(applied, attention)),
        failed: failed.map(({ id, failure }) => ({ id, message: failure.message })),
      },
    });
  });
