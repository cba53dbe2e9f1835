import { situations } from "../../test/situations.ts";
import { describe, expect, test, vi } from "vitest";
import type { Event } from "../../test/events.ts";
import { AT } from "../../test/messages.ts";
import { provisionEvents } from "../../test/provision-events.ts";
import { redemptionEvents } from "../../test/redemption-events.ts";
import { attentionOf } from "../attention.ts";
import { codeToRedeem } from "../code-to-redeem.ts";
import { columnsOf } from "../columns.ts";
import { canHandOver, handOver } from "../hand-over.ts";
import { hash32 } from "../hash.ts";
import { mayLookUp } from "../lookup-timing.ts";
import { toHttp } from "../messages/operations.ts";
import { decideValidated, observe, pendingAdvice, resume, type Transaction } from "../transaction.ts";
import { toView } from "../view.ts";
import { decode, encode } from "./record.ts";
import { redact } from "./redact.ts";
import { redactStored } from "./redact-stored.ts";

// A record whose checksum is right, and whose content is not: another program wrote it. It is either damaged, or nothing that reads it throws.

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 120_000 });

/** A record with a correct checksum, whatever its content. */
const encodeContent = (content: string): string =>
  `{"version":1,"checksum":"${hash32(content).toString(16).padStart(8, "0")}","content":${content}}`;

/** What may stand in place of a value, as JSON. */
const OTHERS = ["null", "true", "-1", "0.5", "1e999", "1e300", '""', '"reversing"', "[]", "[null]", "{}", '{"at":1}'];

/** Every place in a value, as the keys that lead there. */
function* placesIn(value: unknown): Generator<readonly string[]> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield [name];
    for (const place of placesIn(inner)) yield [name, ...place];
  }
}

/** The JSON of a value with another one at a place; without the field, if there is no other one. */
function replaceAt(value: unknown, [name, ...rest]: readonly string[], other: string | undefined): string {
  if (name === undefined || typeof value !== "object" || value === null) return other ?? "null";
  const fields = Object.entries(value).flatMap(([field, inner]) => {
    if (field === name && rest.length === 0 && other === undefined) return [];
    const text = field === name ? replaceAt(inner, rest, other) : JSON.stringify(inner);
    return [Array.isArray(value) ? text : `${JSON.stringify(field)}:${text}`];
  });
  return Array.isArray(value) ? `[${fields.join()}]` : `{${fields.join()}}`;
}

const allEvents = [...Object.values(provisionEvents), ...Object.values(redemptionEvents)];

/** How many events each record gets, in turn: all of them would take minutes. */
const EVENTS_EACH = 4;
let given = 0;

function* nextEvents(): Generator<Event> {
  for (let n = 0; n < EVENTS_EACH; n += 1, given += 1) {
    const event = allEvents[given % allEvents.length];
    if (event !== undefined) yield event;
  }
}

/** What everything that reads a stored transaction makes of it. */
function readAll(transaction: Transaction): readonly unknown[] {
  const view = transaction.kind === "provision" ? toView(transaction) : toView(transaction);
  const advice = pendingAdvice(transaction);
  const events = [...nextEvents()].map((event) => event(transaction));
  return [
    ...events.map((entry) =>
      entry.type === "fact" ? observe(transaction, entry.fact) : decideValidated(transaction, entry.intent),
    ),
    resume(transaction),
    columnsOf(transaction),
    columnsOf(redact(transaction)),
    handOver(transaction),
    canHandOver(transaction),
    attentionOf(transaction),
    attentionOf(view),
    mayLookUp(transaction, AT),
    transaction.kind === "redemption" ? codeToRedeem(transaction) : undefined,
    advice === undefined ? undefined : toHttp(advice.advice),
    observe(transaction, { type: "clockSetBack", at: AT }),
    encode(transaction),
  ];
}

/** What is wrong with a record, if anything that reads it throws. */
function findThrown(content: string): string | undefined {
  const read = decode(encodeContent(content));
  if (read.isErr()) return undefined;
  try {
    readAll(read.value);
    return redactStored({ record: encodeContent(content), entries: [] }).match(
      () => undefined,
      ({ type }) => type,
    );
  } catch (error) {
    return String(error);
  }
}

describe("a record of sound checksum and wrong shape is damaged, and nothing that reads it throws", () => {
  test.each([...situations])("%s", (_, make) => {
    const transaction = make();
    const thrown: string[] = [];
    let damaged = 0;
    for (const place of placesIn(transaction)) {
      for (const other of [undefined, ...OTHERS]) {
        const content = replaceAt(transaction, place, other);
        if (decode(encodeContent(content)).isErr()) damaged += 1;
        const found = findThrown(content);
        if (found !== undefined) thrown.push(`${place.join(".")} = ${other}: ${found}`);
      }
    }
    expect(thrown).toEqual([]);
    expect(damaged).toBeGreaterThan(100);
  });
});

const isUndecided = (state: Transaction["state"]): boolean =>
  state === "issued" || state === "redeemed" || state === "refunded";

describe("a payment that is none", () => {
  const undecided = [...situations]
    .map(([name, make]) => [name, make()] as const)
    .filter(([, { state }]) => isUndecided(state));

  test.each(undecided)("damages the record of: %s", (_, transaction) => {
    const content = JSON.stringify({ ...transaction, payment: null });
    expect(decode(encodeContent(content)).isErr()).toBe(true);
  });
});
