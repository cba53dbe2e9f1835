import {
  attentionOf,
  printable,
  redactStoredEntry,
  toView,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { StoredRecord } from "@electrum-vouchers/core/ports";
import { err, ok } from "neverthrow";
import { choicesFor, type OperatorChoice } from "../../read/choices.ts";
import { type ReadableTransaction, toReadable } from "../../read/readable-transaction.ts";
import { type StoryLine, tellStory } from "../../read/story.ts";
import { kindWord } from "../../read/words.ts";
import type { NamedStore } from "../../store/location.ts";
import { commandLine, type ReportLine, textLine, wholeLine } from "../../text/report-line.ts";
import { dateTimeText, dayText, timeOfDayText } from "../../text/time-text.ts";
import { type CommandRun, nextCommand } from "../command.ts";
import { notDone } from "../failures.ts";
import { changeCommand } from "./change-command.ts";
import { findTransactionId, lookAtStore, shortId, storeFault } from "./on-store.ts";

/** `vouchers show`. */
export const runShow: CommandRun = (context) =>
  lookAtStore(context, async (reader, store) => {
    const id = await findTransactionId(context, reader, store);
    if (id.isErr()) return err(id.error);
    const loaded = await reader.load(id.value);
    if (loaded.isErr()) return err(storeFault(store)(loaded.error));
    const record = loaded.value;
    if (record === undefined) return notDone(`${id.value} was just removed`, nextCommand(store, "list"));
    const journal = await reader.journal(id.value);
    if (journal.isErr()) return err(storeFault(store)(journal.error));
    const read = toReadable(record);
    const story = tellStory(journal.value);
    return ok({
      exitCode: read.type === "readable" ? 0 : 1,
      lines: [
        ...headLines(record, read),
        ...storyLines(story),
        ...(read.type === "readable"
          ? outcomeLines(store, read.transaction, context.now(), context.terminal.isInteractive)
          : unreadableLines(store, id.value, read, context.terminal.isInteractive)),
      ],
      json: {
        id: id.value,
        version: record.version,
        ...(read.type === "readable"
          ? {
              transaction: toView(read.transaction),
              attention: attentionOf(read.transaction),
              choices: choicesFor(read.transaction, context.now()),
            }
          : { damage: read }),
        story,
        journal: journal.value.map((entry) => redactStoredEntry(entry).unwrapOr("damaged")),
      },
    });
  });

function headLines(record: StoredRecord, read: ReadableTransaction): readonly ReportLine[] {
  const { id, version, queue, client, committedAt } = record;
  const state = read.type === "readable" ? `${kindWord(read.transaction.kind)}, ${read.transaction.state}` : read.type;
  return [
    wholeLine(id),
    textLine(`${state}   version ${version}   ${dateTimeText(committedAt)}`, "bold"),
    textLine(`queue ${printable(queue ?? "none")}   client ${printable(client ?? "none")}`, "dim"),
  ];
}

/** The story, a line for each thing that happened. The day stands before its first line. */
function storyLines(story: readonly StoryLine[]): readonly ReportLine[] {
  let day = "";
  return story.flatMap(({ version, at, actor, text, state }) => {
    const today = at === undefined ? day : dayText(at);
    const head = today === day ? [] : [textLine(`${today} (UTC)`, "dim")];
    day = today;
    const number = version === undefined ? "" : `v${version}`;
    const time = at === undefined ? "" : timeOfDayText(at);
    const arrow = state === undefined ? "" : ` → ${state}`;
    return [...head, textLine(`${number.padStart(4)} ${time.padEnd(12)} ${actor.padEnd(9)} ${text}${arrow}`)];
  });
}

function outcomeLines(
  store: NamedStore,
  transaction: Transaction,
  now: number,
  isInteractive: boolean,
): readonly ReportLine[] {
  const attention = attentionOf(transaction);
  const choices = choicesFor(transaction, now);
  return [
    ...attention.flatMap(({ meaning, check, settledBy, loser }) => [
      textLine(`ATTENTION ${meaning}`, "warning"),
      textLine(`  check: ${check}`),
      textLine(`  settled by: ${settledBy}`),
      ...(loser === "none" ? [] : [textLine(`  if not: the ${loser} loses`)]),
    ]),
    ...(choices.length === 0 ? [textLine(NOTHING_TO_DO)] : []),
    ...choices.flatMap((choice) => choiceLines(store, transaction, choice, isInteractive)),
    ...(choices.length === 0 ? [commandLine(nextCommand(store, "status"))] : []),
  ];
}

const NOTHING_TO_DO = "nothing is left for an operator to decide about it";

const choiceLines = (
  store: NamedStore,
  { id, state }: Transaction,
  choice: OperatorChoice,
  isInteractive: boolean,
): readonly ReportLine[] => {
  const arrow = choice.state === state ? "" : ` → ${choice.state}`;
  return [
    textLine(`${choice.verb}${choice.outcome === undefined ? "" : ` as ${choice.outcome}`}${arrow}: ${choice.effect}`),
    commandLine(changeCommand(store, choice.verb, shortId(id), choice.outcome, isInteractive)),
  ];
};

function unreadableLines(
  store: NamedStore,
  id: Uuid,
  read: Exclude<ReadableTransaction, { type: "readable" }>,
  isInteractive: boolean,
): readonly ReportLine[] {
  if (read.type === "newer")
    return [
      textLine("a newer release wrote this record: use that release's vouchers; nothing is wrong with it", "warning"),
      commandLine("vouchers --version"),
    ];
  return [
    textLine("ATTENTION what is stored is not what was written. Nothing is done for it until it can be read.", "bad"),
    textLine("repair: rebuilds it from the journal, if the journal proves what it was; sends nothing"),
    commandLine(changeCommand(store, "repair", shortId(id), undefined, isInteractive)),
  ];
}
