import { type Entry, redact, redactEntry, type Transaction } from "@electrum-vouchers/core";

/** A step of a transaction's life. */
export interface Stepped {
  readonly before?: Transaction;
  readonly entry: Entry;
  readonly after: Transaction;
}

export const scrubbed = ({ before, entry, after }: Stepped): Stepped => ({
  ...(before === undefined ? {} : { before: redact(before) }),
  entry: redactEntry(entry),
  after: redact(after),
});

/** Whether a code that the step knows of is still to be read once it was scrubbed. */
export function leaks(step: Stepped): boolean {
  const left = JSON.stringify(scrubbed(step));
  return codesIn(JSON.stringify(step)).some((code) => left.includes(code));
}

/** Every voucher code in a record as text, also in the body of an answer, which is text within text. */
const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:code|voucherCode)\\*":\\*"([^"\\]+)/g)].flatMap(([, code]) => code ?? []);
