import { describe, expect, it } from "vitest";
import { amountText, sumsText } from "./amount-text.ts";
import { shellArgument } from "./shell.ts";
import { dateTimeText, durationText, timeOfDayText } from "./time-text.ts";

describe("a duration", () => {
  it.each([
    [0, "0 s"],
    [-5_000, "0 s"],
    [999, "0 s"],
    [41_000, "41 s"],
    [60_000, "1 m"],
    [8_040_000, "2 h 14 m"],
    [273_600_000, "3 d 4 h"],
  ])("of %i ms is %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it("may be shown by its largest unit alone", () => {
    expect(durationText(8_040_000, 1)).toBe("2 h");
  });
});

describe("money", () => {
  it("is shown with the sign of its currency", () => {
    expect(amountText({ amount: 46_500, currency: "710" })).toBe("R 465.00");
    expect(amountText({ amount: -1, currency: "710" })).toBe("R -0.01");
  });

  it("of a currency that is not known is shown in minor units, since its decimals are not known", () => {
    expect(amountText({ amount: 1_500, currency: "392" })).toBe("1500 of 392");
  });

  it("of several currencies is not added up", () => {
    expect(sumsText({ 710: 100, 840: 250 })).toBe("R 1.00 + $ 2.50");
    expect(sumsText({})).toBe("");
  });
});

describe("a time", () => {
  it("is shown in UTC", () => {
    expect(dateTimeText(Date.UTC(2026, 10, 30, 11, 0, 11, 857))).toBe("2026-11-30 11:00:11Z");
    expect(timeOfDayText(Date.UTC(2026, 10, 30, 11, 0, 11, 857))).toBe("11:00:11.857");
  });

  it("that no calendar has is shown as its number", () => {
    expect(dateTimeText(Number.MAX_VALUE)).toBe(String(Number.MAX_VALUE));
  });
});

describe("an argument for a shell", () => {
  it("is quoted if a shell would read something else in it", () => {
    expect(shellArgument("/var/lib/till/till.db")).toBe("/var/lib/till/till.db");
    expect(shellArgument("my till.db")).toBe("'my till.db'");
    expect(shellArgument("it's; rm -rf $HOME")).toBe(String.raw`'it'\''s; rm -rf $HOME'`);
  });
});
