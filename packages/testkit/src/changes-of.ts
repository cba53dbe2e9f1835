import {
  columnsOf,
  encode,
  encodeEntry,
  type Entry,
  type Instant,
  replay,
  toJournalEntry,
} from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { unwrap } from "./unwrap.ts";

/** A journal as the commits that store it, one for each entry, all made at one moment. */
export const changesOf = (journal: readonly Entry[], at: Instant): readonly Change[] =>
  journal.map((entry, expectedVersion) => {
    const transaction = unwrap(replay(journal.slice(0, expectedVersion + 1)));
    return {
      ...columnsOf(transaction),
      id: transaction.id,
      expectedVersion,
      record: encode(transaction),
      entry: encodeEntry(toJournalEntry(entry, transaction)),
      at,
    };
  });
