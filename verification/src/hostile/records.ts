import { type DamagedRecord, encode, encodeEntry, isJsonObject, parseJson } from "@electrum-vouchers/core";
import type { Result } from "neverthrow";
import { showsSecret } from "./errors.ts";
import { mutateJson, mutateText, nested, randomText } from "./mutate.ts";
import type { Random } from "../random.ts";
import type { Situation } from "./situations.ts";
import { type Faults, type Subject, unless } from "./subject.ts";

/** A stored text as it was written, and what was done to it. */
interface Spoilt {
  readonly genuine: string;
  readonly spoilt: string;
  /** Whoever spoilt it knew the checksum, which guards against damage, not against malice. */
  readonly isSealed: boolean;
}

/** Reads a damaged record, and a damaged entry of a journal: each is an error, or exactly what was written. */
export function recordFaults(subject: Subject, random: Random, { transaction, journal }: Situation): Faults {
  const record = spoil(random, encode(transaction));
  const entry = spoil(random, encodeEntry(random.pick(journal)));
  return [
    ...faultsOf("a record", record, subject.decode(record.spoilt).map(encode)),
    ...faultsOf("an entry", entry, subject.decodeEntry(entry.spoilt).map(encodeEntry)),
  ];
}

function faultsOf(what: string, { genuine, spoilt, isSealed }: Spoilt, read: Result<string, DamagedRecord>): Faults {
  const faults = read.match(
    (text) => unless(isSealed || text === genuine, "damage is read as if it were none"),
    (error) => [
      ...unless(spoilt !== genuine, `what was written is not read: ${error.type}`),
      ...unless(isKnown(error), `an unknown error: ${JSON.stringify(error)}`),
      ...unless(!showsSecret(error), "an error holds a voucher's secret"),
    ],
  );
  return faults.map((fault) => `${what}: ${fault}`);
}

const isKnown = (error: DamagedRecord): boolean =>
  error.type === "newer"
    ? Number.isSafeInteger(error.version) && Object.keys(error).length === 2
    : ["format", "checksum", "content"].includes(error.what) && Object.keys(error).length === 2;

function spoil(random: Random, genuine: string): Spoilt {
  switch (random.below(8)) {
    case 0:
      return { genuine, spoilt: genuine, isSealed: false };
    case 1:
      return { genuine, spoilt: randomText(random, random.below(300)), isSealed: false };
    case 2:
      return { genuine, spoilt: resealed(random, genuine), isSealed: true };
    default:
      return { genuine, spoilt: mutateText(random, genuine), isSealed: false };
  }
}

/** Other content under a checksum that is right. */
function resealed(random: Random, genuine: string): string {
  const whole = parseJson(genuine);
  const content = isJsonObject(whole) ? (whole["content"] ?? null) : null;
  const changed = random.chance(0.5)
    ? JSON.stringify(mutateJson(random, content))
    : random.chance(0.5)
      ? mutateText(random, JSON.stringify(content))
      : nested(JSON.stringify(content), random.chance(0.05) ? 20_000 : 70 + random.below(20));
  return sealed(changed);
}

/** Content under its right checksum, as a release of version 1 stores it. */
export const sealed = (content: string): string => `{"version":1,"checksum":"${fnv1a(content)}","content":${content}}`;

/** FNV-1a over 16-bit units, as eight hexadecimal digits. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
