// What a caller brings, copied: a request, an intent, a policy.
//
// The caller owns its objects. It may change one while this library waits, and one may be more than data: a getter or a proxy can give
// another value at each read. So everything that comes in is copied before it is validated. What was validated is then what is stored,
// and what is stored is what is sent.
//
// Rules
// 1. Each property is read once. A getter is not called: it is refused by name.
// 2. Only plain objects, lists and simple values are copied. Symbols, sparse lists, instances of classes and names that JavaScript
//    gives a meaning of its own (`__proto__`, `constructor`, `toJSON`) are refused, each with its place.
// 3. A field that is `undefined` is left out, as JSON leaves it out.
// 4. Copying ends. An object that contains itself, nests too deep or is larger than any message is refused.
// 5. No text has a NUL or half of a surrogate pair: neither Electrum nor a database is sure to take one.
//
// What it does not know: which fields a message has, and what they may hold. The schemas do.

import { MAX_FAULTS, type MessageFault } from "./fault.ts";
import { isPlainObject, isReservedName, NOT_A_FIELD, NOT_A_VALUE, NOT_PLAIN, nameInPath } from "./plain-object.ts";

/** A copy of plain data, or what is wrong with it. */
export interface PlainCopy {
  /** With faults, only what could be copied. */
  readonly value: unknown;
  readonly faults: readonly MessageFault[];
  /** Whether copying was given up, so that `value` is not even a part. */
  readonly isCutShort: boolean;
  /** The copy as JSON is at least this long, and at most `MAX_GROWTH` times as long. */
  readonly characters: number;
}

/** How much longer JSON may be than the characters that were counted: a number counts as one and has up to 25. */
export const MAX_GROWTH = 25;

/** Electrum's messages nest less than ten deep. */
const MAX_DEPTH = 32;

/** Copies plain data of at most `maxCharacters`. Never throws, not even if a proxy does. */
export function copyPlainData(input: unknown, maxCharacters: number): PlainCopy {
  const copying: Copying = { faults: [], ancestors: [], characters: 0, maxCharacters };
  try {
    const value = copy(copying, input, "");
    const isCutShort = isTooLarge(copying);
    const faults = isCutShort ? [tooLarge(maxCharacters)] : copying.faults;
    return { value, faults, isCutShort, characters: copying.characters };
  } catch {
    // Only a proxy throws when it is looked at.
    return { value: undefined, faults: [NOT_PLAIN], isCutShort: true, characters: 0 };
  }
}

/** What is said of a message that is larger than it may be. */
export const tooLarge = (maxBytes: number): MessageFault => ({
  path: "",
  expected: `must be at most ${maxBytes} bytes as JSON`,
});

/** A copy in the making. */
interface Copying {
  readonly faults: MessageFault[];
  /** The objects that hold the one that is being copied. */
  readonly ancestors: object[];
  readonly maxCharacters: number;
  characters: number;
}

const isTooLarge = ({ characters, maxCharacters }: Copying): boolean => characters > maxCharacters;

function copy(copying: Copying, value: unknown, path: string): unknown {
  copying.characters += typeof value === "string" ? value.length + 2 : 1;
  if (isTooLarge(copying)) return undefined;
  if (typeof value === "string") return checkText(copying, value, path);
  if (typeof value !== "object" || value === null) return value;
  const expected = findObstacle(copying, value);
  if (expected !== undefined) return refuse(copying, path, expected);
  copying.ancestors.push(value);
  const copied = Array.isArray(value) ? copyList(copying, value, path) : copyFields(copying, value, path);
  copying.ancestors.pop();
  return copied;
}

/** What keeps an object from being copied. */
function findObstacle({ ancestors }: Copying, value: object): string | undefined {
  if (ancestors.includes(value)) return "must not contain itself";
  if (ancestors.length === MAX_DEPTH) return `must not nest deeper than ${MAX_DEPTH} levels`;
  return isPlainObject(value) ? undefined : "must be plain data, not an instance of a class";
}

/** Gives nothing, so that a refused value is left out of the copy. */
function refuse({ faults }: Copying, path: string, expected: string): unknown {
  if (faults.length < MAX_FAULTS) faults.push({ path, expected });
  return undefined;
}

function checkText(copying: Copying, text: string, path: string): string {
  if (text.includes("\0")) refuse(copying, path, "must have no NUL character");
  if (!text.isWellFormed()) refuse(copying, path, "must be well-formed Unicode, without half a character");
  return text;
}

function copyList(copying: Copying, list: readonly unknown[], path: string): readonly unknown[] {
  const items: unknown[] = [];
  for (let index = 0; index < list.length && !isTooLarge(copying); index += 1) {
    copying.characters += 1;
    items.push(read(copying, list, String(index), join(path, String(index))));
  }
  if (isTooLarge(copying)) return items;
  for (const name of Reflect.ownKeys(list).slice(items.length)) {
    if (name !== "length") refuse(copying, join(path, nameInPath(name)), NOT_A_FIELD);
  }
  return items;
}

function copyFields(copying: Copying, from: object, path: string): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const name of Reflect.ownKeys(from)) {
    const place = join(path, nameInPath(name));
    if (typeof name === "symbol" || isReservedName(name)) {
      refuse(copying, place, NOT_A_FIELD);
      continue;
    }
    copying.characters += name.length + 3;
    if (isTooLarge(copying)) break;
    checkText(copying, name, place);
    const value = read(copying, from, name, place);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

function read(copying: Copying, from: object, name: string, path: string): unknown {
  const property = Reflect.getOwnPropertyDescriptor(from, name);
  if (property === undefined) return refuse(copying, path, "must not be missing from its list");
  return "value" in property ? copy(copying, property.value, path) : refuse(copying, path, NOT_A_VALUE);
}

const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
