import { type DamagedRecord, encode, encodeEntry, toJournalEntry } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import type { Result } from "neverthrow";
import { containsSecret } from "./errors.ts";
import { mutateJson, mutateText, addDeepNesting, randomText } from "./mutate.ts";
import type { Random } from "../random.ts";
import type { TransactionFixture } from "./fixtures.ts";
import { type Violations, type SystemUnderTest, violationUnless } from "./system-under-test.ts";

/** A stored text as it was written, and what was done to it. */
interface AlteredText {
  readonly original: string;
  readonly altered: string;
  /** Whether the alteration has a valid checksum. The checksum detects damage, not malice. */
  readonly hasValidChecksum: boolean;
}

/** Reads a damaged record, and a damaged entry of a journal: each is an error, or exactly what was written. */
export function checkRecords(
  system: SystemUnderTest,
  random: Random,
  { transaction, journal }: TransactionFixture,
): Violations {
  const record = alter(random, encode(transaction));
  const entry = alter(random, encodeEntry(toJournalEntry(random.pick(journal), transaction)));
  return [
    ...checkDecoded("a record", record, system.decode(record.altered).map(encode)),
    ...checkDecoded("an entry", entry, system.decodeEntry(entry.altered).map(encodeEntry)),
  ];
}

function checkDecoded(
  name: string,
  { original, altered, hasValidChecksum }: AlteredText,
  decoded: Result<string, DamagedRecord>,
): Violations {
  const violations = decoded.match(
    (text) => violationUnless(hasValidChecksum || text === original, "damage is read as if it were none"),
    (error) => [
      ...violationUnless(altered !== original, `what was written is not read: ${error.type}`),
      ...violationUnless(isKnown(error), `an unknown error: ${JSON.stringify(error)}`),
      ...violationUnless(!containsSecret(error), "an error holds a voucher's secret"),
    ],
  );
  return violations.map((violation) => `${name}: ${violation}`);
}

const isKnown = (error: DamagedRecord): boolean =>
  error.type === "newer"
    ? Number.isSafeInteger(error.version) && Object.keys(error).length === 2
    : ["format", "checksum", "content"].includes(error.fault) && Object.keys(error).length === 2;

function alter(random: Random, original: string): AlteredText {
  switch (random.below(8)) {
    case 0:
      return { original, altered: original, hasValidChecksum: false };
    case 1:
      return { original, altered: randomText(random, random.below(300)), hasValidChecksum: false };
    case 2:
      return { original, altered: alterContent(random, original), hasValidChecksum: true };
    default:
      return { original, altered: mutateText(random, original), hasValidChecksum: false };
  }
}

/** Other content under a checksum that is right. */
function alterContent(random: Random, original: string): string {
  const whole = parseJson(original);
  const content = isJsonObject(whole) ? (whole["content"] ?? null) : null;
  const altered = random.chance(0.5)
    ? JSON.stringify(mutateJson(random, content))
    : random.chance(0.5)
      ? mutateText(random, JSON.stringify(content))
      : addDeepNesting(JSON.stringify(content), random.chance(0.05) ? 20_000 : 70 + random.below(20));
  return withChecksum(altered);
}

/** Content under its right checksum, as a release of version 1 stores it. */
export const withChecksum = (content: string): string =>
  `{"version":1,"checksum":"${fnv1a(content)}","content":${content}}`;

/** FNV-1a over 16-bit units, as eight hexadecimal digits. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
