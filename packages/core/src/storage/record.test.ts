import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { AT, CODE, ID, provisionStart } from "../../test/messages.ts";
import { everyTransaction } from "../../test/situations.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import { hash32 } from "../hash.ts";
import type { JournalEntry } from "./journal.ts";
import { decode, decodeEntry, encode, encodeEntry, RECORD_VERSION } from "./record.ts";
import type { Transaction } from "../transaction.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

const transactions: readonly Transaction[] = everyTransaction();

const record = encode(provisionSituations["disputed confirmation"]());

/** A record with a correct checksum, whatever its content. */
const encodeContent = (content: string, version = 1): string =>
  `{"version":${version},"checksum":"${hash32(content).toString(16).padStart(8, "0")}","content":${content}}`;

describe("a stored transaction", () => {
  test("decodes to what was encoded, in every situation", () => {
    for (const transaction of transactions) expect(decode(encode(transaction))._unsafeUnwrap()).toEqual(transaction);
  });

  test("is JSON with its version", () => {
    expect(JSON.parse(record)).toMatchObject({ version: RECORD_VERSION, content: { state: "disputed" } });
    expect(RECORD_VERSION).toBe(1);
    expect(record).toBe(encodeContent(JSON.stringify(provisionSituations["disputed confirmation"]())));
  });

  test("a leading zero of a checksum is kept", () => {
    const content = Array.from({ length: 5_000 }, (_, index) => JSON.stringify(`${index}`)).find(
      (text) => hash32(text) < 0x01000000,
    );
    expect(decode(encodeContent(content ?? "")).isErr()).toBe(true);
    expect(decode(encodeContent(content ?? ""))._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
  });
});

describe("a damaged record is an error value, never another transaction", () => {
  test("one character changed, at any place", () => {
    const found = new Set<string>();
    for (let index = 0; index < record.length; index += 1) {
      const unit = record.charCodeAt(index);
      for (const other of [unit ^ 1, unit ^ 2, unit ^ 64, 0, 0x2028]) {
        if (other === unit) continue;
        const flipped = record.slice(0, index) + String.fromCharCode(other) + record.slice(index + 1);
        found.add(decode(flipped).match(() => `read, with character ${index} changed`, inWords));
      }
    }
    expect([...found].toSorted(byText)).toEqual(["damaged checksum", "damaged format", "newer"]);
  });

  test("cut off at any place, or with anything appended", () => {
    const found = new Set<string>();
    for (let length = 0; length < record.length; length += 1) {
      found.add(decode(record.slice(0, length)).match(() => `read, cut to ${length}`, inWords));
      found.add(decode(record.slice(length + 1)).match(() => `read, without its first ${length}`, inWords));
    }
    for (const tail of [" ", "\n", "}", "x", record])
      found.add(decode(record + tail).match(() => `read with ${tail}`, inWords));
    expect([...found].toSorted(byText)).toEqual(["damaged checksum", "damaged format"]);
  });

  test("two characters swapped, including digits of a voucher code", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: record.length - 2 }), fc.integer({ min: 1, max: 40 }), (from, distance) => {
        const to = Math.min(from + distance, record.length - 1);
        const swapped = record.split("").with(from, record.charAt(to)).with(to, record.charAt(from)).join("");
        fc.pre(swapped !== record);
        expect(decode(swapped).isErr()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("any other text", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (text) => {
        expect(decode(text)._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "format" });
        expect(decodeEntry(text)._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "format" });
      }),
    );
  });

  test("any other content, with a correct checksum", () => {
    const head = '{"kind":"provision","id":"1","start":{},"reconciliation":[]';
    const contents = [
      "",
      "{",
      "null",
      "5",
      "[]",
      "{}",
      '"text"',
      "nonsense",
      '{"kind":"provision"}',
      `${head}}`,
      `${head},"state":5}`,
      `${head},"state":"lookingUp"}`,
      `${head},"state":"toString"}`,
      `{"kind":"refund","id":"1","start":{},"reconciliation":[],"state":"requesting"}`,
      `{"kind":"redemption","id":"1","start":{},"reconciliation":[],"state":"issued"}`,
      ...["kind", "id", "start", "reconciliation", "state"].map((field) =>
        JSON.stringify({ ...transactions[0], [field]: undefined }),
      ),
    ];
    for (const content of contents) {
      expect({ content, read: decode(encodeContent(content))._unsafeUnwrapErr() }).toEqual({
        content,
        read: { type: "damaged", fault: "content" },
      });
    }
  });

  test("too deep nesting, with a correct checksum: refused before it is traversed", () => {
    const hostile = (depth: number) =>
      JSON.stringify(transactions[0]).replace(
        '"reconciliation":[]',
        `"reconciliation":[],"another":[${"[".repeat(depth)}${"]".repeat(depth)}]`,
      );
    expect(decode(encodeContent(hostile(78))).isOk()).toBe(true);
    expect(decode(encodeContent(hostile(79)))._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
    expect(decode(encodeContent(hostile(200_000)))._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
  });

  test("a newer version is reported; there is no older one", () => {
    expect(decode(encodeContent("{}", 2))._unsafeUnwrapErr()).toEqual({ type: "newer", version: 2 });
    expect(decode(encodeContent("{}", 999_999_999))._unsafeUnwrapErr()).toEqual({
      type: "newer",
      version: 999_999_999,
    });
    for (const version of [0, -1, 1_000_000_000, 0.5]) {
      expect(decode(encodeContent(JSON.stringify(transactions[0]), version))._unsafeUnwrapErr()).toEqual({
        type: "damaged",
        fault: "format",
      });
    }
  });

  test("reports the fault, and nothing of the content", () => {
    for (const text of [CODE, encodeContent(`"${CODE}"`), record.replace(CODE, `${CODE}1`)]) {
      expect(JSON.stringify(decode(text)._unsafeUnwrapErr())).not.toContain(CODE.slice(0, 6));
    }
  });
});

