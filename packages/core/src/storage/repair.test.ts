import { describe, expect, test } from "vitest";
import { jsonResponse } from "../../test/responses.ts";
import { AT, CODE, ID, provisionResponse, provisionStart, SECONDS, tenders } from "../../test/messages.ts";
import { textsOf, withStates } from "../../test/stored-journal.ts";
import { type DeliveryNote, type Entry, replay, RULES_VERSION, toJournalEntry } from "./journal.ts";
import { decode, decodeEntry, encodeEntry } from "./record.ts";
import { createRetentionRules, redactStored } from "./redact-stored.ts";
import { findDamage, isDamaged, planRepair, type StoredForRepair } from "./repair.ts";

const sold: readonly Entry[] = [
  { type: "provisionStarted", start: provisionStart() },
  { type: "fact", fact: { type: "response", attempt: 0, at: AT + SECONDS, ...jsonResponse(201, provisionResponse) } },
  { type: "intent", intent: { type: "confirm", tenders, at: AT + 2 * SECONDS } },
];

const acknowledged: Entry = {
  type: "fact",
  fact: {
    type: "adviceResponse",
    adviceId: provisionStart().confirmationId,
    at: AT + 3 * SECONDS,
    ...jsonResponse(200, { id: provisionStart().confirmationId }),
  },
};

const delivery: DeliveryNote = {
  type: "delivery",
  delivery: {
    adviceId: provisionStart().confirmationId,
    operation: "confirmVoucher",
    attempt: 0,
    sentAt: AT,
    outcome: { noResponse: "deadline" },
    at: AT + SECONDS,
  },
};

/** What a store has of the transaction that a journal leads to. */
const stored = (journal: readonly Entry[], wrong: Partial<StoredForRepair> = {}): StoredForRepair => ({
  id: ID,
  ...textsOf(journal),
  version: journal.length,
  state: replay(journal)._unsafeUnwrap().state,
  final: false,
  ...wrong,
});

