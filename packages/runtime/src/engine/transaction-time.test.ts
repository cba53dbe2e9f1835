import { describe, expect, test } from "vitest";
import { agreedTime, transactionTime } from "./transaction-time.ts";

const AT = Date.parse("2026-03-01T08:00:00.000Z");
const A_DAY_MS = 86_400_000;

describe("the time as a transaction counts it", () => {
  test("is the wall clock's if that is a little behind, so that it never goes ahead of what has passed", () => {
    for (const now of [AT - 1_000, AT - 1, AT]) expect(agreedTime(AT, now)).toBe(now);
  });

  test("goes on as it was if the wall clock is ahead, or was set back", () => {
    for (const now of [AT - A_DAY_MS, AT - 1_001, AT + 1, AT + A_DAY_MS]) expect(agreedTime(AT, now)).toBe(AT);
  });

  test("of a stored one goes on from its commit, whatever the wall clock shows", () => {
    for (const now of [AT - A_DAY_MS, AT + A_DAY_MS])
      expect(transactionTime({ committedAt: AT, waitedMs: 2_000.4 }, now)).toBe(AT + 2_000);
    expect(transactionTime({ committedAt: AT, waitedMs: 2_000 }, AT + 1_500)).toBe(AT + 1_500);
  });

  test("of one of before the machine was started is the wall clock's, but not before its commit", () => {
    expect(transactionTime({ committedAt: AT }, AT + A_DAY_MS)).toBe(AT + A_DAY_MS);
    expect(transactionTime({ committedAt: AT }, AT - A_DAY_MS)).toBe(AT);
  });
});