describe("a stored entry of a journal", () => {
  const made = { rules: 1, state: "requesting" } as const;
  const entries: readonly JournalEntry[] = [
    { type: "provisionStarted", start: provisionStart(), ...made },
    { type: "fact", fact: { type: "interruption", attempt: 0, at: AT }, ...made },
    { type: "intent", intent: { type: "cancel", at: AT }, ...made },
    { type: "repair", repair: { by: "Thandi", reason: "a flipped bit", at: AT }, ...made },
    {
      type: "delivery",
      delivery: { adviceId: ID, operation: "confirmVoucher", attempt: 0, sentAt: AT, outcome: { status: 503 }, at: AT },
    },
  ];

  test("decodes to what was encoded", () => {
    for (const entry of entries) expect(decodeEntry(encodeEntry(entry))._unsafeUnwrap()).toEqual(entry);
  });

  test.each([
    ["null", "null"],
    ["a text", '"fact"'],
    ["nothing", "{}"],
    ["no type", '{"fact":{}}'],
    ["no fact", '{"type":"fact","rules":1,"state":"issued"}'],
    ["no intent", '{"type":"intent","fact":{},"rules":1,"state":"issued"}'],
    ["no start", '{"type":"provisionStarted","rules":1,"state":"issued"}'],
    ["another type", '{"type":"refundStarted","start":{},"fact":{},"intent":{},"rules":1,"state":"issued"}'],
    ["the wrong type", '{"type":"redemptionStarted","intent":{},"rules":1,"state":"issued"}'],
    ["a type of the start alone", '{"type":"fact","start":{},"rules":1,"state":"issued"}'],
    ["no state", '{"type":"fact","fact":{},"rules":1}'],
    ["no rules", '{"type":"fact","fact":{},"state":"issued"}'],
    ["no reason", '{"type":"repair","repair":{"by":"Thandi","at":0},"rules":1,"state":"issued"}'],
    ["no outcome", '{"type":"delivery","delivery":{"adviceId":"","operation":"confirmVoucher","attempt":0}}'],
    ["a transaction", JSON.stringify(transactions[0])],
  ])("is one of ours, and not %s", (_, content) => {
    expect(decodeEntry(encodeContent(content))._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
  });

  test("is no transaction", () => {
    for (const entry of entries) expect(decode(encodeEntry(entry)).isErr()).toBe(true);
  });
});

test("the checksum is FNV-1a, which detects any change of one character", () => {
  expect(hash32("")).toBe(0x811c9dc5);
  expect(hash32("a")).toBe(0xe40c292c);
  expect(hash32("foobar")).toBe(0xbf9cf968);
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.string({ minLength: 1, maxLength: 1 }),
      fc.string({ minLength: 1, maxLength: 1 }),
      (before, after, one, other) => {
        expect(hash32(before + one + after) === hash32(before + other + after)).toBe(one === other);
      },
    ),
  );
});

const byText = (left: string, right: string): number => (left < right ? -1 : 1);

const inWords = (damage: { readonly type: string; readonly fault?: string }): string =>
  damage.fault === undefined ? damage.type : `${damage.type} ${damage.fault}`;
