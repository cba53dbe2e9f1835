// Card numbers (PCI DSS 3.4): of a full one, at most the first six and the last four digits may be stored or sent in clear.
//
// Rules
// 1. The field for a card number takes a full one, too, and masks it. It never refuses one: the customer has paid.
// 2. In free text a card number can only be guessed: 13 to 19 digits whose last one is right by Luhn's rule. One number in ten is so by
//    chance, an order number as well. So free text is searched only if the till's owner wants that.
//
// What it does not know: whose the number is. A voucher's code may look the same, so codes, pins, ids and serial numbers are left alone.

import type { MessageFault } from "../fault.ts";

const FIRST_IN_CLEAR = 6;
const LAST_IN_CLEAR = 4;

/** As Electrum writes masked numbers: six digits, then up to 13 digits or asterisks. Blanks, hyphens and other masks are spelling. */
export function maskCardNumber(number: string): string {
  const plain = number.replaceAll(/[ -]/g, "").replaceAll(/[xX#•]/g, "*");
  return Array.from(plain, (digit, index) => (isInClear(index, plain.length) ? digit : "*")).join("");
}

const isInClear = (index: number, length: number): boolean => index < FIRST_IN_CLEAR || index >= length - LAST_IN_CLEAR;

/** What to do with card numbers in free text. */
export type CardNumbersInText = "allow" | "mask" | "refuse";

/** The fields that a person fills with text of any kind. */
const freeTextFields: ReadonlySet<string> = new Set([
  "basketRef",
  "reference",
  "description",
  "redeemInstructions",
  "text",
  "operatorId",
  "firstName",
  "lastName",
  "address",
  "addressLine1",
  "addressLine2",
  "status",
  "profileId",
  "reason",
]);

/** A run of digits, in groups or not. */
const DIGITS = /\d(?:[ -]?\d)*/g;

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

/** A message with the card numbers in its free text masked. The message itself, if it has none. */
export function maskCardNumbersInText<Message>(message: Message): Message;
export function maskCardNumbersInText(message: unknown): unknown {
  return mapFreeText(message, "", maskInText);
}

/** The places of free text that seem to hold a card number. */
export function findCardNumbersInText(message: unknown): readonly MessageFault[] {
  const faults: MessageFault[] = [];
  mapFreeText(message, "", (text, path) => {
    if (maskInText(text) !== text) faults.push({ path, expected: "must hold no card number" });
    return text;
  });
  return faults;
}

const maskInText = (text: string): string =>
  text.replaceAll(DIGITS, (number) => (isCardNumber(number.replaceAll(/[ -]/g, "")) ? maskCardNumber(number) : number));

function isCardNumber(digits: string): boolean {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, index) => total + weigh(Number(digit), index), 0);
  return sum % 10 === 0;
}

/** Luhn's rule: each second digit counts twice, and a result of two digits counts as their sum. */
const weigh = (digit: number, index: number): number =>
  index % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;

/** Maps each text of a field for free text, at whatever depth. What has not changed stays the same object. */
function mapFreeText(value: unknown, path: string, map: (text: string, path: string) => string): unknown {
  if (typeof value !== "object" || value === null) return value;
  const mapped = Object.entries(value).map(([name, part]: [string, unknown]): [string, unknown] => {
    const place = path === "" ? name : `${path}.${name}`;
    return [name, freeTextFields.has(name) ? mapText(part, place, map) : mapFreeText(part, place, map)];
  });
  if (mapped.every(([name, part]) => Reflect.get(value, name) === part)) return value;
  return Array.isArray(value) ? mapped.map(([, part]) => part) : Object.fromEntries(mapped);
}

function mapText(value: unknown, path: string, map: (text: string, path: string) => string): unknown {
  if (typeof value === "string") return map(value, path);
  if (!Array.isArray(value)) return value;
  const mapped = value.map((text: unknown, index) => mapText(text, `${path}.${index}`, map));
  return mapped.every((text, index) => text === value[index]) ? value : mapped;
}
