import {
  defaultPolicy,
  encodeEntry,
  type Entry,
  replay,
  startProvision,
  toJournalEntry,
} from "@electrum-vouchers/core";

import {
  errorResponse,
  jsonResponse,
  provisionRequest,
  secrets,
  tenders,
  unwrap,
  uuid,
} from "@electrum-vouchers/testkit";
import { describe, expect, it } from "vitest";
import { choicesFor } from "./choices.ts";
import { tellStory } from "./story.ts";

const AT = Date.UTC(2026, 10, 30, 11);

const start = {
  request: provisionRequest(uuid(1)),
  confirmationId: uuid(2),
  reversalId: uuid(3),
  policy: defaultPolicy,
  at: AT,
};

const approved = jsonResponse(201, { id: uuid(1), voucher: { code: secrets.code } });

const issued: readonly Entry[] = [
  { type: "provisionStarted", start: unwrap(startProvision(start)).transaction.start },
  { type: "fact", fact: { type: "response", attempt: 0, at: AT + 10, ...approved } },
];

const disputed: readonly Entry[] = [
  ...issued,
  { type: "intent", intent: { type: "confirm", tenders, at: AT + 20 } },
  {
    type: "fact",
    fact: { type: "adviceResponse", adviceId: uuid(2), at: AT + 30, ...errorResponse(400, "FORMAT_ERROR") },
  },
];

const transactionOf = (entries: readonly Entry[]) => unwrap(replay(entries));

const store = (entries: readonly Entry[]): readonly string[] =>
  entries.map((entry, index) => encodeEntry(toJournalEntry(entry, transactionOf(entries.slice(0, index + 1)))));

const textsOf = (entries: readonly Entry[]) => tellStory(store(entries)).map(({ text, state }) => [text, state]);

describe("the story of a transaction", () => {
  it("says who did what, and what came of it", () => {
    expect(textsOf(disputed)).toEqual([
      ["asked for a sale of R 100.00, terminal TILL0001", "requesting"],
      ["answered 201", "issued"],
      ["confirm", "confirming"],
      ["answered the advice with 400 FORMAT_ERROR", "disputed"],
    ]);
  });

  it("holds no secret, and nothing of a body but the type of an error", () => {
    const told = JSON.stringify(tellStory(store(disputed)));
    for (const secret of Object.values(secrets)) expect(told).not.toContain(secret);
  });

  it("has a line for what cannot be read", () => {
    const [first = "", ...rest] = store(issued);
    const story = tellStory([first.replace("TILL", "TALL"), ...rest]);
    expect(story.map(({ version, text }) => [version, text])).toEqual([
      [1, "this entry is damaged"],
      [2, "answered 201"],
    ]);
  });

  it("escapes what a person wrote", () => {
    const cancel = { type: "cancel", operator: { by: "Thandi", reason: "line\u001b[2J" }, at: AT + 20 } as const;
    expect(textsOf([...issued, { type: "intent", intent: cancel }]).at(-1)).toEqual([
      String.raw`cancel (Thandi): line\u{1b}[2J`,
      "reversing",
    ]);
  });
});

describe("what can be done about a transaction", () => {
  const verbsOf = (entries: readonly Entry[]) =>
    choicesFor(transactionOf(entries), AT + 1_000).map(({ verb, outcome, state }) => [verb, outcome, state]);

  it("is what the core takes, and where it leads", () => {
    expect(verbsOf(disputed)).toEqual([
      ["resend", undefined, "confirming"],
      ["resolve", "confirmed", "resolved"],
      ["resolve", "reversed", "resolved"],
    ]);
    expect(verbsOf(issued)).toEqual([["cancel", undefined, "reversing"]]);
    expect(verbsOf(disputed.slice(0, 3))).toEqual([["hold", undefined, "confirming"]]);
  });

  it("leaves fewer reasons for attention, or as many", () => {
    const [resend] = choicesFor(transactionOf(disputed), AT + 1_000);
    expect(resend).toMatchObject({ attention: 0, effect: expect.stringContaining("the same confirmation is sent") });
  });
});
