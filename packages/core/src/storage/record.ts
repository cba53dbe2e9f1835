import { err, ok, type Result } from "neverthrow";
import { hash32 } from "../hash.ts";
import { parseJson } from "../json.ts";
import { isJournalEntry, type JournalEntry } from "./journal.ts";
import { isTransaction, type Transaction } from "../transaction.ts";

/** The version of the stored format. Each older version will be read by a schema of its own. */
export const RECORD_VERSION = 1;

/** Why a stored text cannot be trusted. It never repeats the text. */
export type DamagedRecord =
  /** Not a record of this library, a changed character, or only a part of a record. */
  | { readonly type: "damaged"; readonly fault: "format" | "checksum" | "content" }
  /** Written by a newer release. */
  | { readonly type: "newer"; readonly version: number };

/** The transaction as text to store: JSON with a version and a checksum, so that a changed digit in a voucher code is detected. */
export const encode = (transaction: Transaction): string => encodeText(JSON.stringify(transaction));

/** The transaction that `encode` stored, or why the text cannot be trusted. */
export const decode = (record: string): Result<Transaction, DamagedRecord> => decodeRecord(record, isTransaction);

/**
 * As {@link encode}, for an entry of the journal. The pin of a voucher that is redeemed or refunded is left out: it is sent, and never
 * stored.
 */
export const encodeEntry = (entry: JournalEntry): string =>
  encodeText(
    entry.type === "refundStarted" || (entry.type === "intent" && isRedeem(entry.intent))
      ? JSON.stringify(entry, dropPin)
      : JSON.stringify(entry),
  );

/** A stored entry that is encoded again may have another shape than its type says. */
const isRedeem = (intent: unknown): boolean =>
  typeof intent === "object" && intent !== null && "type" in intent && intent.type === "redeem";

const dropPin = (name: string, value: unknown): unknown => (name === "pin" ? undefined : value);

/** As {@link decode}, for an entry of the journal. */
export const decodeEntry = (entry: string): Result<JournalEntry, DamagedRecord> => decodeRecord(entry, isJournalEntry);

/** Room for the deepest response that is parsed, and for the state around it. This library writes nothing deeper. */
const MAX_RECORD_DEPTH = 80;

/** The text before the content. One brace follows the content. */
const HEAD = /^\{"version":([1-9]\d{0,8}),"checksum":"([0-9a-f]{8})","content":/;

function encodeText(text: string): string {
  return `{"version":${RECORD_VERSION},"checksum":"${checksum(text, 0, text.length)}","content":${text}}`;
}

function decodeRecord<Content>(
  encoded: string,
  isContent: (value: unknown) => value is Content,
): Result<Content, DamagedRecord> {
  const [head, version, expected] = HEAD.exec(encoded) ?? [];
  if (head === undefined || !encoded.endsWith("}")) return err({ type: "damaged", fault: "format" });
  if (Number(version) > RECORD_VERSION) return err({ type: "newer", version: Number(version) });
  const [start, end] = [head.length, encoded.length - 1];
  // Without a slice: reading a slice's characters takes twice as long.
  if (checksum(encoded, start, end) !== expected) return err({ type: "damaged", fault: "checksum" });
  const content = parseJson(encoded.slice(start, end), MAX_RECORD_DEPTH);
  return isContent(content) ? ok(content) : err({ type: "damaged", fault: "content" });
}

const checksum = (text: string, start: number, end: number): string =>
  hash32(text, start, end).toString(16).padStart(8, "0");
