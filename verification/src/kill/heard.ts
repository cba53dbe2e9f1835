import type { Uuid } from "@electrum-vouchers/core";
import type { Word } from "./words.ts";

/** What was heard of one transaction, from all processes that had it. */
export interface Heard {
  readonly acknowledged: Set<string>;
  readonly decisions: Set<"stands" | "falls">;
  readonly fingerprints: Set<string>;
}

/** Everything that the callers of the tills were told. */
export function hearOf(words: Iterable<Word>): ReadonlyMap<Uuid, Heard> {
  const all = new Map<Uuid, Heard>();
  for (const word of words) {
    if (!("id" in word)) continue;
    const heard = all.get(word.id) ?? { acknowledged: new Set(), decisions: new Set(), fingerprints: new Set() };
    all.set(word.id, heard);
    if (word.type === "acknowledged") heard.acknowledged.add(word.state);
    else if (word.type === "decided") heard.decisions.add(word.decision);
    else heard.fingerprints.add(word.fingerprint);
  }
  return all;
}
