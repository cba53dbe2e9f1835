// How large what we send may be. Electrum's schema leaves many texts and lists without a limit, and a caller's mistake must not
// become a message that can never succeed. The bounds are chosen so that no advice of a transaction that was accepted exceeds its own:
//
//   identifiers + confirmation + its ids and time  <  MAX_MESSAGE_BYTES

/** What a message may have as JSON, in UTF-8: 64 kB. Electrum's largest requests have some three. */
export const MAX_MESSAGE_BYTES: number = 64 * 1024;

/** What the till adds to a confirmation: its tenders and amounts. 40 kB hold 300 tenders. */
export const MAX_CONFIRMATION_BYTES: number = 40 * 1024;

/** A lookup travels in a URL, in which each byte may take three. Servers commonly take 16 kB of a request's head. */
export const MAX_LOOKUP_BYTES: number = 4 * 1024;

/** Each party between till and provider adds one identifier: there are four or five. */
export const MAX_IDENTIFIERS = 100;

/** All third-party identifiers together, as JSON: they are echoed in every advice. */
export const MAX_IDENTIFIERS_BYTES: number = 16 * 1024;

/** Whether identifiers are few and short enough to be echoed. */
export const areIdentifiersBounded = (identifiers: readonly unknown[]): boolean =>
  identifiers.length <= MAX_IDENTIFIERS && jsonBytes(identifiers) <= MAX_IDENTIFIERS_BYTES;

/** The size of a value as JSON, in UTF-8. */
export const jsonBytes = (value: unknown): number => utf8Bytes(JSON.stringify(value));

/** The size of text in UTF-8. Computed, since the core has no encoder. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // The two halves of a pair have two bytes each.
    if (unit > LAST_OF_ONE_BYTE) bytes += unit <= LAST_OF_TWO_BYTES || isSurrogate(unit) ? 1 : 2;
  }
  return bytes;
}

const LAST_OF_ONE_BYTE = 0x7f;
const LAST_OF_TWO_BYTES = 0x7ff;

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