const spoil = (text: string): string =>
  text.replace(/"checksum":"(.)/, (_, digit) => `"checksum":"${digit === "0" ? "1" : "0"}`);

const toNewer = (text: string): string => text.replace('"version":1', '"version":2');

const request = { id: ID, by: "Thandi", reason: "check() says that it is damaged", at: AT + 60 * SECONDS };

const owed = stored(sold);
const damaged = { ...owed, record: spoil(owed.record) };

describe("damage to what is stored of a transaction", () => {
  test("is none if the journal replays to the record, whatever was delivered meanwhile", () => {
    expect(findDamage(owed)).toEqual([]);
    expect(findDamage({ ...owed, entries: [...owed.entries, encodeEntry(delivery)] })).toEqual([]);
  });

  test("is a record that cannot be read", () => {
    expect(findDamage(damaged)).toEqual(["the record is damaged"]);
  });

  test("is a record whose beginning was spoilt: its journal shows that it was ours", () => {
    const headless = { ...owed, record: owed.record.slice(1) };
    expect(findDamage(headless)).toEqual(["the record is damaged"]);
    expect(isDamaged(headless, () => ["theirs"])).toBe(false);
  });

  test("is an entry that cannot be read", () => {
    const entries = owed.entries.with(1, spoil(owed.entries[1] ?? ""));
    expect(findDamage({ ...owed, entries })).toEqual(["entry 2 of the journal is damaged"]);
  });

  test("is a journal that leads elsewhere, though every checksum is right", () => {
    expect(findDamage({ ...owed, entries: owed.entries.slice(0, 2) })).toEqual(["the journal leads to another record"]);
    const otherTime = [...sold.slice(0, 2), { type: "intent", intent: { type: "confirm", tenders, at: AT } } as const];
    expect(findDamage({ ...owed, entries: textsOf(otherTime).entries })).toEqual([
      "the journal leads to another record",
    ]);
  });

  test("is a journal that goes another way than its entries say", () => {
    const entries = owed.entries.with(1, encodeEntry(toJournalEntry(sold[1] ?? acknowledged, { state: "declined" })));
    expect(findDamage({ ...owed, entries })).toEqual(["the journal cannot be replayed from entry 2 on: stateDiffers"]);
  });

  test("is nothing that a newer release wrote, and nothing that is not ours", () => {
    expect(findDamage({ ...owed, record: toNewer(owed.record) })).toEqual([]);
    expect(findDamage({ ...owed, entries: owed.entries.with(2, toNewer(owed.entries[2] ?? "")) })).toEqual([]);
    expect(findDamage({ ...owed, record: "theirs", entries: ["theirs"] })).toEqual([]);
  });

  test("is not a replay that differs under other rules than those that the entries were made under", () => {
    const older = withStates(sold).map((entry) => encodeEntry("rules" in entry ? { ...entry, rules: 0 } : entry));
    expect(findDamage({ ...owed, entries: older.slice(0, 2) })).toEqual([]);
  });

  test("is found in what was redacted as well, and redaction is none", () => {
    const over = stored([...sold, acknowledged]);
    const redacted = { ...over, ...redactStored(over)._unsafeUnwrap() };
    expect(findDamage(redacted)).toEqual([]);
    const stricter = createRetentionRules({ redactText: (text, field) => (field === "stan" ? "***" : text) });
    expect(findDamage({ ...over, ...stricter.redact(over)._unsafeUnwrap() })).toEqual([]);
    expect(findDamage({ ...redacted, entries: redacted.entries.slice(0, 3) })).toEqual([
      "the journal leads to another record",
    ]);
  });

  test("is told without a secret", () => {
    expect(JSON.stringify([findDamage(damaged), planRepair({ ...damaged, version: 9 }, request)])).not.toContain(CODE);
  });
});

describe("a repair", () => {
  test("rebuilds the record from its journal, as a commit that says who and why", () => {
    const change = planRepair(
      { ...damaged, entries: [...owed.entries, encodeEntry(delivery)] },
      request,
    )._unsafeUnwrap();

    expect(change).toMatchObject({
      id: ID,
      expectedVersion: 3,
      state: "confirming",
      record: owed.record,
      at: request.at,
    });
    const { id: _, ...repair } = request;
    expect(decodeEntry(change.entry)._unsafeUnwrap()).toEqual({
      type: "repair",
      repair,
      rules: RULES_VERSION,
      state: "confirming",
    });
    expect(findDamage({ ...owed, record: change.record, entries: [...owed.entries, change.entry] })).toEqual([]);
  });

  test("can be made again: its own entry is passed over", () => {
    const { record, entry } = planRepair(damaged, request)._unsafeUnwrap();
    const again = { ...owed, record: spoil(record), entries: [...owed.entries, entry], version: 4 };
    expect(planRepair(again, request)._unsafeUnwrap()).toMatchObject({ expectedVersion: 4, record: owed.record });
  });

  test("never opens a transaction again that is known to be over", () => {
    // By the record, which can be read, and by the columns.
    const confirmed = textsOf([...sold, acknowledged]).record;
    expect(planRepair({ ...owed, record: confirmed }, request)._unsafeUnwrapErr()).toMatchObject({
      reason: "finalStateDiffers",
    });
    expect(planRepair({ ...damaged, state: "confirmed", final: true }, request)._unsafeUnwrapErr()).toMatchObject({
      reason: "finalStateDiffers",
    });
  });

  test("keeps the final state that a transaction ended in", () => {
    const over = stored([...sold, acknowledged], { final: true });
    expect(planRepair({ ...over, record: spoil(over.record) }, request)._unsafeUnwrap()).toMatchObject({
      state: "confirmed",
      record: over.record,
    });
    expect(planRepair({ ...over, record: spoil(over.record), state: "reversed" }, request)._unsafeUnwrapErr()).toEqual({
      type: "notRepaired",
      reason: "finalStateDiffers",
    });
  });

  test.each<[string, StoredForRepair, object]>([
    ["it is sound", owed, { reason: "sound" }],
    ["a newer release wrote the record", { ...owed, record: toNewer(owed.record) }, { reason: "newer" }],
    [
      "a newer release wrote an entry",
      { ...damaged, entries: owed.entries.with(2, toNewer(owed.entries[2] ?? "")) },
      { reason: "newer" },
    ],
    [
      "an entry is damaged",
      { ...damaged, entries: owed.entries.with(2, spoil(owed.entries[2] ?? "")) },
      { reason: "entryDamaged", index: 2 },
    ],
    ["an entry is missing", { ...damaged, entries: owed.entries.slice(0, 2) }, { reason: "entriesMissing" }],
    [
      "the replay meets another state on the way than the entries say",
      {
        ...damaged,
        entries: owed.entries.with(1, encodeEntry(toJournalEntry(sold[1] ?? acknowledged, { state: "declined" }))),
      },
      { reason: "replayDiffers", index: 1 },
    ],
    ["it is the journal of another transaction", { ...damaged, id: ID.replace("a", "b") }, { reason: "replayDiffers" }],
  ])("is refused if %s", (_, each, refused) => {
    expect(planRepair(each, request)._unsafeUnwrapErr()).toMatchObject({ type: "notRepaired", ...refused });
  });

  test("is refused if nobody says who wants it, and why", () => {
    expect(planRepair(damaged, { ...request, by: " ", reason: "" })._unsafeUnwrapErr()).toMatchObject({
      type: "invalidRepair",
      faults: [{ path: "by" }, { path: "reason" }],
    });
  });

  test("leads to what the state before the damage leads to", () => {
    const { record } = planRepair(damaged, request)._unsafeUnwrap();
    expect(decode(record)._unsafeUnwrap()).toEqual(replay(sold)._unsafeUnwrap());
  });
});
