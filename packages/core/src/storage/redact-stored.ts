import { err, ok, type Result } from "neverthrow";
import type { RetentionRules, StoredTexts } from "../retention-port.ts";
import { isFinal, needsAttention, nextDue, type Transaction } from "../transaction.ts";
import { type DamagedRecord, decode, decodeEntry, encode, encodeEntry } from "./record.ts";
import { type RedactionOptions, redact, redactEntry } from "./redact.ts";

/**
 * Why stored texts could not be redacted. They stay as they are, for an operator to examine. It never repeats a text.
 * `notRedacted`: the stricter redactor threw, or what it gave cannot be read back.
 */
export type RedactionFailure = DamagedRecord | { readonly type: "notRedacted" };

/** A stored transaction without its secrets: its record and its whole journal, or nothing of either if one of them cannot be read. */
export function redactStored(
  { record, entries }: StoredTexts,
  options: RedactionOptions = {},
): Result<StoredTexts, RedactionFailure> {
  return decode(record).andThen((transaction) =>
    trying(() => encode(redact(transaction, options)))
      .andThen(stillReadable(decode))
      .andThen((redacted) =>
        entries
          .reduce<Result<readonly string[], RedactionFailure>>(
            (sofar, entry) =>
              sofar.andThen((done) => redactStoredEntry(entry, transaction, options).map((each) => [...done, each])),
            ok([]),
          )
          .map((redactedEntries) => ({ record: redacted, entries: redactedEntries })),
      ),
  );
}

/** As {@link redactStored}, for one entry, as when a journal is shown. See {@link redactEntry} for `transaction`. */
export const redactStoredEntry = (
  entry: string,
  transaction?: Transaction,
  options: RedactionOptions = {},
): Result<string, RedactionFailure> =>
  decodeEntry(entry).andThen((decoded) =>
    trying(() => encodeEntry(redactEntry(decoded, transaction, options))).andThen(stillReadable(decodeEntry)),
  );

/** What retention asks about a stored transaction. */
export const createRetentionRules = (options: RedactionOptions = {}): RetentionRules => ({
  standing: (record) =>
    decode(record).map((transaction) => {
      // An advice that is masked would be another message at its next repeat.
      if (!isFinal(transaction) || nextDue(transaction) !== undefined) return "open";
      return needsAttention(transaction) ? "unsettled" : "settled";
    }),
  redact: (stored) => redactStored(stored, options),
});

/** `redactText` and `digester` are not ours: it may throw, and what it gives may break what it is put into. */
function trying(work: () => string): Result<string, RedactionFailure> {
  try {
    return ok(work());
  } catch {
    return err({ type: "notRedacted" });
  }
}

const stillReadable =
  (read: (text: string) => Result<unknown, DamagedRecord>) =>
  (text: string): Result<string, RedactionFailure> =>
    read(text)
      .map(() => text)
      .mapErr(() => ({ type: "notRedacted" }));
