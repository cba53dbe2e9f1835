import { type Entry, type JournalEntry, replay, toJournalEntry } from "../src/storage/journal.ts";
import { unwrap } from "./unwrap.ts";
import { encode, encodeEntry } from "../src/storage/record.ts";

/** A journal with what each of its entries made. */
export const withStates = (journal: readonly Entry[]): readonly JournalEntry[] =>
  journal.map((entry, index) => toJournalEntry(entry, unwrap(replay(journal.slice(0, index + 1)))));

/** What is stored of the transaction that a journal leads to. */
export const textsOf = (
  journal: readonly Entry[],
): { readonly record: string; readonly entries: readonly string[] } => ({
  record: encode(unwrap(replay(journal))),
  entries: withStates(journal).map(encodeEntry),
});
