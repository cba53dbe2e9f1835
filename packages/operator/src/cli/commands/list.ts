import type { ListQuery } from "@electrum-vouchers/core/ports";
import { printable } from "@electrum-vouchers/core";
import { err, ok, type Result } from "neverthrow";
import { listTransactions, type ListedTransaction } from "../../read/list-transactions.ts";
import { kindWord, undecidedStates } from "../../read/words.ts";
import type { NamedStore } from "../../store/location.ts";
import { amountText } from "../../text/amount-text.ts";
import { commandLine, type ReportLine, textLine, wholeLine } from "../../text/report-line.ts";
import { durationText } from "../../text/time-text.ts";
import { type CommandContext, type CommandFailure, type CommandRun, nextCommand } from "../command.ts";
import { tableLines } from "../table.ts";
import { countOption, durationOption } from "../values.ts";
import { lookAtStore, shortId, storeFault } from "./on-store.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100_000;

/** `vouchers list`. */
export const runList: CommandRun = (context) =>
  lookAtStore(context, async (reader, store) => {
    const now = context.now();
    const query = readQuery(context, now);
    if (query.isErr()) return err(query.error);
    const limit = countOption(context, "limit", MAX_LIMIT);
    if (limit.isErr()) return err(limit.error);
    const isUndecided = context.has("undecided");
    const max = limit.value ?? DEFAULT_LIMIT;
    const listed = await listTransactions(reader, query.value, isUndecided ? MAX_LIMIT : max, now);
    if (listed.isErr()) return err(storeFault(store)(listed.error));
    const found = isUndecided ? listed.value.rows.filter(isUndecidedRow) : listed.value.rows;
    const rows = found.slice(0, max);
    const isCut = listed.value.isCut || found.length > max;
    return ok({
      exitCode: 0,
      lines:
        rows.length === 0 ? emptyLines(context, store) : listLines(store, rows, isCut, now, context.terminal.width),
      json: { transactions: rows, isCut },
    });
  });

const isUndecidedRow = ({ state }: ListedTransaction): boolean => undecidedStates.some((each) => each === state);

function readQuery(context: CommandContext, now: number): Result<Omit<ListQuery, "limit" | "after">, CommandFailure> {
  return durationOption(context, "older-than").map((olderThanMs) => ({
    ...(context.has("attention") ? { only: "needsAttention" } : {}),
    ...(context.has("undecided") ? { only: "unfinished" } : {}),
    ...given(context, "state"),
    ...given(context, "terminal"),
    ...given(context, "queue"),
    ...given(context, "client"),
    ...given(context, "correlation"),
    ...(olderThanMs === undefined ? {} : { committedBefore: now - olderThanMs }),
  }));
}

const given = <Name extends "state" | "terminal" | "queue" | "client" | "correlation">(
  context: CommandContext,
  name: Name,
): Partial<Record<Name, string>> => {
  const text = context.text(name);
  const found: Partial<Record<string, string>> = text === undefined ? {} : { [name]: text };
  return found;
};

function listLines(
  store: NamedStore,
  rows: readonly ListedTransaction[],
  isCut: boolean,
  now: number,
  width: number,
): readonly ReportLine[] {
  const needy = rows.find(({ needsAttention }) => needsAttention) ?? rows[0];
  return [
    ...tableLines(
      ["ID", "KIND", "STATE", "AGE", "AMOUNT", "WHY", "DO"],
      rows.map(({ id, kind, state, committedAt, amount, why, settledBy }) => [
        shortId(id),
        kindWord(kind),
        printable(state),
        durationText(now - committedAt, 1),
        amount === undefined ? "" : amountText(amount),
        why.join(", "),
        settledBy.join(" | "),
      ]),
      { width, cutColumn: 5, rightColumns: [3, 4] },
    ),
    ...(isCut ? [textLine(`there are more: --limit shows up to ${MAX_LIMIT}`, "dim")] : []),
    ...(needy === undefined ? [] : [commandLine(nextCommand(store, "show", shortId(needy.id)))]),
  ];
}

function emptyLines(context: CommandContext, store: NamedStore): readonly ReportLine[] {
  const meaning = context.has("attention")
    ? "nothing needs an operator"
    : context.has("undecided")
      ? "nothing waits for a till's decision"
      : "no transaction meets these conditions";
  return [wholeLine(meaning), commandLine(nextCommand(store, "status"))];
}
