import { decide, type Entry, observe, redact, redactEntry, replay, type Transaction } from "@electrum-vouchers/core";
import { sameJson } from "@electrum-vouchers/testkit";

/** A step of a transaction. */
export interface JournalledStep {
  readonly before?: Transaction;
  readonly entry: Entry;
  readonly after: Transaction;
}

/** By induction over the steps: what the journal so far replays to, and this entry, give what comes after. */
export function isReplayable({ before, entry, after }: JournalledStep): boolean {
  const replayed = before === undefined ? replay([entry]).unwrapOr(undefined) : applyEntry(before, entry);
  return replayed !== undefined && sameJson(replayed, after);
}

function applyEntry(before: Transaction, entry: Entry): Transaction | undefined {
  switch (entry.type) {
    case "fact":
      return observe(before, entry.fact).transaction;
    case "intent":
      return decide(before, entry.intent)
        .map(({ transaction }) => transaction)
        .unwrapOr(undefined);
    default:
      return undefined;
  }
}

const redactStep = ({ before, entry, after }: JournalledStep): JournalledStep => ({
  ...(before === undefined ? {} : { before: redact(before) }),
  entry: redactEntry(entry, after),
  after: redact(after),
});

/** By the same induction, over the redacted steps. */
export const isReplayableRedacted = (step: JournalledStep): boolean => isReplayable(redactStep(step));

/** Whether a voucher code of the step can still be read once the step was redacted. */
export function leaksSecret(step: JournalledStep): boolean {
  const left = JSON.stringify(redactStep(step));
  return codesIn(JSON.stringify(step)).some((code) => left.includes(code));
}

/** Every voucher code in a record as text, also in the body of a response, which is text within text. */
const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:code|voucherCode)\\*":\\*"([^"\\]+)/g)].flatMap(([, code]) => code ?? []);
