import { describe, expect, test } from "vitest";
import { emptyResponse, jsonResponse } from "../../test/responses.ts";
import { AT, provisionResponse, provisionStart, redemptionStart, SECONDS, tenders } from "../../test/messages.ts";
import { type Entry, replay } from "./journal.ts";

const sold: readonly Entry[] = [
  { type: "provisionStarted", start: provisionStart() },
  { type: "fact", fact: { type: "response", attempt: 0, at: AT + SECONDS, ...jsonResponse(201, provisionResponse) } },
  { type: "intent", intent: { type: "confirm", tenders, at: AT + 2 * SECONDS } },
];

describe("a journal", () => {
  test("leads to the state that its last entry led to", () => {
    const states = [1, 2, 3].map((length) => replay(sold.slice(0, length))._unsafeUnwrap().state);
    expect(states).toEqual(["requesting", "issued", "confirming"]);
    const started = replay([{ type: "redemptionStarted", start: redemptionStart() }]);
    expect(started._unsafeUnwrap()).toMatchObject({ kind: "redemption", state: "lookingUp" });
  });

  test("may have facts that were ignored, and intents that were repeated", () => {
    const again: readonly Entry[] = [...sold, ...sold.slice(1)];
    expect(replay(again)._unsafeUnwrap()).toEqual(replay(sold)._unsafeUnwrap());
  });

  test("begins with a start, and has only one", () => {
    expect(replay([])._unsafeUnwrapErr()).toEqual({ index: 0, reason: "empty" });
    expect(replay(sold.slice(1))._unsafeUnwrapErr()).toEqual({ index: 0, reason: "noStart" });
    expect(replay([...sold, ...sold])._unsafeUnwrapErr()).toEqual({ index: 3, reason: "secondStart" });
  });

  test("with an intent that would have been refused is broken, and names the first one and why", () => {
    const cancelled: Entry = { type: "intent", intent: { type: "cancel", at: AT } };
    const answered: Entry = { type: "fact", fact: { type: "response", attempt: 0, at: AT, ...emptyResponse(500) } };
    expect(replay([...sold, answered, cancelled, cancelled])._unsafeUnwrapErr()).toEqual({
      index: 4,
      reason: {
        type: "alreadyDecided",
        decision: { outcome: "confirm", by: "till", at: AT + 2 * SECONDS },
      },
    });
    const lookedUp: Entry = { type: "intent", intent: { type: "lookUp", at: AT } };
    expect(replay([...sold, lookedUp])._unsafeUnwrapErr()).toEqual({
      index: 3,
      reason: { type: "wrongKind", intent: "lookUp" },
    });
  });
});
