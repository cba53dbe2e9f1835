import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { AT, CODE, ID, OTHER_CODE, provisionStart } from "../../test/messages.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { hash32 } from "../hash.ts";
import { type Entry, replay } from "./journal.ts";
import { decode, decodeEntry, encode, encodeEntry, RECORD_VERSION, redactRecord, redactStoredEntry } from "./record.ts";
import type { Transaction } from "../transaction.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

const transactions: readonly Transaction[] = [
  ...Object.values(provisionSituations),
  ...Object.values(redemptionSituations),
].map((situation) => situation());

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
        `"reconciliation":[${"[".repeat(depth)}${"]".repeat(depth)}]`,
      );
    expect(decode(encodeContent(hostile(78))).isOk()).toBe(true);
    expect(decode(encodeContent(hostile(79)))._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
    expect(decode(encodeContent(hostile(200_000)))._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
    expect(redactRecord(encodeContent(hostile(200_000)))).toBe(encodeContent(hostile(200_000)));
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
  const entries: readonly Entry[] = [
    { type: "provisionStarted", start: provisionStart() },
    { type: "fact", fact: { type: "interruption", attempt: 0, at: AT } },
    { type: "intent", intent: { type: "cancel", at: AT } },
  ];

  test("decodes to what was encoded", () => {
    for (const entry of entries) expect(decodeEntry(encodeEntry(entry))._unsafeUnwrap()).toEqual(entry);
  });

  test.each([
    ["null", "null"],
    ["a text", '"fact"'],
    ["nothing", "{}"],
    ["no type", '{"fact":{}}'],
    ["no fact", '{"type":"fact"}'],
    ["no intent", '{"type":"intent","fact":{}}'],
    ["no start", '{"type":"provisionStarted"}'],
    ["another type", '{"type":"refundStarted","start":{},"fact":{},"intent":{}}'],
    ["the wrong type", '{"type":"redemptionStarted","intent":{}}'],
    ["a type of the start alone", '{"type":"fact","start":{}}'],
    ["a transaction", JSON.stringify(transactions[0])],
  ])("is one of ours, and not %s", (_, content) => {
    expect(decodeEntry(encodeContent(content))._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
  });

  test("is no transaction", () => {
    for (const entry of entries) expect(decode(encodeEntry(entry)).isErr()).toBe(true);
  });
});

describe("redacting what is stored", () => {
  test("a record and an entry lose their secrets and stay valid", () => {
    const redacted = redactRecord(record);
    expect(record).toContain(CODE);
    expect(redacted).not.toContain(CODE);
    expect(decode(redacted)._unsafeUnwrap().state).toBe("disputed");

    const entry = encodeEntry({
      type: "redemptionStarted",
      start: { ...provisionStart(), id: "1", lookup: { voucherCode: CODE } },
    });
    expect(entry).toContain(CODE);
    expect(redactStoredEntry(entry)).not.toContain(CODE);
    expect(decodeEntry(redactStoredEntry(entry))._unsafeUnwrap().type).toBe("redemptionStarted");
  });

  test("a second voucher stays another one, given the record that the journal led to", () => {
    const answer = (code: string): Entry => ({
      type: "fact",
      fact: { type: "response", attempt: 0, at: AT, status: 201, body: JSON.stringify({ id: ID, voucher: { code } }) },
    });
    const journal: readonly Entry[] = [
      { type: "provisionStarted", start: provisionStart() },
      answer(CODE),
      answer(OTHER_CODE),
    ];
    const answered = encode(replay(journal)._unsafeUnwrap());
    for (const known of [answered, redactRecord(answered), undefined]) {
      const scrubbed = journal.map((entry) => redactStoredEntry(encodeEntry(entry), known));
      expect(scrubbed.join("")).not.toContain(CODE);
      expect(scrubbed.join("")).not.toContain(OTHER_CODE);
    }
    const scrubbed = journal.map((entry) => redactStoredEntry(encodeEntry(entry), answered));
    const replayed = replay(scrubbed.map((entry) => decodeEntry(entry)._unsafeUnwrap()))._unsafeUnwrap();
    expect(encode(replayed)).toBe(redactRecord(answered));
    expect(replayed.reconciliation).toMatchObject([{ reason: "secondVoucher" }]);
    expect(redactStoredEntry("{}", answered)).toBe("{}");
    expect(redactStoredEntry(encodeEntry(answer(CODE)), "{}")).not.toContain(CODE);
  });

  test("a damaged record stays as it is, for an operator to examine", () => {
    const damaged = record.replace(CODE, `${CODE}1`);
    expect(redactRecord(damaged)).toBe(damaged);
    expect(redactStoredEntry("{}")).toBe("{}");
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
